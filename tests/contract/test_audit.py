"""Every act that changes something is written down, or there is a reason why not."""

import ast
import re
from pathlib import Path

from blogapp.web.audit_wording import ACTS

ROOT = Path(__file__).parents[2]
# What is called to write an act down, and helpers that are handed one.
WRITERS = {"note", "note_by", "_note", "_changed", "_show_codes", "_keep"}
ACT = re.compile(r"[a-z-]+\.[a-z-]+")

# Each address that changes something, by the act it writes down.
AUDITED = {
    "account.change_email": "email.asked",
    "account.change_password": "password.changed",
    "account.drop_app": "factor.removed",
    "account.drop_passkey": "passkey.removed",
    "account.end_other_sessions": "session.ended",
    "account.end_session": "session.ended",
    "account.make_recovery": "recovery.made",
    "account.new_passkey": "passkey.added",
    "account.rename_passkey": "passkey.renamed",
    "account.set_up_app": "factor.added",
    "auth.confirm_email": "email.changed",
    "auth.end_by_directory": "session.ended",
    "auth.invite": "sign-in.finished",
    "auth.login": "sign-in.finished",
    "auth.logout": "session.ended",
    "auth.reset": "password.reset",
    "auth.second_factor": "sign-in.finished",
    "auth.use_link": "sign-in.finished",
    "auth.use_passkey": "sign-in.finished",
    "auth.use_second_passkey": "sign-in.finished",
    "authoring.add_alias": "tag.changed",
    "authoring.add_to_series": "series.part-added",
    "authoring.answer_job": "job.dropped",
    "authoring.answer_jobs": "job.dropped",
    "authoring.answer_message": "message.dropped",
    "authoring.answer_missing": "redirect.added",
    "authoring.approve_review": "review.approved",
    "authoring.begin_import": "import.begun",
    "authoring.cancel_import": "import.cancelled",
    "authoring.change_comments": "comments.changed",
    "authoring.change_posts": "posts.changed",
    "authoring.change_role": "role.changed",
    "authoring.delete_domain": "domain.deleted",
    "authoring.delete_media": "media.deleted",
    "authoring.delete_media_files": "media.deleted",
    "authoring.delete_redirect": "redirect.deleted",
    "authoring.delete_series": "series.deleted",
    "authoring.delete_tag": "tag.deleted",
    "authoring.disable_person": "author.disabled",
    "authoring.drop_alias": "tag.changed",
    "authoring.edit_audit": "settings.saved",
    "authoring.edit_domain": "domain.changed",
    "authoring.edit_domains": "domain.made",
    "authoring.edit_imports": "import.uploaded",
    "authoring.edit_notifications": "settings.saved",
    "authoring.edit_one_series": "series.changed",
    "authoring.edit_person": "profile.changed",
    "authoring.edit_redirect": "redirect.changed",
    "authoring.edit_reviews": "settings.saved",
    "authoring.edit_series": "series.made",
    "authoring.edit_sign_in": "settings.saved",
    "authoring.edit_tag": "tag.changed",
    "authoring.enable_person": "author.enabled",
    "authoring.end_sessions": "sessions.ended",
    "authoring.export_blog": "export.made",
    "authoring.hand_over": "posts.handed-over",
    "authoring.import_redirects": "redirects.imported",
    "authoring.invite_person": "invitation.made",
    "authoring.list_previews": "preview.made",
    "authoring.merge_domain": "domain.merged",
    "authoring.merge_tag": "tag.merged",
    "authoring.new_redirect": "redirect.added",
    "authoring.order_domains": "domain.ordered",
    "authoring.order_series": "series.ordered",
    "authoring.place_page": "settings.saved",
    "authoring.publish_new_post": "post.published",
    "authoring.publish_post": "post.published",
    "authoring.remove_import": "import.removed",
    "authoring.remove_person": "author.removed",
    "authoring.renew_invitation": "invitation.renewed",
    "authoring.replace_media": "media.replaced",
    "authoring.restore_media": "media.restored",
    "authoring.restore_post": "post.restored",
    "authoring.resume_import": "import.begun",
    "authoring.revoke_invitation": "invitation.revoked",
    "authoring.revoke_preview": "preview.revoked",
    "authoring.send_back_review": "review.sent-back",
    "authoring.trash_post": "post.trashed",
    "authoring.undo_changes": "undo.done",
    "authoring.undo_hand_over": "posts.given-back",
    "authoring.undo_publication": "publication.undone",
    "authoring.withdraw_post": "post.withdrawn",
}
_DRAFT = "what is typed is no readers' until it is published, and every version of it is kept"
_LOOKS = "it looks, and changes nothing"
_REVIEW = "the review itself keeps who said what, and when"
_OWN = "it is about nothing but what its own author sees"
_STEP = "a step on the way in: the sign-in itself is written down"
_UPLOAD = "an upload that nothing shows yet; who did it stands beside the file"
# Each other address, with the reason why not.
NOT_AUDITED = {
    "account.begin_passkey": _LOOKS,
    "account.edit_notifications": _OWN,
    "account.edit_profile": "one's own name, words and picture, which readers see change",
    "auth.ask_link": "anybody may ask; using the link is written down",
    "auth.begin_confirm_passkey": _STEP,
    "auth.begin_passkey": _STEP,
    "auth.begin_second_passkey": _STEP,
    "auth.confirm": _STEP,
    "auth.confirm_by_code": _STEP,
    "auth.use_confirm_passkey": _STEP,
    "authoring.add_first_image": _UPLOAD,
    "authoring.add_image": _UPLOAD,
    "authoring.add_media": _UPLOAD,
    "authoring.add_upload_part": _UPLOAD,
    "authoring.ask_review": _REVIEW,
    "authoring.check_new_post": _LOOKS,
    "authoring.check_post": _LOOKS,
    "authoring.comment_review": _REVIEW,
    "authoring.complete_upload": _UPLOAD,
    "authoring.copy_post": _DRAFT,
    "authoring.decide_conflict": _DRAFT,
    "authoring.describe_media": "words for a picture, which can be read where it is shown",
    "authoring.discard_draft": _DRAFT,
    "authoring.drop_upload": _UPLOAD,
    "authoring.duplicate_post": _DRAFT,
    "authoring.edit_media": "words for a picture, which can be read where it is shown",
    "authoring.edit_post": _DRAFT,
    "authoring.forget_refused": "a list of what browsers refused, made anew by them",
    "authoring.make_variants": "work that is done by itself otherwise",
    "authoring.name_revision": _DRAFT,
    "authoring.new_post": _DRAFT,
    "authoring.preview_import": _LOOKS,
    "authoring.preview_new_post": _LOOKS,
    "authoring.preview_post": _LOOKS,
    "authoring.reopen_branch": _DRAFT,
    "authoring.restore_revision": _DRAFT,
    "authoring.settle_remark": _REVIEW,
    "authoring.show_shortcuts": _OWN,
    "authoring.tell_tags_apart": "a note that two names are two",
    "authoring.test_chat": "a message that says it is a test",
    "authoring.test_mail": "a message that says it is a test",
    "authoring.withdraw_review": _REVIEW,
    "authoring.write_first_journal": _DRAFT,
    "authoring.write_journal": _DRAFT,
}


