"""Where authors write. Every page here asks who you are."""

from flask import Blueprint
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError

from blogapp.authoring import (
    audit,
    bulk,
    cards,
    checks,
    comments,
    conflicts,
    dashboard,
    domains,
    downloads,
    duplicating,
    guarding,
    images,
    imports,
    jobs,
    journal,
    links,
    media,
    moments,
    notifications,
    people,
    people_inviting,
    people_leaving,
    posts,
    preview,
    preview_links,
    publication,
    redirect_imports,
    redirect_log,
    redirect_trials,
    redirects,
    refused,
    reviews,
    reviews_settings,
    revisions,
    sections,
    series,
    session,
    settings,
    shelf,
    shortcuts,
    sign_in_settings,
    static_pages,
    tags,
    undone,
    uploads,
)
from blogapp.web.access import require_author
from blogapp.web.demanding import demand_second_factor
from blogapp.web.guarding import (
    keep_private,
    offer_to_templates,
    refuse_stale_button,
    tell_scripts,
)

NEW = "/posts/new"
POST = "/posts/<int(min=1, max=2147483647):id>"
FILE = "/media/<int(min=1, max=2147483647):id>"
UPLOAD = "/media/uploads/<token>"
RUN = "/imports/<int(min=1, max=2147483647):id>"
TAG = "/tags/<int(min=1, max=2147483647):id>"
DOMAINS = "/settings/domains"
DOMAIN = f"{DOMAINS}/<int(min=1, max=2147483647):id>"
ALL_SERIES = "/settings/series"
SERIES = f"{ALL_SERIES}/<int(min=1, max=2147483647):id>"
RULES = "/settings/redirects"
RULE = f"{RULES}/<int(min=1, max=2147483647):id>"

bp = Blueprint("authoring", __name__, url_prefix="/write")
bp.before_request(tell_scripts)
bp.before_request(guarding.keep_typed_text)
bp.before_request(require_author)
bp.before_request(demand_second_factor)
bp.before_request(guarding.admit_long_texts)
bp.after_request(keep_private)
bp.register_error_handler(CSRFError, refuse_stale_button)
bp.register_error_handler(StaleDataError, guarding.refuse_collision)
bp.context_processor(offer_to_templates)
bp.context_processor(guarding.offer_to_templates)
bp.context_processor(checks.offer_to_templates)
bp.context_processor(notifications.offer_to_templates)

