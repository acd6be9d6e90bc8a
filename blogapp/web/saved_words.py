"""Words that were written into a text when it was saved, in the interface's language.

The renderer writes English beside what an author wrote: names for assistive technology,
titles of callouts and embeds. Texts need not be rendered anew when the language changes.
"""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape

from blogapp.web.formatting import locale_in_use, percent
from blogapp.web.language import SOURCE, ngettext

_NAMES = {
    "Back to the text": _l("Back to the text"),
    "Footnotes": _l("Footnotes"),
    "Link to this section": _l("Link to this section"),
    "Table": _l("Table"),
    "Equation": _l("Equation"),
    "Diagram": _l("Diagram"),
    "Done": _l("Done"),
    "Not done": _l("Not done"),
    "Text": _l("Text"),
}
_TITLES = {
    "Note": _l("Note"),
    "Tip": _l("Tip"),
    "Important": _l("Important"),
    "Warning": _l("Warning"),
    "Caution": _l("Caution"),
}
_DIAGRAMS = {
    "Flowchart": _l("Flowchart"),
    "Sequence diagram": _l("Sequence diagram"),
    "Class diagram": _l("Class diagram"),
    "State diagram": _l("State diagram"),
    "Entity relationship diagram": _l("Entity relationship diagram"),
    "Gantt chart": _l("Gantt chart"),
    "Pie chart": _l("Pie chart"),
    "Git graph": _l("Git graph"),
    "Mind map": _l("Mind map"),
    "Timeline": _l("Timeline"),
    "User journey": _l("User journey"),
    "Quadrant chart": _l("Quadrant chart"),
    "Chart": _l("Chart"),
    "Sankey diagram": _l("Sankey diagram"),
    "Diagram": _l("Diagram"),
}
_EMBEDS = {
    "Video on ": _l("Video on %(place)s"),
    "Recording on ": _l("Recording on %(place)s"),
    "Code on ": _l("Code on %(place)s"),
    "Example on ": _l("Example on %(place)s"),
    "Paper on ": _l("Paper on %(place)s"),
    "Post on ": _l("Post on %(place)s"),
    "Post by ": _l("Post by %(place)s"),
    "Gist by ": _l("Gist by %(place)s"),
    "Pen by ": _l("Pen by %(place)s"),
}
_SOURCE_OF_DIAGRAM = _l("Source of the diagram")


def _any(words: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


# Text has no ">": what one follows is inside a tag, and nothing that an author shows as code.
_SAVED = re.compile(
    rf'(?P<name>(?<= aria-label=")(?:{_any(_NAMES)})(?="[^<>]{{0,1000}}>))'
    rf"|(?P<text>(?<=<figcaption><span>)Text(?=</span>))"
    rf'|(?P<title>(?<=<p class="callout__title">)(?:{_any(_TITLES)})(?=</p>))'
    rf'|(?P<diagram>(?<=<svg role="img" aria-label=")(?:{_any(_DIAGRAMS)})(?=[":]))'
    rf'|(?P<embed>(?<=<span class="embed__title">)(?P<kind>{_any(_EMBEDS)})(?P<place>[^<]*))'
    r"|(?P<source>(?<=<summary>)Source of the diagram(?=</summary>))"
)
_DRAWING = re.compile(r"(\d+) sections?, (\d+) % code, (\d+) figures?")


def in_our_language(html: str) -> str:
    """Return stored HTML with the renderer's own words in the interface's language."""
    if locale_in_use().language == SOURCE:
        return html
    return _SAVED.sub(_translated, html)


def describe_drawing(label: str) -> str:
    """Return what a drawing shows, in words: ``4 sections, 30% code, 1 figure``."""
    numbers = _DRAWING.fullmatch(label)
    if not numbers:
        return _("Nothing written yet")
    sections, share, figures = map(int, numbers.groups())
    return ", ".join(
        (
            ngettext("%(num)s section", "%(num)s sections", sections),
            _("%(share)s code", share=percent(share)),
            ngettext("%(num)s figure", "%(num)s figures", figures),
        )
    )


def _translated(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "name" | "text":
            words = str(_NAMES[found[0]])
        case "title":
            words = str(_TITLES[found[0]])
        case "diagram":
            words = str(_DIAGRAMS[found[0]])
        case "source":
            words = str(_SOURCE_OF_DIAGRAM)
        case _:
            # The place is markup already, so only what stands around it is escaped.
            return str(escape(_EMBEDS[found["kind"]])) % {"place": found["place"]}
    return str(escape(str(words)))
