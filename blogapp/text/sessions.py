"""Terminal sessions: which lines were typed after which prompt, and which are what came back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A quote that is not closed by then was an apostrophe.
LONGEST_COMMAND = 60

_SHELL = (
    r"(?:\([\w./@ -]{1,40}\) ?)?"  # a virtual environment
    r"(?:\[[^\]\n]{1,80}\] ?|[\w.-]{1,40}@[\w.-]{1,60}[^\n$#%>]{0,80}?"
    r"|(?:~|/)[\w./~-]{0,80} ?|(?:sh|bash)-[\d.]+)?"
)
_HERE = re.compile(r"<<-?\s*(?:\\|[\"'])?(\w+)")
_ESCAPED = re.compile(r"\\.")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True)
class Line:
    """A line of a session: the prompt it begins with, and the rest; or output."""

    prompt: str
    text: str
    is_output: bool = False


@dataclass(frozen=True)
class _Kind:
    """How a program asks for input and for more of it, and the language it is given."""

    prompt: re.Pattern[str]
    more: re.Pattern[str]
    language: str
    is_shell: bool = False


def _kind(prompt: str, more: str, language: str, *, is_shell: bool = False) -> _Kind:
    return _Kind(re.compile(prompt), re.compile(more), language, is_shell)


_USER_SHELL = _kind(rf"{_SHELL}(?:[$%](?: |$)|[❯➜λ] +)", r"> ?", "bash", is_shell=True)
# In a script no line begins with it, so any one will tell.
_DOLLAR_ALONE = _kind(r"\$(?: |$)", r"> ?", "bash", is_shell=True)
_ROOT_SHELL = _kind(rf"{_SHELL}#(?: |$)", r"> ?", "bash", is_shell=True)
_PYTHON = _kind(r">>>(?: |$)", r"\.\.\.(?: |$)", "python")
_IPYTHON = _kind(r"In ?\[\d*\]: ?", r" {2,}\.\.\.:(?: |$)", "python")
_POWERSHELL = _kind(r"PS(?: [^>\n]{1,120})?> ?", r">> ?", "powershell")
_DOS = _kind(r"[A-Za-z]:\\[^>\n]{0,120}> ?", r"More\? ?", "bat")
_IRB = _kind(
    r"(?:irb\([^)\n]*\)|\[\d+\] pry\([^)\n]*\)|\d\.\d\.\d+ ?):?[\d:]*>+ ?|>> ?", r"\S*[*?] ", "ruby"
)
_PSQL = _kind(r"[\w.-]*=[#>*]+(?: |$)", r"[\w.-]*[-'\"(*$][#>]+(?: |$)", "postgresql")
_SQLITE = _kind(r"sqlite>(?: |$)", r" +\.\.\.>(?: |$)", "sql")
_MYSQL = _kind(r"(?:mysql|MariaDB \[[^\]\n]*\])>(?: |$)", r" +(?:->|['\"`]>)(?: |$)", "mysql")
_IEX = _kind(r"iex(?:\([^)\n]*\))?> ?", r"\.\.\.(?:\([^)\n]*\))?> ?", "elixir")
_ERLANG = _kind(r"(?:\([^)\n]*\))?\d+> ?", r" {2,}", "erlang")
_JULIA = _kind(r"julia> ?", r" {7}", "julia")
_GHCI = _kind(r"(?:ghci|Prelude|\*?[A-Z][\w.]*)[\w. ]*> ?", r"[\w.]*\| ?", "haskell")
_NODE = _kind(r"> ", r"\.\.\. ?", "js")
_R = _kind(r"> ?", r"\+ ?", "r")

_KINDS: dict[str, tuple[_Kind, ...]] = {
    "console": (_USER_SHELL, _POWERSHELL, _DOS, _PYTHON, _PSQL, _SQLITE, _MYSQL, _IRB, _ROOT_SHELL),
    "bash": (_DOLLAR_ALONE, _USER_SHELL),
    "batch": (_DOS,),
    "doscon": (_DOS,),
    "erl": (_ERLANG,),
    "haskell": (_GHCI,),
    "iex": (_IEX,),
    "irb": (_IRB,),
    "javascript": (_NODE,),
    "jlcon": (_JULIA,),
    "julia-repl": (_JULIA,),
    "mysql": (_MYSQL,),
    "postgres-console": (_PSQL,),
    "postgresql": (_PSQL,),
    "powershell": (_POWERSHELL, _DOS),
    "psql": (_PSQL,),
    "pwsh-session": (_POWERSHELL, _DOS),
    "ps1con": (_POWERSHELL, _DOS),
    "pycon": (_PYTHON, _IPYTHON),
    "python": (_PYTHON, _IPYTHON),
    "python-console": (_PYTHON, _IPYTHON),
    "rbcon": (_IRB,),
    "rconsole": (_R,),
    "rout": (_R,),
    "sql": (_SQLITE, _MYSQL),
    "sqlite3": (_SQLITE,),
    "tcshcon": (_USER_SHELL,),
    "": (_USER_SHELL, _PYTHON, _POWERSHELL),
}
_CODE_TOO = {"", "bash", "haskell", "javascript", "powershell", "python", "sql"}


def read_session(code: str, language: str) -> tuple[list[Line], str] | None:
    """Return the lines of a session and the language that is typed in it; None if it is none.

    ``language`` is the first alias of a lexer. Where it names code as well as sessions, the
    first line has to begin with a prompt.

    >>> lines, language = read_session("$ date\\nMon", "bash")
    >>> language, [(line.prompt, line.text, line.is_output) for line in lines]
    ('bash', [('$ ', 'date', False), ('', 'Mon', True)])
    """
    written = code.split("\n")
    first = next((line for line in written if line.strip()), "")
    for kind in _KINDS.get(language, ()):
        may_begin = [first] if language in _CODE_TOO and kind is not _DOLLAR_ALONE else written
        if any(_prompt(kind, line) for line in may_begin):
            return list(_lines(written, kind)), kind.language
    return None


def _lines(written: list[str], kind: _Kind) -> Iterator[Line]:
    command: list[str] = []
    held: list[Line] = []
    for line in written:
        prompt = _prompt(kind, line)
        if prompt and not held:
            command = [line[len(prompt) :]]
            yield Line(prompt, command[0])
        elif prompt:
            # What looked unfinished was not: the lines between were output.
            yield from (Line("", each.text, is_output=True) for each in held)
            held, command = [], [line[len(prompt) :]]
            yield Line(prompt, command[0])
        elif command and (more := kind.more.match(line)) and not held:
            command.append(line[more.end() :])
            yield Line(more[0], command[-1])
        elif command and kind.is_shell and _goes_on(command) and len(held) < LONGEST_COMMAND:
            command.append(line)
            held.append(Line("", line))
            if not _goes_on(command):
                yield from held
                held = []
        else:
            yield from (Line("", each.text, is_output=True) for each in held)
            held, command = [], []
            yield Line("", line, is_output=True)
    yield from (Line("", each.text, is_output=True) for each in held)


def _prompt(kind: _Kind, line: str) -> str:
    """Return the prompt a line begins with, or an empty string."""
    found = kind.prompt.match(line)
    return found[0] if found else ""


def _goes_on(command: list[str]) -> bool:
    """Tell whether a shell would wait for more: a here-document, a quote, a line's end escaped."""
    if here := _HERE.search(command[0]):
        return len(command) == 1 or command[-1].strip() != here[1]
    if command[-1].endswith("\\"):
        return True
    text = _QUOTED.sub("", _ESCAPED.sub("", "\n".join(command)))
    return "'" in text or '"' in text