bp.add_url_rule("", "dashboard", dashboard.show)
bp.add_url_rule("/session", "show_session", session.show)
bp.add_url_rule("/shortcuts", "show_shortcuts", shortcuts.show, methods=["GET", "POST"])
bp.add_url_rule("/posts", "list_posts", shelf.index)
bp.add_url_rule("/posts/changes", "change_posts", bulk.change, methods=["POST"])
bp.add_url_rule(
    "/undos/<int(min=1, max=2147483647):id>", "undo_changes", bulk.undo, methods=["POST"]
)
bp.add_url_rule(NEW, "new_post", posts.edit, methods=["GET", "POST"])
bp.add_url_rule("/pages", "list_pages", shelf.index_pages)
bp.add_url_rule("/pages/new", "new_page", posts.start_page)
bp.add_url_rule(POST, "edit_post", posts.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{POST}/copies", "copy_post", conflicts.keep_apart, methods=["POST"])
bp.add_url_rule(f"{POST}/duplicate", "duplicate_post", duplicating.duplicate, methods=["POST"])
bp.add_url_rule(f"{POST}/trash", "trash_post", posts.trash, methods=["POST"])
bp.add_url_rule(f"{POST}/restoration", "restore_post", posts.restore, methods=["POST"])

bp.add_url_rule(f"{POST}/revisions", "list_revisions", revisions.index)
bp.add_url_rule(f"{POST}/comparison", "compare_revisions", revisions.compare_two)
bp.add_url_rule(f"{POST}/comparison/summary", "summarize_changes", revisions.summarize)
bp.add_url_rule(
    f"{POST}/revisions/<int(min=1, max=2147483647):number>",
    "name_revision",
    revisions.name,
    methods=["POST"],
)
bp.add_url_rule(
    f"{POST}/revisions/<int(min=1, max=2147483647):number>/restoration",
    "restore_revision",
    revisions.restore,
    methods=["POST"],
)
bp.add_url_rule(f"{POST}/draft/removal", "discard_draft", revisions.discard, methods=["POST"])

bp.add_url_rule("/reviews", "list_reviews", reviews.index)
bp.add_url_rule(f"{POST}/review", "show_review", reviews.show)
bp.add_url_rule(f"{POST}/review", "ask_review", reviews.ask, methods=["POST"])
bp.add_url_rule(f"{POST}/review/remarks", "comment_review", reviews.comment, methods=["POST"])
bp.add_url_rule(
    f"{POST}/review/remarks/<int(min=1, max=2147483647):step>",
    "settle_remark",
    reviews.settle,
    methods=["POST"],
)
bp.add_url_rule(f"{POST}/review/approval", "approve_review", reviews.approve, methods=["POST"])
bp.add_url_rule(f"{POST}/review/rejection", "send_back_review", reviews.send_back, methods=["POST"])
bp.add_url_rule(f"{POST}/review/withdrawal", "withdraw_review", reviews.withdraw, methods=["POST"])
bp.add_url_rule("/settings/sign-in", "edit_sign_in", sign_in_settings.edit, methods=["GET", "POST"])
bp.add_url_rule("/settings/reviews", "edit_reviews", reviews_settings.edit, methods=["GET", "POST"])

bp.add_url_rule(f"{NEW}/preview", "preview_new_post", preview.show, methods=["POST"])
bp.add_url_rule(f"{POST}/preview", "preview_post", preview.show, methods=["POST"])
bp.add_url_rule(f"{NEW}/publication", "publish_new_post", publication.publish, methods=["POST"])
bp.add_url_rule(f"{POST}/publication", "publish_post", publication.publish, methods=["POST"])
bp.add_url_rule(f"{POST}/withdrawal", "withdraw_post", publication.withdraw, methods=["POST"])

bp.add_url_rule(
    f"{POST}/publication/undo", "undo_publication", undone.publication, methods=["POST"]
)
bp.add_url_rule("/moment", "tell_moment", moments.tell)

bp.add_url_rule(f"{NEW}/checks", "check_new_post", checks.look, methods=["POST"])
bp.add_url_rule(f"{POST}/checks", "check_post", checks.look, methods=["POST"])
bp.add_url_rule(f"{NEW}/card.png", "show_first_card", cards.show)
bp.add_url_rule(f"{POST}/card.png", "show_card", cards.show)
bp.add_url_rule(f"{POST}/comments", "list_comments", comments.index)
bp.add_url_rule(f"{POST}/comments", "change_comments", comments.change, methods=["POST"])
bp.add_url_rule(f"{POST}/previews", "list_previews", preview_links.index, methods=["GET", "POST"])
bp.add_url_rule(
    f"{POST}/previews/<int(min=1, max=2147483647):link>/revocation",
    "revoke_preview",
    preview_links.revoke,
    methods=["POST"],
)

bp.add_url_rule(f"{NEW}/journal", "write_first_journal", journal.write, methods=["POST"])
bp.add_url_rule(f"{POST}/journal", "write_journal", journal.write, methods=["POST"])

bp.add_url_rule(f"{POST}/conflict", "show_conflict", conflicts.show)
bp.add_url_rule(f"{POST}/conflict", "decide_conflict", conflicts.decide, methods=["POST"])
bp.add_url_rule(f"{POST}/branches", "reopen_branch", conflicts.reopen, methods=["POST"])

bp.add_url_rule(f"{NEW}/images", "add_first_image", images.add, methods=["POST"])
bp.add_url_rule(f"{POST}/images", "list_images", images.index)
bp.add_url_rule(f"{POST}/images", "add_image", images.add, methods=["POST"])

bp.add_url_rule("/media", "list_media", media.index)
bp.add_url_rule("/media", "add_media", media.add, methods=["POST"])
bp.add_url_rule("/media/descriptions", "describe_media", media.describe, methods=["GET", "POST"])
bp.add_url_rule("/media/deletions", "delete_media_files", media.delete_many, methods=["POST"])
bp.add_url_rule("/media/restorations", "restore_media", media.restore, methods=["POST"])
bp.add_url_rule(UPLOAD, "show_upload", uploads.show)
bp.add_url_rule(UPLOAD, "add_upload_part", uploads.add_part, methods=["POST"])
bp.add_url_rule(f"{UPLOAD}/completion", "complete_upload", uploads.complete, methods=["POST"])
bp.add_url_rule(f"{UPLOAD}/removal", "drop_upload", uploads.drop, methods=["POST"])
bp.add_url_rule(FILE, "edit_media", media.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{FILE}/replacement", "replace_media", media.replace, methods=["POST"])
bp.add_url_rule(f"{FILE}/deletion", "delete_media", media.delete, methods=["POST"])
bp.add_url_rule(f"{FILE}/variants", "make_variants", media.make_again, methods=["POST"])

bp.add_url_rule("/imports", "edit_imports", imports.index, methods=["GET", "POST"])
bp.add_url_rule(RUN, "show_import", imports.show)
bp.add_url_rule(f"{RUN}/preview", "preview_import", imports.preview, methods=["POST"])
bp.add_url_rule(f"{RUN}/beginning", "begin_import", imports.begin, methods=["POST"])
bp.add_url_rule(f"{RUN}/cancellation", "cancel_import", imports.cancel, methods=["POST"])
bp.add_url_rule(f"{RUN}/resumption", "resume_import", imports.resume, methods=["POST"])
bp.add_url_rule(f"{RUN}/removal", "remove_import", imports.remove, methods=["POST"])
for name, form in (("download_report", "jsonl"), ("download_table", "csv")):
    bp.add_url_rule(f"{RUN}/report.{form}", name, downloads.report, defaults={"form": form})
bp.add_url_rule(
    "/imports/lists/<int(min=1, max=2147483647):id>.csv", "download_list", downloads.kept_list
)

bp.add_url_rule("/settings/pages", "edit_pages", static_pages.index)
bp.add_url_rule("/settings/pages/places", "place_page", static_pages.place, methods=["POST"])
bp.add_url_rule(DOMAINS, "edit_domains", domains.index, methods=["GET", "POST"])
bp.add_url_rule(f"{DOMAINS}/order", "order_domains", domains.arrange, methods=["POST"])
bp.add_url_rule(DOMAIN, "edit_domain", domains.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{DOMAIN}/merger", "merge_domain", domains.merge, methods=["GET", "POST"])
bp.add_url_rule(f"{DOMAIN}/deletion", "delete_domain", domains.delete, methods=["GET", "POST"])
bp.add_url_rule(ALL_SERIES, "edit_series", series.index, methods=["GET", "POST"])
bp.add_url_rule(SERIES, "edit_one_series", series.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{SERIES}/order", "order_series", series.arrange, methods=["POST"])
bp.add_url_rule(f"{SERIES}/parts", "add_to_series", series.add, methods=["POST"])
bp.add_url_rule(f"{SERIES}/deletion", "delete_series", series.delete, methods=["GET", "POST"])

bp.add_url_rule(RULES, "edit_redirects", redirects.index)
bp.add_url_rule(f"{RULES}.csv", "export_redirects", redirects.export)
bp.add_url_rule(f"{RULES}/new", "new_redirect", redirects.add, methods=["GET", "POST"])
bp.add_url_rule(RULE, "edit_redirect", redirects.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{RULE}/deletion", "delete_redirect", redirects.delete, methods=["POST"])
bp.add_url_rule(f"{RULES}/test", "test_redirect", redirect_trials.test)
bp.add_url_rule(
    f"{RULES}/import", "import_redirects", redirect_imports.take_in, methods=["GET", "POST"]
)
bp.add_url_rule(f"{RULES}/missing", "list_missing", redirect_log.index)
bp.add_url_rule(
    f"{RULES}/missing/<int(min=1, max=2147483647):id>",
    "answer_missing",
    redirect_log.answer,
    methods=["POST"],
)

ROOM = "/settings/notifications"
bp.add_url_rule(ROOM, "edit_notifications", notifications.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{ROOM}/chat/test", "test_chat", notifications.test_chat, methods=["POST"])
bp.add_url_rule(f"{ROOM}/mail/test", "test_mail", notifications.test_mail, methods=["POST"])
bp.add_url_rule(
    f"{ROOM}/messages/<int(min=1, max=2147483647):id>",
    "answer_message",
    notifications.answer_message,
    methods=["POST"],
)
JOBS = "/settings/jobs"
bp.add_url_rule(JOBS, "edit_jobs", jobs.show)
bp.add_url_rule(f"{JOBS}/answers", "answer_jobs", jobs.answer_all, methods=["POST"])
bp.add_url_rule(
    f"{JOBS}/<int(min=1, max=2147483647):id>", "answer_job", jobs.answer, methods=["POST"]
)
bp.add_url_rule("/settings/audit", "edit_audit", audit.edit, methods=["GET", "POST"])
for name, form in (("download_audit_csv", "csv"), ("download_audit_jsonl", "jsonl")):
    bp.add_url_rule(f"/settings/audit.{form}", name, audit.download_events, defaults={"form": form})

bp.add_url_rule("/export.zip", "export_blog", downloads.whole_blog, methods=["POST"])

for section in sections.SECTIONS.values():
    if not section.form:
        continue
    address = "/settings" if section.name == "settings" else f"/settings/{section.name}"
    chosen = {"section": section.name}
    bp.add_url_rule(
        address, f"edit_{section.name}", settings.edit, defaults=chosen, methods=["GET", "POST"]
    )
    if section.is_previewed:
        bp.add_url_rule(
            f"{address}/preview",
            f"preview_{section.name}",
            settings.preview,
            defaults=chosen,
            methods=["POST"],
        )
bp.add_url_rule(
    "/settings/outside/refused/removal", "forget_refused", refused.forget, methods=["POST"]
)
PERSON = "/people/<int(min=1, max=2147483647):id>"
INVITATION = "/people/invitations/<int(min=1, max=2147483647):id>"
bp.add_url_rule("/people", "list_people", people.index)
bp.add_url_rule(
    "/people/invitations/new", "invite_person", people_inviting.invite, methods=["GET", "POST"]
)
bp.add_url_rule(
    f"{INVITATION}/renewal", "renew_invitation", people_inviting.renew, methods=["POST"]
)
bp.add_url_rule(
    f"{INVITATION}/revocation", "revoke_invitation", people_inviting.revoke, methods=["POST"]
)
bp.add_url_rule(
    "/people/handovers/<token>/undo", "undo_hand_over", people_leaving.undo, methods=["POST"]
)
bp.add_url_rule(PERSON, "show_person", people.show)
bp.add_url_rule(f"{PERSON}/profile", "edit_person", people.edit_profile, methods=["GET", "POST"])
bp.add_url_rule(f"{PERSON}/role", "change_role", people.change_role, methods=["POST"])
bp.add_url_rule(f"{PERSON}/suspension", "disable_person", people.disable, methods=["POST"])
bp.add_url_rule(f"{PERSON}/admission", "enable_person", people.enable, methods=["POST"])
bp.add_url_rule(f"{PERSON}/sessions", "end_sessions", people.end_sessions, methods=["POST"])
bp.add_url_rule(f"{PERSON}/handover", "hand_over", people_leaving.hand, methods=["POST"])
bp.add_url_rule(
    f"{PERSON}/removal", "remove_person", people_leaving.remove, methods=["GET", "POST"]
)

bp.add_url_rule("/links", "suggest_links", links.suggest)
bp.add_url_rule("/tags", "list_tags", tags.index)
bp.add_url_rule("/tags/twins", "list_twins", tags.index_twins)
bp.add_url_rule("/tags/distinctions", "tell_tags_apart", tags.tell_apart, methods=["POST"])
bp.add_url_rule(TAG, "edit_tag", tags.edit, methods=["GET", "POST"])
bp.add_url_rule(f"{TAG}/merger", "merge_tag", tags.merge, methods=["GET", "POST"])
bp.add_url_rule(f"{TAG}/deletion", "delete_tag", tags.delete, methods=["GET", "POST"])
bp.add_url_rule(f"{TAG}/aliases", "add_alias", tags.add_alias, methods=["POST"])
bp.add_url_rule(
    f"{TAG}/aliases/<int(min=1, max=2147483647):alias>/removal",
    "drop_alias",
    tags.drop_alias,
    methods=["POST"],
)
