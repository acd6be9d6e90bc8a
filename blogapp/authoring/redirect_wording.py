"""What there is to say about old addresses, in words."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from blogapp.posts.proposing import Why
from blogapp.posts.redirect_listing import Kind, Sort
from blogapp.posts.redirect_ruling import Reason, Verdict

KINDS: dict[Kind | None, LazyString] = {
    None: _("All"),
    Kind.HAND: _("By hand"),
    Kind.RENAMED: _("Renamed posts"),
    Kind.IMPORTED: _("Imported"),
    Kind.GONE: _("Gone"),
}
SORTS: dict[Sort, LazyString] = {
    Sort.NEWEST: _("Newest first"),
    Sort.HITS: _("Most used first"),
    Sort.USED: _("Used last first"),
    Sort.OLDEST: _("Oldest first"),
    Sort.PATH: _("By address"),
}
TABS: dict[str, LazyString] = {
    "open": _("To decide"),
    "probes": _("Probes"),
    "dismissed": _("Dismissed"),
}
VERDICTS: dict[Verdict, LazyString] = {
    Verdict.ADD: _("New"),
    Verdict.CHANGE: _("Changed"),
    Verdict.SAME: _("There already"),
    Verdict.REFUSED: _("Refused"),
}
WHYS: dict[Why, LazyString] = {
    Why.NAME: _("same name"),
    Why.ONCE: _("was called that once"),
    Why.DATE: _("same date"),
    Why.LABEL: _("has this name"),
    Why.NEAR: _("nearly the same name"),
    Why.KIND: _("same purpose"),
}
REASONS: dict[Reason, LazyString] = {
    Reason.NO_ADDRESS: _("No old address is given."),
    Reason.ODD_ADDRESS: _(
        "A reader could not ask for this. Write a path such as /2019/old-post, or an old "
        "query such as /?p=123."
    ),
    Reason.PATTERN: _("Of patterns only “all below a folder” is understood: /old/* to /new/*."),
    Reason.REWRITE: _("This shows one page at the address of another, which is no redirect."),
    Reason.CONDITION: _("It depends on who asks, which is not understood here."),
    Reason.TWICE: _("An earlier line leads the same address elsewhere."),
    Reason.ITSELF: _("Something answers at this address by itself, so this would never be asked."),
    Reason.DRAFT: _("A post that is not published yet has this address."),
    Reason.TAKEN_DOWN: _(
        "A withdrawn or trashed post has this address, and answers that it is gone. Delete it "
        "for good first, or publish it again."
    ),
    Reason.NO_TARGET: _("Where does it lead?"),
    Reason.ODD_TARGET: _(
        "Write a path of this blog such as /archive, or a whole https:// address."
    ),
    Reason.INSECURE: _("Other sites are led to by https:// only."),
    Reason.LOOP: _("This would lead in a circle."),
    Reason.LOST: _("Nothing answers there."),
    Reason.GONE: _("What was there is gone."),
    Reason.TOO_MANY: _("One file may hold 20,000; this is in none of the first."),
}
# Those that are about where it leads, in the form.
OF_TARGET = {
    *(Reason.NO_TARGET, Reason.ODD_TARGET, Reason.INSECURE),
    *(Reason.LOOP, Reason.LOST, Reason.GONE),
}
