from tests.conftest import parse


def test_every_page_leads_to_the_keys_and_says_whether_letters_act(author):
    page = author.page("/write")

    assert page.select_one("desk-shortcuts")["data-letters"] == "on"
    address = page.find("a", string="Keyboard shortcuts")["href"]
    keys = author.page(address)
    assert keys.h1.text == "Keyboard shortcuts"
    assert {kbd.text for kbd in keys.select(".shortcuts kbd")} >= {"?", "/", "n", "g", "j", "x"}


def test_one_switch_turns_single_letters_off_and_on(author):
    author.post("/write/shortcuts", data={})

    assert author.page("/write/posts").select_one("desk-shortcuts")["data-letters"] == "off"
    assert not author.page("/write/shortcuts").select_one("#single-keys").has_attr("checked")

    author.post("/write/shortcuts", data={"single_keys": "1"})
    assert author.page("/write").select_one("desk-shortcuts")["data-letters"] == "on"


def test_the_switch_is_ones_own(author, owner):
    author.post("/write/shortcuts", data={})

    assert owner.page("/write").select_one("desk-shortcuts")["data-letters"] == "on"


def test_the_dialog_shows_the_same_keys(author):
    fragment = parse(author.get("/write/shortcuts?fragment=keys").text)

    whole = author.page("/write/shortcuts").select(".shortcuts dd")
    assert [words.text for words in fragment.select("dd")] == [words.text for words in whole]
