"""YAML that would take the process along: nested deeper than libyaml's callers can follow."""

from typing import Any

import yaml

# No front matter of a person is nested so deep; some tens of thousands end the process.
DEEPEST = 200
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENERS = ("[", "{", "- ", "? ", "-\n", "?\n", "-\t")


class TooDeep(yaml.YAMLError):
    """The text is nested deeper than `DEEPEST`."""


class RefersToItself(yaml.YAMLError):
    """The text has references, which make a huge value of a short text."""


def demand_plain(text: str, *, references: bool = True) -> None:
    """Raise `TooDeep`, or unless ``references`` may be there `RefersToItself`.

    To be called before YAML is read as a value; raises what the parser raises.

    >>> demand_plain("a: [1, 2]")
    >>> demand_plain("[" * 1000)
    Traceback (most recent call last):
    blogapp.text.nesting.TooDeep: is nested more than 200 deep
    """
    may_be_deep = sum(text.count(opener) for opener in _OPENERS) > DEEPEST
    may_refer = not references and "*" in text
    if not (may_be_deep or may_refer):
        return
    depth = 0
    # Event by event the parser needs no stack.
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise TooDeep(f"is nested more than {DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent) and not references:
            raise RefersToItself("refers to other places of itself")
