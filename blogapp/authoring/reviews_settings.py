"""Who must approve what is published where, and who may create tags."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from blogapp.accounts.models import Author, Role
from blogapp.authoring.notices import say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import db
from blogapp.posts.approving import MOST_NEEDED, Rule, Rules, find_rules, keep_rule
from blogapp.posts.managing import list_authors, list_domains
from blogapp.posts.rights import may_approve
from blogapp.site.reading import get_site
from blogapp.web.auditing import note
from blogapp.web.forms import row_id

AS_USUAL = "usual"
NUMBERS = tuple(str(number) for number in range(MOST_NEEDED + 1))


@dataclass(frozen=True)
class Row:
    """The rule of a domain, as the page shows it; without an id that of posts without one."""

    key: str
    name: str
    domain_id: int | None
    rule: Rule
    is_own: bool  # not that of posts without a domain

    @property
    def chosen(self) -> str:
        return str(self.rule.needed) if self.is_own else AS_USUAL


def edit() -> AnyResponse:
    """Show who must approve what, by domain; on POST keep it."""
    section = demand_section("reviews")
    rows, people, site = _rows(find_rules()), list_authors(), get_site()
    if request.method != "POST":
        return _show(rows, people, site.tag_makers)
    chosen, least = _read(rows, people), request.form.get("tag_makers", "")
    if chosen is None or least not in set(Role):
        return _show(rows, people, site.tag_makers, status=422)
    for row in rows:
        needed, named = chosen[row.key]
        keep_rule(row.domain_id, needed=needed, named=named)
    site.tag_makers = least
    site.origin = None
    db.session.add(site)
    changed = _told(rows, find_rules())
    note("settings.saved", "reviews", approvals=changed, tag_makers=least)
    db.session.commit()
    say(_("Settings saved."))
    return redirect(section.address, code=303)


def _told(rows: Sequence[Row], rules: Rules) -> list[str]:
    """Say which rules are others than they were, for the audit log."""
    told = []
    for row in rows:
        kept = rules.by_domain.get(row.domain_id)
        if kept != (row.rule if row.is_own else None):
            told.append(f"{row.name or 'no domain'}: {kept.needed if kept else AS_USUAL}")
    return told


def _rows(rules: Rules) -> list[Row]:
    usual = Row("none", "", None, rules.usual, True)
    return [usual] + [
        Row(str(each.id), each.name, each.id, rules.of(each.id), each.id in rules.by_domain)
        for each in list_domains()
    ]


def _read(
    rows: Sequence[Row], people: Sequence[Author]
) -> dict[str, tuple[int | None, list[int]]] | None:
    """Return what was chosen for each row; None where that is none of what is offered.

    A domain that the form does not know, because it is newer, keeps its rule.
    """
    known = {person.id for person in people}
    read: dict[str, tuple[int | None, list[int]]] = {}
    for row in rows:
        given = request.form.get(f"needed-{row.key}", row.chosen)
        named = sorted(set(request.form.getlist(f"named-{row.key}", type=row_id)) & known)
        if f"needed-{row.key}" not in request.form:
            named = sorted(row.rule.named)
        if given == AS_USUAL and row.domain_id is not None:
            read[row.key] = (None, [])
        elif given in NUMBERS:
            read[row.key] = (int(given), named)
        else:
            return None
    return read


def _show(
    rows: Sequence[Row], people: Sequence[Author], tag_makers: str, status: int = 200
) -> AnyResponse:
    return show_section(
        "reviews",
        "authoring/reviews_settings.html",
        status,
        rows=rows,
        people=[person for person in people if _may_be_named(person, rows)],
        able=lambda person: may_approve(person, named=(person.id,)),
        numbers=NUMBERS,
        as_usual=AS_USUAL,
        roles=list(Role),
        tag_makers=tag_makers,
        is_wrong=status != 200,
    )


def _may_be_named(person: Author, rows: Sequence[Row]) -> bool:
    """Whether the page offers somebody: who can approve, and who is named already."""
    is_named = any(person.id in row.rule.named for row in rows)
    return is_named or (bool(person.email) and may_approve(person, named=(person.id,)))
