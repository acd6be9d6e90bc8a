"""Two people's changes of one post brought together: field by field, and in the text."""

from dataclasses import dataclass

from blogapp.posts.content import FIELDS, NAME_SETS, Content
from blogapp.text.merging import Merge, merge
from blogapp.text.name_lists import join_names, split_names

# Sentences, whose words can be merged.
PROSE = ("title", "summary")


@dataclass(frozen=True)
class Clash:
    """A field that two people filled in differently."""

    name: str
    ancestor: str
    theirs: str
    yours: str


@dataclass(frozen=True)
class Reconciled:
    """What two contents with a common ancestor make together; where they clash, theirs stands."""

    fields: dict[str, str]
    clashes: tuple[Clash, ...]
    body: Merge

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to decide anything."""
        return not self.clashes and self.body.is_clean

    @property
    def content(self) -> Content:
        return Content(self.fields, self.body.text)

    @property
    def content_for_yours(self) -> Content:
        """The same, but where two stand against each other, yours."""
        chosen = {clash.name: clash.yours for clash in self.clashes}
        parts = (p.yours if p.kind == "conflict" else p.text for p in self.body.parts)
        return Content({**self.fields, **chosen}, "".join(parts))


def reconcile(ancestor: Content, theirs: Content, yours: Content) -> Reconciled:
    """Return what ``theirs`` and ``yours`` make of what both grew out of."""
    fields: dict[str, str] = {}
    clashes: list[Clash] = []
    for name in FIELDS:
        merged = _field(name, ancestor[name], theirs[name], yours[name])
        if merged is None:
            clashes.append(Clash(name, ancestor[name], theirs[name], yours[name]))
        fields[name] = theirs[name] if merged is None else merged
    return Reconciled(fields, tuple(clashes), merge(ancestor.body, theirs.body, yours.body))


def _field(name: str, ancestor: str, theirs: str, yours: str) -> str | None:
    """Return the field both ways agree on, or None."""
    if theirs == yours or yours == ancestor:
        return theirs
    if theirs == ancestor:
        return yours
    if name in NAME_SETS:
        return _names(ancestor, theirs, yours)
    if name == "authors":
        return _byline(ancestor, theirs, yours)
    if name in PROSE and (merged := merge(ancestor, theirs, yours)).is_clean:
        return merged.text
    return None


def _names(ancestor: str, theirs: str, yours: str) -> str:
    """Return the names either side added, without those that either took out."""
    before = {name.casefold() for name in split_names(ancestor)}
    mine = {name.casefold() for name in split_names(yours)}
    kept = [n for n in split_names(theirs) if n.casefold() in mine or n.casefold() not in before]
    added = [n for n in split_names(yours) if n.casefold() not in before]
    return join_names(split_names(join_names([*kept, *added])))


def _byline(ancestor: str, theirs: str, yours: str) -> str | None:
    """As `_names`, in the order that one side gave them; None where both gave them another."""
    if _keeps_order(ancestor, yours):
        return _names(ancestor, theirs, yours)
    return _names(ancestor, yours, theirs) if _keeps_order(ancestor, theirs) else None


def _keeps_order(before: str, after: str) -> bool:
    old = [name.casefold() for name in split_names(before)]
    new = [name.casefold() for name in split_names(after)]
    return [name for name in old if name in new] == [name for name in new if name in old]
