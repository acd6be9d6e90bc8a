"""What was done, in words."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

ACTS: dict[str, LazyString] = {
    "audit.downloaded": _l("Audit log downloaded"),
    "author.added": _l("Account made"),
    "author.disabled": _l("Account disabled"),
    "author.joined-directory": _l("Account joined to the directory"),
    "author.left-directory": _l("Account taken out of the directory"),
    "author.reset": _l("Password set by a command"),
    "backup.made": _l("Backup made"),
    "backup.restored": _l("Backup restored"),
    "comments.changed": _l("Comments hidden or shown"),
    "demo.loaded": _l("Demo loaded"),
    "demo.removed": _l("Demo removed"),
    "export.made": _l("Blog exported"),
    "import.begun": _l("Import begun"),
    "import.cancelled": _l("Import cancelled"),
    "import.removed": _l("Import taken off the list"),
    "import.uploaded": _l("Export of another blog uploaded"),
    "media.deleted": _l("File deleted"),
    "media.replaced": _l("File replaced"),
    "media.restored": _l("File restored"),
    "message.dropped": _l("Message dropped"),
    "message.tried-again": _l("Message sent once more"),
    "post.deleted": _l("Post deleted for good"),
    "post.published": _l("Post published"),
    "post.restored": _l("Post taken out of the trash"),
    "post.scheduled": _l("Post scheduled"),
    "post.trashed": _l("Post put into the trash"),
    "post.withdrawn": _l("Post withdrawn"),
    "posts.changed": _l("Several posts changed"),
    "preview.made": _l("Preview of a post opened to strangers"),
    "preview.revoked": _l("Preview of a post closed"),
    "publication.undone": _l("Publication taken back"),
    "redirect.added": _l("Redirect added"),
    "redirect.changed": _l("Redirect changed"),
    "redirect.deleted": _l("Redirect deleted"),
    "redirects.imported": _l("Redirects imported"),
    "role.changed": _l("Role changed"),
    "role.kept": _l("Role of the last owner kept"),
    "session.confirmed": _l("Identity proved again"),
    "session.ended": _l("Session ended"),
    "settings.saved": _l("Settings saved"),
    "sign-in.refused": _l("Sign-in refused"),
    "tag.changed": _l("Tag changed"),
    "tag.deleted": _l("Tag deleted"),
    "tag.merged": _l("Tag merged into another one"),
    "undo.done": _l("Change of several posts taken back"),
}


def act_in_words(act: str) -> str:
    """Return an act as people say it; one that has no words as it is."""
    return str(ACTS.get(act, act))
