from tests.authoring.conftest import draft_of, publish, stored, value_of


def fields_of(page, *, ticked=None):
    """What a browser sends: of a box that is not ticked, nothing. ``ticked``: the pin's box."""
    fields = {}
    for field in page.select("#editor [name]"):
        is_box = field.get("type") in {"checkbox", "radio"}
        is_on = field.has_attr("checked")
        if is_box and field["name"] == "pinned" and ticked is not None:
            is_on = ticked
        # Asked first is who publishes without scripts; that has its own tests.
        if (is_on or not is_box) and field["name"] != "ask":
            fields.setdefault(field["name"], []).append(value_of(field))
    return fields


def test_an_editor_pins_a_post_and_takes_it_down(editor, make_post):
    post = make_post("Start here")
    address = f"/write/posts/{post.id}"

    publish(editor, post, fields_of(editor.page(address), ticked=True))
    assert stored(post.id).pinned
    assert editor.page(address).select_one("#pinned").has_attr("checked")

    publish(editor, post, fields_of(editor.page(address), ticked=False))
    assert not stored(post.id).pinned


def test_an_author_neither_sees_nor_changes_a_pin(author, make_post):
    post = make_post("Mine", authors=[author.author], pinned=True)
    page = author.page(f"/write/posts/{post.id}")
    assert page.select_one("#pinned") is None

    author.post(f"/write/posts/{post.id}", data=fields_of(page) | {"pinned": "0"})

    assert stored(post.id).pinned


def test_what_says_nothing_of_pins_changes_none(editor, make_post, typed):
    post = make_post("Pinned", pinned=True)

    publish(editor, post, typed(post, title="Renamed"))

    assert (stored(post.id).title, stored(post.id).pinned) == ("Renamed", True)


def test_a_page_has_no_pin(editor, make_post):
    page = make_post("Imprint", is_page=True)

    assert editor.page(f"/write/posts/{page.id}").select_one("#pinned") is None


def test_a_pin_and_a_title_changed_in_two_tabs_are_both_kept(editor, make_post):
    post = make_post("Pinned")
    address = f"/write/posts/{post.id}"
    early = fields_of(editor.page(address), ticked=True)
    editor.post(address, data=fields_of(editor.page(address), ticked=False) | {"title": "Renamed"})

    editor.post(address, data=early)

    assert (draft_of(post)["pinned"], draft_of(post)["title"]) == ("y", "Renamed")
