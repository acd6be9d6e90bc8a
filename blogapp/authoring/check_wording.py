"""What checks find, in the interface's words."""

from flask_babel import gettext as _

from blogapp.posts.findings import CheckKind, Finding
from blogapp.text.languages import language_name
from blogapp.text.secrets import SecretKind
from blogapp.web.language import ngettext


def say_finding(finding: Finding) -> str:
    """Return what was found, in one sentence."""
    value, other = finding.value, finding.other
    match finding.kind:
        case CheckKind.SECRET:
            return _say_secret(finding)
        case CheckKind.NO_TITLE:
            return _("There is no title.")
        case CheckKind.SAME_TITLE:
            return _("Another post has this title: “%(title)s”.", title=value)
        case CheckKind.NO_SUMMARY:
            return _("There is no summary; lists show the beginning of the text.")
        case CheckKind.LONG_SUMMARY:
            return _(
                "The summary has %(count)s characters; lists and search engines cut it.",
                count=value,
            )
        case CheckKind.ALIKE_SLUG:
            return _(
                "The address “%(address)s” is hard to tell from “%(other)s”.",
                address=value,
                other=other,
            )
        case CheckKind.ALIKE_TAG:
            return _(
                "The tag “%(name)s” would be new; there is “%(other)s”.", name=value, other=other
            )
        case CheckKind.FRONT_MATTER:
            return _(
                "The text begins with front matter (%(form)s), which readers would see.", form=value
            )
        case CheckKind.LEFTOVER:
            return (
                _("“%(words)s” is left in the text.", words=value)
                if finding.field == "body"
                else _("“%(words)s” is left here.", words=value)
            )
        case CheckKind.HOME_FOLDER:
            return _("The path %(path)s names a person’s account.", path=value)
    return _say_of_text(finding)


def _say_of_text(finding: Finding) -> str:
    value, other = finding.value, finding.other
    match finding.kind:
        case CheckKind.LOST_LINK:
            return _("The link to %(address)s leads nowhere.", address=value)
        case CheckKind.UNPUBLISHED_LINK:
            return _(
                "The link to %(address)s leads to a post that is not published: “%(title)s”.",
                address=value,
                title=other,
            )
        case CheckKind.GONE_LINK:
            return _("The link to %(address)s leads to something that is gone.", address=value)
        case CheckKind.LOST_ANCHOR:
            if other:
                return _("“%(title)s” has no section %(anchor)s.", title=other, anchor=value)
            return _("There is no section %(anchor)s on this page.", anchor=value)
        case CheckKind.EMPTY_LINK:
            return _("The link to %(address)s has no words.", address=value)
        case CheckKind.NO_TARGET:
            return _("A link or an image has no address.")
        case CheckKind.NO_ALT:
            return _("The image %(name)s has no words for people who cannot see it.", name=value)
        case CheckKind.UNFINISHED_UPLOAD:
            return _("A file did not arrive: “%(words)s”.", words=value)
        case CheckKind.LOST_IMAGE:
            return _("The image %(name)s is not there.", name=value)
        case CheckKind.LARGE_IMAGE:
            size = f"{int(other or 0) / 1_000_000:.1f}"
            return _("The image %(name)s is large: %(size)s MB.", name=value, size=size)
        case CheckKind.SKIPPED_LEVEL:
            return _(
                "A heading of level %(level)s follows one of level %(above)s.",
                level=value,
                above=other,
            )
        case CheckKind.EMPTY_HEADING:
            return _("A heading is empty.")
        case CheckKind.NO_LANGUAGE:
            return _("A code block does not say its language.")
    return finding.kind.value


def _say_secret(finding: Finding) -> str:
    found = {
        SecretKind.PRIVATE_KEY: _("This looks like a private key."),
        SecretKind.CLOUD_KEY: _("This looks like the key of a cloud account."),
        SecretKind.FORGE_TOKEN: _("This looks like a token for a code or package host."),
        SecretKind.SERVICE_TOKEN: _("This looks like a token of a service."),
        SecretKind.WEBHOOK: _("Whoever knows this webhook can post to it."),
        SecretKind.SESSION_TOKEN: _("This looks like a token that signs somebody in."),
        SecretKind.PASSWORD: _("This looks like a password."),
        SecretKind.PRIVATE_ADDRESS: _("This is an address inside a private network."),
        SecretKind.INNER_HOST: _("This is the name of a machine inside a private network."),
    }[SecretKind(finding.detail)]
    if finding.times == 1:
        return found
    places = ngettext("It stands in %(num)s place.", "It stands in %(num)s places.", finding.times)
    return f"{found} {places}"


def say_fix(finding: Finding) -> str:
    """Return what the button says that puts it right; empty where there is none."""
    if finding.kind is CheckKind.FRONT_MATTER:
        return _("Move it into the fields")
    if finding.fix is None:
        return ""
    match finding.kind:
        case CheckKind.NO_SUMMARY:
            return _("Take the first paragraph")
        case CheckKind.ALIKE_TAG:
            return _("Use “%(name)s”", name=finding.other)
        case CheckKind.NO_ALT:
            return _("Use the words of the media library")
        case CheckKind.SKIPPED_LEVEL:
            return _("Make it level %(level)s", level=int(finding.other) + 1)
        case CheckKind.NO_LANGUAGE:
            return _("Call it %(language)s", language=language_name(finding.value))
    return _("Put it right")
