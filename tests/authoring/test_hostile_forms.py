"""What no form of ours sends: other types, text where a file belongs, ids that are none."""

import pytest

STRANGE = {
    "nothing": {},
    "another type": {"data": b"title=Hello", "content_type": "text/plain"},
    "objects": {"json": {"title": {"a": 1}, "body": ["b"], "tags": 3, "tag": [1], "email": {}}},
    "a list": {"json": [1]},
    "no JSON": {"data": b"{", "content_type": "application/json"},
    "text for files": {"data": {"files": "a", "image": "a", "file": "a"}},
    "huge numbers": {"data": dict.fromkeys(("id", "tag", "other", "media", "post"), "9" * 30)},
}


@pytest.fixture
def owner(make_author, as_author, monkeypatch):
    # A process takes seconds, and reads no form.
    monkeypatch.setattr("blogapp.authoring.downloads.COMMAND", ("true",))
    return as_author(make_author("Ada Lovelace", role="owner"))


@pytest.mark.parametrize("sent", STRANGE.values(), ids=STRANGE.keys())
def test_whatever_is_sent_to_a_form_is_answered(app, owner, make_post, sent):
    post = make_post("Draft", published_at=None, authors=[owner.author])
    rules = [rule for rule in app.url_map.iter_rules() if rule.methods >= {"POST"}]
    addresses = [rule.build(dict.fromkeys(rule.arguments, post.id))[1] for rule in rules]

    answers = {address: owner.post(address, **sent).status_code for address in addresses}

    assert len(answers) > 50
    assert {address: status for address, status in answers.items() if status >= 500} == {}


def test_ids_that_no_database_holds_name_nothing(owner):
    answer = owner.post("/write/media/restorations", query_string={"id": ["9" * 30, "0", "-1"]})

    assert answer.location == "/write/media"
