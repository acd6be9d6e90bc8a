"""The theme in the instance folder: files that stand in for ours, by their names.

theme/tokens.css                    after our tokens
theme/css/post-card.css             after the component post-card
theme/css/post-card.replace.css     in its place
theme/templates/public/post.html    in place of that template
theme/static/icons/mark.svg         in place of that file, or beside ours
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from blogapp.text.sheets import fault_in

REPLACE = ".replace"
_FOLDERS = ("css", "templates", "static")
_LARGEST_SHEET = 200_000  # bytes: it goes into every page


@dataclass(frozen=True)
class Theme:
    """What a theme brings, read once. Two are equal when they bring the same."""

    digest: str = ""
    folder: Path = field(default=Path(), compare=False)
    tokens: str = field(default="", compare=False)
    added: Mapping[str, str] = field(default_factory=dict, compare=False)
    replaced: Mapping[str, str] = field(default_factory=dict, compare=False)
    templates: Mapping[str, Path] = field(default_factory=dict, compare=False)
    static: Mapping[str, Path] = field(default_factory=dict, compare=False)
    # What was left aside, and why.
    problems: Sequence[str] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.digest)


def read_theme(folder: Path) -> Theme:
    """Return the theme in ``folder``; an empty one when there is none.

    Never raises for what is in there: a file that cannot be used is left aside and
    named in `problems`. Links that lead out of the folder are not followed.
    """
    if not folder.is_dir():
        return Theme()
    problems: list[str] = []
    files = dict(_files(folder.resolve(), problems))
    sheets = {
        name: sheet
        for name, path in files.items()
        if (name == "tokens.css" or _is_component(name))
        and (sheet := _read_sheet(name, path, problems)) is not None
    }
    strangers = [name for name in files if _is_stranger(name)]
    problems += [f"{name}: nothing here is called so" for name in strangers]
    components = {name: text for name, text in sheets.items() if name != "tokens.css"}
    return Theme(
        digest=_digest(files),
        folder=folder.resolve(),
        tokens=sheets.get("tokens.css", ""),
        added={_stem(n): text for n, text in components.items() if not _stem(n).endswith(REPLACE)},
        replaced={
            _stem(n).removesuffix(REPLACE): text
            for n, text in components.items()
            if _stem(n).endswith(REPLACE)
        },
        templates=_below("templates", files),
        static=_below("static", files),
        problems=problems,
    )


def _files(root: Path, problems: list[str]) -> Iterator[tuple[str, Path]]:
    for place, folders, names in os.walk(root):
        here = Path(place)
        for name in sorted(folders):
            if (here / name).is_symlink():
                problems.append(f"{_name(here / name, root)}: a linked folder is not followed")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = here / name
            if name.startswith(".") or name.endswith("~"):
                continue
            if not path.resolve().is_relative_to(root):
                problems.append(f"{_name(path, root)}: a link out of the theme is not followed")
            elif path.is_file():
                yield _name(path, root), path


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _is_component(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parent == PurePosixPath("css") and path.suffix == ".css"


def _is_stranger(name: str) -> bool:
    top = PurePosixPath(name).parts[0]
    if top == name:
        return PurePosixPath(name).suffix in {".css", ".html"} and name != "tokens.css"
    return top not in _FOLDERS or (top == "css" and not _is_component(name))


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _read_sheet(name: str, path: Path, problems: list[str]) -> str | None:
    try:
        if path.stat().st_size > _LARGEST_SHEET:
            problems.append(f"{name}: larger than {_LARGEST_SHEET // 1000} KB")
            return None
        sheet = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}: cannot be read ({error})")
        return None
    if fault := fault_in(sheet):
        problems.append(f"{name}: {fault}")
        return None
    return sheet


def _digest(files: Mapping[str, Path]) -> str:
    digest = sha256()
    for name, path in files.items():
        stat = path.stat()
        digest.update(f"{path}\0{name}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return digest.hexdigest()


def _below(top: str, files: Mapping[str, Path]) -> dict[str, Path]:
    start = f"{top}/"
    return {n.removeprefix(start): path for n, path in files.items() if n.startswith(start)}
