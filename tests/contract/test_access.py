"""Who may open what: every address × every role × own, somebody else's, nobody's."""

import re
from base64 import urlsafe_b64encode

import pytest
from sqlalchemy import select

from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Author, AuthorSession
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.managing import find_for_writing
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.undo_models import Undo
from tests.conftest import JANUARY, ROOT
from tests.contract.access import MAY_BE_MISSING, RIGHTS, ROLES, SILENT, may

FIELDS = {"title": "Typed", "body": "Typed.", "when": "now"}
GUARDED = ("authoring", "account")
WHOSE = ("own", "other", "none")
NOBODYS = 2_000_000_000
NO_TOKEN = "0" * 43
UPLOAD = "00000000-0000-4000-8000-000000000000"


class Things:
    """What somebody has: an id for each kind of thing that an address may name."""

    def __init__(self, author, post):
        made = [
            session := AuthorSession(
                token_hash=f"another session of {author.id}",
                author_id=author.id,
                created_at=JANUARY,
                last_seen_at=JANUARY,
                expires_at=JANUARY.replace(year=2126),
            ),
            passkey := Passkey(
                author_id=author.id,
                name="Phone",
                credential_id=urlsafe_b64encode(bytes([author.id])).decode(),
                public_key=b"",
                sign_count=0,
                aaguid="",
                transports="",
                may_be_backed_up=False,
                is_backed_up=False,
                created_at=JANUARY,
            ),
            media := Media(
                sha256=f"{author.id:064}",
                key=f"{author.id:016}/data.csv",
                name="data.csv",
                content_type="text/csv",
                size=1,
                uploaded_by_id=author.id,
                created_at=JANUARY,
            ),
            link := PreviewLink(
                post_id=post.id,
                token_hash=f"{author.id:064}",
                created_at=JANUARY,
                created_by_id=author.id,
                expires_at=JANUARY.replace(year=2126),
            ),
            undo := Undo(author_id=author.id, at=JANUARY, act="trash", count=0),
            invitation := Invitation(
                token_hash=f"{author.id:064}",
                role="author",
                invited_by_id=author.id,
                created_at=JANUARY,
                expires_at=JANUARY.replace(year=2126),
            ),
        ]
        db.session.add_all(made)
        db.session.commit()
        self.person, self.post, self.slug = author.id, post.id, post.slug
        self.session, self.passkey, self.media = session.id, passkey.id, media.id
        self.link, self.undo, self.invitation = link.id, undo.id, invitation.id


@pytest.fixture
def cast(app, make_author, as_author, make_post, monkeypatch):
    """A browser for each role, with what is theirs; and what is somebody else's, an author's."""
    # A process takes seconds, and is no question of rights.
    monkeypatch.setattr("blogapp.authoring.downloads.COMMAND", ("true",))
    cast = {}
    for role in (*ROLES, "other"):
        author = make_author(f"The {role}", role="author" if role == "other" else role)
        post = make_post(f"Draft of the {role}", published_at=None, authors=[author])
        browser = as_author(author)
        browser.things = Things(author, post)
        cast[role] = browser
    make_author("Reserve", role="owner", password_hash="kept")
    return cast


