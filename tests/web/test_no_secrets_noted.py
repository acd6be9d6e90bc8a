"""What opens something stands in no event, whatever is done with it."""

import json
import re
from urllib.parse import urlsplit

from sqlalchemy import select

from blogapp.accounts.audit_models import AuditEvent
from blogapp.accounts.registering import make_link
from blogapp.extensions import db
from blogapp.web.clock import now

HOOK = "https://hooks.slack.com/services/T000/B000/secretsecretsecret"
PASSWORD = "seven quiet rivers 41"


def test_no_word_that_opens_something_is_in_an_event(app, owner, browser, make_post):
    post = make_post("Draft", published_at=None)
    made = owner.post(f"/write/posts/{post.id}/previews", data={"shows": "latest", "days": "7"})
    found = re.search(r"/preview/([\w-]{20,})", made.text)
    assert found
    owner.post("/write/settings/notifications", data={"address": HOOK, "kind": ""})
    invited = owner.post(
        "/write/people/invitations/new",
        data={"email": "eve@example.com", "name": "Eve", "role": "author"},
        follow_redirects=True,
    )
    links = re.findall(r"/invite/([\w-]{20,})", invited.text)
    token = make_link(owner.author, now=now(), valid=app.permanent_session_lifetime)
    db.session.commit()
    browser.post(f"/login/{token}")
    browser.post("/account/password", data={"password": PASSWORD, "again": PASSWORD})
    browser.post("/login", data={"email": "grace-hopper@example.com", "password": "wrong guess"})

    events = db.session.scalars(select(AuditEvent)).all()
    acts = {event.act for event in events}
    assert acts >= {"preview.made", "settings.saved", "sign-in.finished"}
    written = json.dumps([[e.about_label, e.actor_label, e.details] for e in events])
    for secret in [found[1], *links, token, PASSWORD, "wrong guess", urlsplit(HOOK).path]:
        assert secret not in written