def test_no_act_is_forgotten(app):
    from blogapp.authoring.sections import SECTIONS

    forms = {name for name, section in SECTIONS.items() if section.form}
    settings = {f"authoring.edit_{name}" for name in forms}
    previews = {f"authoring.preview_{name}" for name in forms}
    changing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.methods & {"POST", "PUT", "PATCH", "DELETE"}
        and rule.endpoint.startswith(("authoring.", "account.", "auth."))
    }

    decided = AUDITED.keys() | NOT_AUDITED.keys() | settings
    assert changing - previews - decided == set(), "note() what it does, or say here why not"
    assert decided - changing == set()
    assert not AUDITED.keys() & NOT_AUDITED.keys()


def test_every_act_that_is_written_down_has_words():
    written = set(acts())

    assert written - ACTS.keys() == set(), "add it to blogapp/web/audit_wording.py"
    assert ACTS.keys() - written == set()
    assert set(AUDITED.values()) <= written


def acts():
    """Yield the acts that the blog's code names."""
    for path in sorted((ROOT / "blogapp").rglob("*.py")):
        if path.name == "audit_wording.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in ACTS:
                yield node.value
            elif isinstance(node, ast.Call) and name_of(node.func) in WRITERS:
                yield from filter(is_act, (value_of(each) for each in node.args[:2]))


def name_of(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def value_of(node):
    return node.value if isinstance(node, ast.Constant) else None


def is_act(value):
    return isinstance(value, str) and ACT.fullmatch(value)
