"""The matrix: who may do what, by the name of each address; `test_access.py` holds us to it.

A new address needs a line here.
"""

from dataclasses import dataclass

ROLES = ("contributor", "author", "editor", "owner")
_LETTERS = dict(zip(ROLES, "CAEO", strict=True))


@dataclass(frozen=True)
class Right:
    """The first letters of the roles that may: with their own things, and with somebody else's."""

    own: str
    other: str

    @classmethod
    def for_all(cls, roles):
        """Whoever's it is, or nobody's in particular."""
        return cls(roles, roles)


# Everybody who may sign in.
EVERYBODY = Right.for_all("CAEO")
# Whoever signs it, uploaded it, is it; and all who edit.
SIGNERS = Right("CAEO", other="EO")
# The same, where readers see it at once.
PUBLISHERS = Right("AEO", other="EO")
# All but contributors.
WRITERS_ALONE = Right.for_all("AEO")
# What is nobody else's, owners included.
OWN_ALONE = Right("CAEO", other="")
# What belongs to the blog.
MANAGERS = Right.for_all("EO")
# What nobody does to themselves.
OTHERS_ALONE = Right("", other="EO")
OWNERS = Right.for_all("O")
OWNERS_OF_OTHERS = Right("", other="O")

PUBLIC, DOOR = "public", "door"  # open to all; the second says nothing to whom it does not know

