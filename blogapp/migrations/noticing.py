"""What readers' pages show of the database, and what of it is nobody's but authors'.

A page shows all of a table but the columns named here: what is added to a table later is
noticed until somebody says that no reader sees it. Triggers are made of this
(`blogapp.migrations.triggers`), so a change here needs a step that makes them anew.
"""

from dataclasses import dataclass

EVENTS = ("INSERT", "UPDATE", "DELETE")
# A post that readers know, will know, or knew: without a date it is nobody's but its authors'.
KNOWN = "{row}.published_at IS NOT NULL"


@dataclass(frozen=True)
class Shown:
    """A table that pages are made of.

    ``private`` are the columns that no reader's page shows. ``posts`` are those that name
    posts, all of which have to be known to readers; ``condition`` is another one, on a
    ``{row}``. ``keys`` say what caches in front of the blog have to let go of, each as a word
    and the column that goes with it, or as a word alone (`blogapp.posts.purging`).
    """

    private: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    condition: str = ""
    events: tuple[str, ...] = EVENTS
    keys: tuple[str, ...] = ("site",)


_OF_POST = ("post-{post_id}",)


def _named(word: str) -> Shown:
    """Names appear with the first post that has them."""
    return Shown(("origin",), events=("UPDATE", "DELETE"), keys=(f"{word}-{{id}}",))


SHOWN: dict[str, Shown] = {
    "site": Shown(
        (
            *("before_preset", "origin", "tag_makers"),
            *("chat_kind", "chat_address", "chat_steps", "audit_days"),
        )
    ),
    "posts": Shown(
        # Raised and set by each save, whatever it changes; kept for the way out.
        ("version", "saved_at", "created_at", "slug_follows_title", "extra", "origin"),
        condition=KNOWN,
        keys=("post-{id}", "series-{series_id}"),
    ),
    "post_tags": Shown(posts=("post_id",), keys=_OF_POST),
    "post_authors": Shown(posts=("post_id",), keys=_OF_POST),
    "post_media": Shown(posts=("post_id",), keys=_OF_POST),
    "related_posts": Shown(posts=("post_id", "other_id"), keys=_OF_POST),
    # What is searched follows the texts; it is made anew by itself only whole.
    "search_posts": Shown(posts=("post_id",), events=("INSERT", "DELETE"), keys=("listing",)),
    "revisions": Shown(
        # The change log tells when, what kind of change, and the note.
        (
            *("kind", "begun_at", "author_id", "name", "restored_number", "fields", "body"),
            *("digest", "words_added", "words_removed"),
        ),
        posts=("post_id",),
        condition="{row}.change_type <> ''",
        keys=_OF_POST,
    ),
    "tags": _named("tag"),
    "domains": _named("domain"),
    "series": _named("series"),
    "tag_aliases": Shown(("origin",), keys=("tag-{tag_id}",)),
    "authors": Shown(
        (
            *("email", "email_key", "role", "password_hash", "single_keys"),
            "muted_notices",
            *("disabled_at", "last_seen_at", "created_at", "origin"),
        ),
        events=("UPDATE", "DELETE"),
        keys=("author-{id}",),
    ),
    # One that is uploaded is on no page before a post or the blog names it, and pages name its
    # smaller versions before they are made.
    "media": Shown(
        ("uploaded_by_id", "metadata_found", "variants", "frames", "origin"),
        events=("UPDATE", "DELETE"),
        keys=("media-{id}",),
    ),
    # Where an address leads no cache is told to keep.
    "redirects": Shown(("created_at", "came_by"), keys=()),
    "comments": Shown(("source_id", "body"), posts=("post_id",), keys=_OF_POST),
}

PRIVATE: dict[str, str] = {
    "alembic_version": "the schema's own number",
    "audit_events": "who did what",
    "author_sessions": "who is signed in",
    "cache_changes": "what the triggers write",
    "cache_marks": "how far caches elsewhere are told",
    "code_apps": "how somebody proves who they are",
    "confirmed_secrets": "what authors let through",
    "content_version": "what the triggers write",
    "directory_people": "who somebody is elsewhere",
    "directory_sessions": "who is signed in",
    "distinct_tags": "what authors said about names that are alike",
    "drafts": "what is typed and not published",
    "failed_sign_ins": "how often somebody guessed",
    "import_runs": "how imports go",
    "imported_files": "where posts came from",
    "imported_media": "where pictures came from",
    "invitations": "who may become one who writes here",
    "job_counts": "how much was done lately",
    "job_runners": "who is there to do it",
    "jobs": "what is still to be done",
    "journal_entries": "how it was typed",
    "kept_lists": "people of other blogs",
    "known_devices": "where somebody signed in before",
    "message_counts": "how many messages somebody got",
    "messages": "what is on its way",
    "missing_paths": "what readers asked for in vain",
    "noted_posts": "what the triggers write",
    "passkey_users": "how somebody proves who they are",
    "passkeys": "how somebody proves who they are",
    "policy_reports": "what browsers refused to load",
    "post_keywords": "what related posts are found by; those are noticed",
    "preview_links": "addresses for a few, which are never kept",
    "publications": "what an author may take back",
    "recovery_codes": "how somebody proves who they are",
    "redirect_hits": "how often old addresses are asked for",
    "review_approvers": "who approves what",
    "review_rules": "who approves what",
    "review_steps": "what is said about drafts",
    "reviewers": "who was asked to look at a draft",
    "reviews": "what is said about drafts",
    "search_code": "goes with search_posts",
    "search_names": "goes with search_posts",
    "search_vocabulary": "goes with search_posts",
    "search_words": "goes with search_posts",
    "sign_in_links": "links that work once",
    "sign_in_steps": "what was begun a minute ago",
    "spent_logouts": "what was said to end sessions",
    "undos": "what an author may take back",
}
