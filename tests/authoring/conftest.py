"""What the tests of the authoring area share: people of every role, a filled-in form, an image."""

from io import BytesIO

import pytest
from PIL import Image

from blogapp.extensions import db
from blogapp.posts.models import Domain, Post
from tests.conftest import parse


@pytest.fixture(autouse=True)
def _stopped_clock(clock):
    """Nothing here depends on the day the tests run."""


@pytest.fixture
def editor(make_author, as_author):
    """A browser with an editor signed in."""
    return as_author(make_author("Edsger Dijkstra", role="editor"))


@pytest.fixture
def contributor(make_author, as_author):
    """A browser with a contributor signed in."""
    return as_author(make_author("Barbara Liskov", role="contributor"))


@pytest.fixture
def typed():
    """What the editor's form sends: a post's stored fields, changed by keyword."""

    from blogapp.posts.drafting import head_of

    def fill_in(post=None, **changes):
        fields = {"title": "Hello", "body": "Text."}
        if post:
            fields |= {
                "title": post.title,
                "slug": post.slug,
                "body": stored(post.id).body,
                "version": str(stored(post.id).version),
                "head": str(head_of(post)),
            }
        return fields | changes

    return fill_in


@pytest.fixture
def rule(app):
    """Set how many must approve in a domain; without one, everywhere else."""

    def keep(needed, *people, domain=None):
        from blogapp.posts.approving import keep_rule

        row = domain and db.session.scalar(db.select(Domain).where(Domain.name == domain))
        keep_rule(row.id if row else None, needed=needed, named=[each.id for each in people])
        db.session.commit()

    return keep


@pytest.fixture
def review(author, editor):
    """What people press on the page of a review; each answers with the page that follows."""

    class Pressing:
        def ask(self, post, by=author, **fields):
            return self.press(by, post, "review", **fields)

        def approve(self, post, by=editor, **fields):
            from blogapp.posts.approving import digest_of

            digest = digest_of(draft_of(post))
            return self.press(by, post, "review/approval", **{"digest": digest, **fields})

        def send_back(self, post, by=editor, words="Shorter, please."):
            return self.press(by, post, "review/rejection", words=words)

        def withdraw(self, post, by=author):
            return self.press(by, post, "review/withdrawal")

        def say(self, post, words, by=editor, **fields):
            return self.press(by, post, "review/remarks", remark=words, **fields)

        def press(self, by, post, what, **fields):
            address = f"/write/posts/{post.id}/{what}"
            response = by.post(address, data=fields, follow_redirects=True)
            assert response.status_code == 200, response.status
            return parse(response.text)

    return Pressing()


def publish(browser, post, data, *, change_type="typo", note=""):
    """Put ``data`` before the readers of a live post."""
    told = {"update": "1", "change_type": change_type, "note": note, "when": "now"}
    return browser.post(f"/write/posts/{post.id}/publication", data=data | told)


def stored(id):
    """Return the post as the database has it now."""
    from blogapp.posts.managing import find_for_writing

    db.session.rollback()
    return find_for_writing(id)


def draft_of(post):
    """Return what the editor shows of the post now."""
    from blogapp.posts.drafting import working_copy

    return working_copy(stored(post.id))


def only_post():
    """Return the one post there is."""
    db.session.rollback()
    [id] = db.session.scalars(db.select(Post.id))
    return stored(id)


def value_of(field):
    """Return what a control of a parsed page sends."""
    # An HTML parser drops the first line break in a textarea, as browsers do.
    return field.text if field.name == "textarea" else field.get("value", "")


def picture(width=40, height=30, *, kind="PNG", name="Shard map.png"):
    """Return an image file as a form sends it."""
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, kind)
    file.seek(0)
    return file, name