RIGHTS = {
    name: right
    for right, names in (
        (
            EVERYBODY,
            (
                "account.begin_passkey",
                "account.change_email",
                "account.change_password",
                "account.drop_app",
                "account.edit_factors",
                "account.edit_notifications",
                "account.edit_password",
                "account.edit_profile",
                "account.end_other_sessions",
                "account.list_sessions",
                "account.make_recovery",
                "account.new_passkey",
                "account.set_up_app",
                "authoring.add_first_image",
                "authoring.add_media",
                "authoring.add_upload_part",
                "authoring.change_posts",
                "authoring.check_new_post",
                "authoring.complete_upload",
                "authoring.dashboard",
                "authoring.delete_media_files",
                "authoring.describe_media",
                "authoring.drop_upload",
                "authoring.list_media",
                "authoring.list_people",
                "authoring.list_posts",
                "authoring.list_reviews",
                "authoring.list_tags",
                "authoring.new_post",
                "authoring.preview_new_post",
                "authoring.restore_media",
                "authoring.show_first_card",
                "authoring.show_session",
                "authoring.show_shortcuts",
                "authoring.show_upload",
                "authoring.suggest_links",
                "authoring.tell_moment",
                "authoring.undo_hand_over",
                "authoring.write_first_journal",
            ),
        ),
        (
            SIGNERS,
            (
                "authoring.edit_media",
                "authoring.replace_media",
                "authoring.delete_media",
                "authoring.make_variants",
                "authoring.add_image",
                "authoring.approve_review",
                "authoring.ask_review",
                "authoring.change_role",
                "authoring.check_post",
                "authoring.comment_review",
                "authoring.compare_revisions",
                "authoring.copy_post",
                "authoring.decide_conflict",
                "authoring.discard_draft",
                "authoring.duplicate_post",
                "authoring.edit_person",
                "authoring.edit_post",
                "authoring.end_sessions",
                "authoring.list_comments",
                "authoring.list_images",
                "authoring.list_previews",
                "authoring.list_revisions",
                "authoring.name_revision",
                "authoring.preview_post",
                "authoring.reopen_branch",
                "authoring.restore_post",
                "authoring.restore_revision",
                "authoring.revoke_preview",
                "authoring.send_back_review",
                "authoring.settle_remark",
                "authoring.show_card",
                "authoring.show_conflict",
                "authoring.show_person",
                "authoring.show_review",
                "authoring.summarize_changes",
                "authoring.trash_post",
                "authoring.withdraw_review",
                "authoring.write_journal",
            ),
        ),
        (
            PUBLISHERS,
            (
                "authoring.change_comments",
                "authoring.publish_post",
                "authoring.undo_publication",
                "authoring.withdraw_post",
            ),
        ),
        (
            WRITERS_ALONE,
            ("authoring.publish_new_post",),
        ),
        (
            OWN_ALONE,
            (
                "account.drop_passkey",
                "account.end_session",
                "account.rename_passkey",
                "authoring.undo_changes",
            ),
        ),
        (
            MANAGERS,
            (
                "authoring.add_alias",
                "authoring.add_to_series",
                "authoring.answer_missing",
                "authoring.delete_domain",
                "authoring.delete_redirect",
                "authoring.delete_series",
                "authoring.delete_tag",
                "authoring.drop_alias",
                "authoring.edit_domain",
                "authoring.edit_domains",
                "authoring.edit_frame",
                "authoring.edit_front",
                "authoring.edit_look",
                "authoring.edit_navigation",
                "authoring.edit_one_series",
                "authoring.edit_pages",
                "authoring.edit_presets",
                "authoring.edit_redirect",
                "authoring.edit_redirects",
                "authoring.edit_series",
                "authoring.edit_settings",
                "authoring.edit_tag",
                "authoring.export_redirects",
                "authoring.hand_over",
                "authoring.import_redirects",
                "authoring.invite_person",
                "authoring.list_missing",
                "authoring.list_pages",
                "authoring.list_twins",
                "authoring.merge_domain",
                "authoring.merge_tag",
                "authoring.new_page",
                "authoring.new_redirect",
                "authoring.order_domains",
                "authoring.order_series",
                "authoring.place_page",
                "authoring.preview_frame",
                "authoring.preview_front",
                "authoring.preview_look",
                "authoring.preview_navigation",
                "authoring.preview_presets",
                "authoring.preview_settings",
                "authoring.renew_invitation",
                "authoring.revoke_invitation",
                "authoring.tell_tags_apart",
                "authoring.test_redirect",
            ),
        ),
        (
            OTHERS_ALONE,
            (
                "authoring.disable_person",
                "authoring.enable_person",
            ),
        ),
        (
            OWNERS,
            (
                "authoring.edit_sign_in",
                "authoring.answer_job",
                "authoring.answer_jobs",
                "authoring.answer_message",
                "authoring.begin_import",
                "authoring.cancel_import",
                "authoring.download_audit_csv",
                "authoring.download_audit_jsonl",
                "authoring.download_list",
                "authoring.download_report",
                "authoring.download_table",
                "authoring.edit_audit",
                "authoring.edit_imports",
                "authoring.edit_jobs",
                "authoring.edit_notifications",
                "authoring.edit_outside",
                "authoring.edit_reviews",
                "authoring.export_blog",
                "authoring.forget_refused",
                "authoring.preview_import",
                "authoring.remove_import",
                "authoring.resume_import",
                "authoring.show_import",
                "authoring.test_chat",
                "authoring.test_mail",
            ),
        ),
        (
            OWNERS_OF_OTHERS,
            ("authoring.remove_person",),
        ),
        (
            PUBLIC,
            (
                "public.about",
                "public.archive",
                "public.author",
                "public.csp_report",
                "public.domain",
                "public.favicon",
                "public.feed",
                "public.healthz",
                "public.icon",
                "public.index",
                "public.json_feed",
                "public.llms",
                "public.manifest",
                "public.media",
                "public.metrics",
                "public.month",
                "public.opensearch",
                "public.page",
                "public.page_code",
                "public.page_markdown",
                "public.post",
                "public.post_card",
                "public.post_code",
                "public.post_markdown",
                "public.post_with_slash",
                "public.preview",
                "public.readyz",
                "public.robots",
                "public.rss",
                "public.search",
                "public.security",
                "public.series",
                "public.site_card",
                "public.sitemap",
                "public.sitemap_part",
                "public.tag",
                "public.tags",
                "public.touch_icon",
                "public.year",
            ),
        ),
        (
            DOOR,
            (
                "auth.ask_link",
                "auth.begin_confirm_passkey",
                "auth.begin_passkey",
                "auth.begin_second_passkey",
                "auth.come_back_from_directory",
                "auth.confirm",
                "auth.confirm_by_code",
                "auth.confirm_by_directory",
                "auth.confirm_email",
                "auth.end_by_directory",
                "auth.invite",
                "auth.login",
                "auth.logout",
                "auth.reset",
                "auth.second_factor",
                "auth.sign_in_by_directory",
                "auth.use_confirm_passkey",
                "auth.use_link",
                "auth.use_passkey",
                "auth.use_second_passkey",
            ),
        ),
    )
    for name in names
}
# Nothing is done, and the page says so: what was to be undone is over, or was done already.
MAY_BE_MISSING = {
    "authoring.undo_hand_over",
    "authoring.answer_job",
    "authoring.answer_message",
}
# The same answer for somebody else's, for what is over and for what never was: what tells is
# that nothing has changed.
SILENT = {
    "account.end_session",
    "account.rename_passkey",
    "account.drop_passkey",
    "authoring.undo_changes",
}


def may(name, role, whose):
    """Whether a role may open an address that names something of its own, or of another."""
    right = RIGHTS[name]
    return _LETTERS[role] in (right.own if whose == "own" else right.other)
