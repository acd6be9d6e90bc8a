"""Who may open what under /write, over its whole URL map."""

import pytest

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.managing import find_for_writing
from tests.conftest import JANUARY

CAST = ("stranger", "other author", "own author", "contributor", "editor", "owner")
FIELDS = {"title": "Typed", "body": "Typed.", "when": "now"}

# What each act asks of whom: those named may, all others are answered 403.
EVERYBODY = {"other author", "own author", "contributor", "editor", "owner"}
WRITERS = {"own author", "contributor", "editor", "owner"}
PUBLISHERS = {"own author", "editor", "owner"}
MANAGERS = {"editor", "owner"}
RIGHTS = {
    "dashboard": EVERYBODY,
    "show_session": EVERYBODY,
    "list_posts": EVERYBODY,
    "change_posts": EVERYBODY,
    "show_shortcuts": EVERYBODY,
    "undo_changes": EVERYBODY,
    "duplicate_post": WRITERS,
    "suggest_links": EVERYBODY,
    "list_tags": EVERYBODY,
    "list_twins": MANAGERS,
    "tell_tags_apart": MANAGERS,
    "edit_tag": MANAGERS,
    "merge_tag": MANAGERS,
    "delete_tag": MANAGERS,
    "add_alias": MANAGERS,
    "drop_alias": MANAGERS,
    "list_pages": MANAGERS,
    "new_page": MANAGERS,
    "new_post": EVERYBODY,
    "preview_new_post": EVERYBODY,
    "add_first_image": EVERYBODY,
    "publish_new_post": EVERYBODY - {"contributor"},
    "check_new_post": EVERYBODY,
    "show_first_card": EVERYBODY,
    "tell_moment": EVERYBODY,
    "edit_post": WRITERS,
    "check_post": WRITERS,
    "show_card": WRITERS,
    "list_comments": WRITERS,
    "change_comments": PUBLISHERS,
    "list_previews": WRITERS,
    "list_reviews": EVERYBODY,
    "show_review": WRITERS,
    "ask_review": WRITERS,
    "comment_review": WRITERS,
    "settle_remark": WRITERS,
    "approve_review": WRITERS,
    "send_back_review": WRITERS,
    "withdraw_review": WRITERS,
    "edit_reviews": {"owner"},
    "revoke_preview": WRITERS,
    "undo_publication": PUBLISHERS,
    "preview_post": WRITERS,
    "write_first_journal": EVERYBODY,
    "show_conflict": WRITERS,
    "decide_conflict": WRITERS,
    "reopen_branch": WRITERS,
    "write_journal": WRITERS,
    "copy_post": WRITERS,
    "trash_post": WRITERS,
    "restore_post": WRITERS,
    "list_revisions": WRITERS,
    "compare_revisions": WRITERS,
    "summarize_changes": WRITERS,
    "name_revision": WRITERS,
    "restore_revision": WRITERS,
    "discard_draft": WRITERS,
    "list_images": WRITERS,
    "add_image": WRITERS,
    "list_media": EVERYBODY,
    "add_media": EVERYBODY,
    "describe_media": EVERYBODY,
    "delete_media_files": EVERYBODY,
    "restore_media": EVERYBODY,
    "show_upload": EVERYBODY,
    "add_upload_part": EVERYBODY,
    "complete_upload": EVERYBODY,
    "drop_upload": EVERYBODY,
    "edit_media": {"own author", "editor", "owner"},
    "replace_media": {"own author", "editor", "owner"},
    "delete_media": {"own author", "editor", "owner"},
    "make_variants": {"own author", "editor", "owner"},
    "publish_post": PUBLISHERS,
    "withdraw_post": PUBLISHERS,
    "edit_imports": {"owner"},
    "show_import": {"owner"},
    "preview_import": {"owner"},
    "begin_import": {"owner"},
    "cancel_import": {"owner"},
    "resume_import": {"owner"},
    "remove_import": {"owner"},
    "download_report": {"owner"},
    "download_table": {"owner"},
    "download_list": {"owner"},
    "export_blog": {"owner"},
    "edit_notifications": {"owner"},
    "test_chat": {"owner"},
    "test_mail": {"owner"},
    "answer_message": {"owner"},
    "edit_audit": {"owner"},
    "download_audit_csv": {"owner"},
    "download_audit_jsonl": {"owner"},
    "edit_settings": MANAGERS,
    "edit_presets": MANAGERS,
    "preview_presets": MANAGERS,
    "edit_look": MANAGERS,
    "edit_front": MANAGERS,
    "edit_frame": MANAGERS,
    "edit_outside": {"owner"},
    "edit_pages": MANAGERS,
    "place_page": MANAGERS,
    "edit_navigation": MANAGERS,
    "preview_navigation": MANAGERS,
    **dict.fromkeys(
        ("edit_domains", "order_domains", "edit_domain", "merge_domain", "delete_domain"), MANAGERS
    ),
    **dict.fromkeys(
        ("edit_series", "edit_one_series", "order_series", "add_to_series", "delete_series"),
        MANAGERS,
    ),
    "edit_redirects": MANAGERS,
    "export_redirects": MANAGERS,
    "new_redirect": MANAGERS,
    "edit_redirect": MANAGERS,
    "delete_redirect": MANAGERS,
    "test_redirect": MANAGERS,
    "import_redirects": MANAGERS,
    "list_missing": MANAGERS,
    "answer_missing": MANAGERS,
    "forget_refused": {"owner"},
    "preview_settings": MANAGERS,
    "preview_look": MANAGERS,
    "preview_front": MANAGERS,
    "preview_frame": MANAGERS,
}