def acts(app, *blueprints):
    """Every rule of these with every method it answers."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in blueprints:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, rule


def test_every_address_is_in_the_matrix(app):
    addresses = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}

    assert addresses - RIGHTS.keys() == set()
    assert RIGHTS.keys() - addresses == set()


def test_no_guarded_address_opens_to_strangers(app, browser):
    for name, method, rule in acts(app, *GUARDED):
        response = browser.open(address(rule, None), method=method)

        assert response.status_code == 303, (name, method)
        assert response.location.startswith("/login?next="), (name, method)
        assert response.headers["Cache-Control"] == "no-store"


def test_scripts_of_strangers_are_told_to_sign_in(app, browser):
    for name, method, rule in acts(app, *GUARDED):
        told = browser.open(
            address(rule, None), method=method, headers={"Accept": "application/json"}
        )

        assert told.status_code == 401, (name, method)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_as_far_as_their_rights(app, cast, keep_database, role):
    back = keep_database()
    browser = cast[role]
    things = {"own": browser.things, "other": cast["other"].things, "none": None}
    wrong, before = [], rows_of(cast["other"])
    for name, method, rule in acts(app, *GUARDED):
        for whose in WHOSE if names_something(rule) else ("own",):
            response = browser.open(
                address(rule, things[whose]), method=method, data=fields(method, things[whose])
            )
            status = response.status_code
            if status >= 500 or response.headers["Cache-Control"] != "no-store":
                wrong.append((name, method, whose, status, "broken, or may be kept"))
            elif name in SILENT and whose != "own":
                if rows_of(cast["other"]) != before:
                    wrong.append((name, method, whose, status, "changed"))
            elif whose == "none":
                # What is not there is nobody's: nothing answers as if it were done.
                if status not in {403, 404} and name not in MAY_BE_MISSING:
                    wrong.append((name, method, whose, status, "is there"))
            elif (status == 403) == may(name, role, whose):
                wrong.append((name, method, whose, status, "not as in the matrix"))
            if method != "GET":
                back()
    assert not wrong, "\n".join(map(str, wrong))


def test_who_is_signed_in_makes_no_difference_to_public_pages(app, cast, browser):
    for name, method, rule in acts(app, "public"):
        if method != "GET":
            continue
        told = {
            role: each.open(address(rule, None), method=method).status_code
            for role, each in [("stranger", browser), *cast.items()]
        }

        assert len(set(told.values())) == 1, (name, told)
        assert RIGHTS[name] == "public"
        assert told["stranger"] < 500


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_the_door_tells_nothing_and_is_kept_by_nobody(app, cast, browser, keep_database, role):
    back = keep_database()
    asking = browser if role == "stranger" else cast[role]
    for name, method, rule in acts(app, "auth"):
        response = asking.open(address(rule, None), method=method, data={})

        assert response.status_code < 500, (name, method)
        assert response.headers["Cache-Control"] == "no-store", (name, method)
        if "token" in rule.arguments:
            assert response.status_code in {404, 410}, (name, method)
        back()


# Things of others


@pytest.mark.parametrize("kind", ["session", "passkey"])
def test_nobody_ends_what_is_anothers(cast, kind):
    acts = {"session": "/account/sessions/{}/end", "passkey": "/account/passkeys/{}/removal"}
    model = {"session": AuthorSession, "passkey": Passkey}[kind]
    theirs = getattr(cast["other"].things, kind)

    for role in ROLES:
        assert cast[role].post(acts[kind].format(theirs)).status_code in {403, 404}

    assert db.session.get(model, theirs) is not None


def test_a_preview_link_of_another_post_is_not_revoked_through_ones_own(cast):
    own, theirs = cast["author"].things, cast["other"].things

    response = cast["author"].post(f"/write/posts/{own.post}/previews/{theirs.link}/revocation")

    assert response.status_code == 404
    assert db.session.get(PreviewLink, theirs.link).revoked_at is None


def test_an_editor_leaves_owners_and_editors_alone(cast, make_author):
    above = [cast["owner"].author.id, make_author("Another editor", role="editor").id]
    forms = {
        "role": {"role": "contributor"},
        "suspension": {},
        "admission": {},
        "sessions": {},
        "handover": {"to": "1", "parts": "posts", "how": "replace"},
        "profile": {"name": "Renamed", "slug": "renamed"},
        "removal": {},
    }

    for id in above:
        assert cast["editor"].get(f"/write/people/{id}").status_code == 403
        for act, sent in forms.items():
            response = cast["editor"].post(f"/write/people/{id}/{act}", data=sent)

            assert response.status_code == 403, act
    roles = db.session.scalars(select(Author.role).where(Author.id.in_(above))).all()
    assert sorted(roles) == ["editor", "owner"]


@pytest.mark.parametrize("moment", ["published_at", "withdrawn_at", "deleted_at"])
def test_a_contributor_leaves_a_post_alone_that_readers_have_seen(cast, make_post, moment):
    post = make_post("Out", authors=[cast["contributor"].author], **{moment: JANUARY})

    assert cast["contributor"].get(f"/write/posts/{post.id}").status_code == 403
    assert cast["editor"].get(f"/write/posts/{post.id}").status_code == 200


def test_what_is_refused_is_refused_in_the_blogs_design(cast):
    theirs = cast["other"].things.post

    page = cast["author"].page(f"/write/posts/{theirs}", status=403)

    assert page.h1
    assert page.select_one("a[href='/']")


def test_a_disabled_account_is_a_stranger(cast, clock):
    cast["owner"].author.disabled_at = clock.moment
    db.session.commit()

    assert cast["owner"].get("/write").location.startswith("/login")
    assert cast["owner"].get("/account").location.startswith("/login")


# One place


def test_nobody_but_the_rights_looks_at_roles():
    """Views ask `posts.rights` and `accounts.rights`; what a role means is said once."""
    looks = re.compile(r"\.role\b(?!\s*=[^=])|\.edits_everything\b|\bis_at_least\(")
    may_look = re.compile(
        r"blogapp/(?:posts/rights|accounts/\w+|accounts/directory/\w+|cli/\w+|exporting/\w+"
        r"|migrations/.*|authoring/people\w*|auth/invitations)\.py"
        r"|templates/authoring/people\w*\.html|templates/auth/invitation\.html"
    )
    # What they show is narrowed by a condition of the database, which asks no function a row.
    may_look_too = {"blogapp/posts/media_library.py"}
    # They write down, or away, what it was.
    may_look_too |= {"blogapp/auth/directory.py", "blogapp/posts/forgetting.py"}

    found = []
    files = [*(ROOT / "blogapp").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    for path in files:
        name = path.relative_to(ROOT).as_posix()
        if may_look.fullmatch(name) or name in may_look_too:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            code = line.partition("#")[0] if name.endswith(".py") else line
            if looks.search(code):
                found.append(f"{name}:{number}: {line.strip()}")

    assert not found, "\n".join(found)


def names_something(rule):
    return bool(rule.arguments - {"form", "section"}) and rule.endpoint not in UNOWNED


# Uploads are found by their token among one's own alone.
UNOWNED = {
    "authoring.show_upload",
    "authoring.add_upload_part",
    "authoring.complete_upload",
    "authoring.drop_upload",
}


def address(rule, things):
    """The address of a rule that names something of somebody, or what nobody has."""
    values = {name: value_of(rule, name, things) for name in rule.arguments}
    return rule.build(values)[1]


def value_of(rule, name, things):
    path = rule.rule
    if name == "token":
        return UPLOAD if "/uploads/" in path else NO_TOKEN
    if name in {"form", "section"}:
        return rule.defaults[name] if rule.defaults else name
    if name == "digest":
        return "0" * 16
    if name in {"slug", "name", "key", "path"}:
        return "nothing"
    if things is None:
        return 4000 if "archive" in path else NOBODYS
    if name == "link":
        return things.link
    if name == "id":
        return next((getattr(things, k) for part, k in PLACES if path.startswith(part)), 1)
    return 1


PLACES = [
    ("/write/posts/", "post"),
    ("/write/media/", "media"),
    ("/write/undos/", "undo"),
    ("/write/people/invitations/", "invitation"),
    ("/write/people/", "person"),
    ("/account/sessions/", "session"),
    ("/account/passkeys/", "passkey"),
]


def fields(method, things):
    if method == "GET":
        return {}
    post = things and find_for_writing(things.post)
    return FIELDS | ({"version": str(post.version), "slug": post.slug} if post else {})


def rows_of(browser):
    """Everything that somebody's session, passkey and undo hold."""
    things = browser.things
    rows = [(AuthorSession, things.session), (Passkey, things.passkey), (Undo, things.undo)]
    tables = [(model.__table__, id) for model, id in rows]
    return [
        db.session.execute(select(table).where(table.c.id == id)).one_or_none()
        for table, id in tables
    ]
