"""The blog's own settings: what stands over every page, how it looks, how it counts time."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from blogapp.accounts.models import Role
from blogapp.exporting.columns import Shape, table_of
from blogapp.exporting.errors import BadValue, within
from blogapp.exporting.files import File, Here, Told
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.reporting import Result
from blogapp.media.models import Media
from blogapp.posts.exporting import to_yaml
from blogapp.site.models import Site

PATH = "_data/blog.yml"
SHAPE = Shape(
    table_of(Site),
    left_out={
        "id": "a number of this database",
        "chat_address": "a secret, of use under this blog's own key alone",
    },
    references={"logo_id": "logo"},
)

_SCHEMES = {"http", "https", "mailto", "tel", "xmpp", "matrix"}


def write(here: Here) -> Iterator[File]:
    """Yield the settings, or nothing while nobody has set any."""
    sites, media = table_of(Site), table_of(Media)
    query = select(sites, media.c.key.label("logo")).outerjoin_from(
        sites, media, media.c.id == sites.c.logo_id
    )
    if row := here.connection.execute(query.where(sites.c.id == 1)).one_or_none():
        logo = {"logo": f"media/{row.logo}"} if row.logo else {}
        yield File(PATH, [to_yaml({**SHAPE.say(row), **logo}).encode()])


def read(tree: Tree, *, is_empty: bool) -> Iterator[Told]:
    """Take in the settings where the blog is empty or has none. The caller commits."""
    if not tree.holds(PATH):
        return
    said = tree.mapping(PATH)
    with within(PATH):
        values = SHAPE.read(said)
        _check(values)
        values["logo_id"] = _logo(said.get("logo"))
    site = db.session.get(Site, 1)
    if site is None:
        db.session.add(Site(id=1, **values))
        yield Told(PATH, Result.MADE)
    elif not (changed := [name for name in values if getattr(site, name) != values[name]]):
        yield Told(PATH, Result.UNCHANGED)
    elif is_empty:
        for name in changed:
            setattr(site, name, values[name])
        yield Told(PATH, Result.CHANGED)
    else:
        yield Told(PATH, Result.KEPT, f"stay as they are here: {', '.join(changed)}")
    db.session.flush()


def _check(values: dict[str, Any]) -> None:
    try:
        ZoneInfo(values["time_zone"])
    except (KeyError, ValueError, OSError) as error:
        raise BadValue(f"time_zone: {values['time_zone']!r} is no time zone") from error
    if not 1 <= values["page_size"] <= 1000:
        raise BadValue(f"page_size: {values['page_size']} is not between 1 and 1000")
    if values["second_factor_for"] not in {"", *Role}:
        raise BadValue(f"second_factor_for: {values['second_factor_for']!r} is no role")
    if values["tag_makers"] not in set(Role):
        raise BadValue(f"tag_makers: {values['tag_makers']!r} is no role")
    for name in ("breadcrumb", "navigation", "footer_links", "social_links"):
        for link in values[name] or ():
            _check_link(link, name)


def _check_link(link: Any, name: str) -> None:
    if not isinstance(link, dict) or not all(isinstance(each, str) for each in link.values()):
        raise BadValue(f"{name}: an entry is no label with an address")
    scheme, colon, _rest = link.get("address", "").partition(":")
    if colon and scheme.lower() not in _SCHEMES and not set(scheme) & set("/?#"):
        raise BadValue(f"{name}: {link['address'][:80]!r} is no address for a link")


def _logo(said: Any) -> int | None:
    if said is None:
        return None
    key = str(said).removeprefix("media/")
    found = db.session.scalar(select(Media.id).where(Media.key == key))
    if found is None:
        raise BadValue(f"logo: {key!r} is no file of this export")
    return found