@pytest.fixture
def cast(browser, make_author, as_author, monkeypatch):
    """A browser for everybody who might come."""
    # A process takes seconds, and is no question of rights.
    monkeypatch.setattr("blogapp.authoring.downloads.COMMAND", ("true",))
    own = make_author("Own")
    people = {
        "other author": make_author("Other"),
        "own author": own,
        "contributor": make_author("Contributor", role="contributor"),
        "editor": make_author("Editor", role="editor"),
        "owner": make_author("Owner", role="owner"),
    }
    return {"stranger": browser} | {who: as_author(author) for who, author in people.items()}


@pytest.fixture
def post(cast, make_post):
    """A draft signed by the own author and the contributor, and a file that the author uploaded."""
    signers = [cast[who].author for who in ("own author", "contributor")]
    db.session.add(
        Media(
            sha256="0" * 64,
            key="0000000000000000/data.csv",
            name="data.csv",
            content_type="text/csv",
            size=1,
            uploaded_by_id=signers[0].id,
            created_at=JANUARY,
        )
    )
    return make_post("Draft", published_at=None, authors=signers)


def acts(app):
    """Every rule under /write with every method it answers."""
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint == "authoring":
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield name, method, rule


def address(rule, post_id=1):
    return rule.build(dict.fromkeys(rule.arguments, post_id))[1]


def test_every_address_is_in_the_matrix(app):
    assert {name for name, _, _ in acts(app)} == RIGHTS.keys()


def test_no_address_opens_to_strangers(app, browser):
    for name, method, rule in acts(app):
        response = browser.open(address(rule), method=method)

        assert response.status_code == 303, (name, method)
        assert response.location.startswith("/login?next="), (name, method)
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("who", CAST[1:])
def test_everybody_gets_as_far_as_their_rights(app, cast, post, who):
    for name, method, rule in acts(app):
        version = find_for_writing(post.id).version
        data = FIELDS | {"version": str(version), "slug": post.slug} if method == "POST" else {}

        response = cast[who].open(address(rule, post.id), method=method, data=data)

        is_refused = response.status_code == 403
        assert is_refused != (who in RIGHTS[name]), (name, method, response.status_code)
        assert response.status_code < 500
        assert response.headers["Cache-Control"] == "no-store", (name, method)
        back_to_draft(post.id)


def back_to_draft(post_id):
    db.session.rollback()
    post = find_for_writing(post_id)
    post.published_at = post.withdrawn_at = post.deleted_at = None
    db.session.commit()


@pytest.mark.parametrize("moment", ["published_at", "withdrawn_at", "deleted_at"])
def test_a_contributor_leaves_a_post_alone_that_readers_have_seen(cast, make_post, moment):
    post = make_post("Out", authors=[cast["contributor"].author], **{moment: JANUARY})

    assert cast["contributor"].get(f"/write/posts/{post.id}").status_code == 403
    assert cast["editor"].get(f"/write/posts/{post.id}").status_code == 200


def test_what_is_refused_is_refused_in_the_blogs_design(cast, post):
    page = cast["other author"].page(f"/write/posts/{post.id}", status=403)

    assert page.h1
    assert page.select_one("a[href='/']")


def test_a_disabled_account_is_a_stranger(cast, post, clock):
    cast["owner"].author.disabled_at = clock.moment
    db.session.commit()

    assert cast["owner"].get("/write").location.startswith("/login")
