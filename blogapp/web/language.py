"""The language of the interface: one for the whole blog, chosen by its owner.

Pages are kept for everyone, so a reader's headers and cookies have no say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from flask import Flask, g
from flask_babel import (
    Babel,
    Translations,
    force_locale,
    get_locale,
    get_translations,
    refresh,
)
from jinja2.runtime import Context
from jinja2.utils import pass_context
from markupsafe import Markup

from blogapp.web.filters import current_site
from blogapp.web.formatting import ago, clock_time, day, listed, month_name, number, percent

SOURCE = "en"
CATALOGUES = Path(__file__).parents[1] / "translations"

babel = Babel()


def init_app(app: Flask) -> None:
    babel.init_app(
        app,
        default_locale=SOURCE,
        default_translation_directories=str(CATALOGUES),
        locale_selector=interface_locale,
    )
    # Sentences may be laid out over lines in templates.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        ago=ago,
        clock_time=clock_time,
        day=day,
        listed=listed,
        month_name=month_name,
        number=number,
        percent=percent,
    )
    app.jinja_env.globals.update(
        _=_in_template,
        gettext=_in_template,
        ngettext=_counted_in_template,
        pgettext=_in_template_about,
        interface_language=interface_language,
        interface_direction=interface_direction,
        interface_languages=interface_languages,
        lang=lang,
    )


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let texts be in ``language`` (BCP 47) where the interface speaks it, else as they were.

    For words that stand within somebody's text: they are read in its language.
    """
    locale = find_locale(language) if language else None
    if locale is None or locale == get_locale():
        yield
        return
    kept = g.pop("catalogue", None)
    try:
        with force_locale(str(locale)):
            yield
    finally:
        g.catalogue = kept or get_translations()


def look_up_language() -> None:
    """Find the language anew: the settings that this request goes by are others now."""
    g.pop("catalogue", None)
    refresh()


def interface_locale() -> Locale:
    """Return the site's language where there is a catalogue for it, else English."""
    return find_locale(current_site().language) or Locale(SOURCE)


def interface_language() -> str:
    """Return the interface's language for ``<html lang>`` (BCP 47)."""
    return str(get_locale()).replace("_", "-")


def interface_direction() -> str:
    """Return which way the interface is written, for ``<html dir>``: ``ltr`` or ``rtl``."""
    locale = get_locale() or Locale(SOURCE)
    return locale.text_direction


def lang(language: str = "") -> Markup:
    """Return the attribute that says a text is not in the interface's language; else nothing.

    ``language`` is the text's own (BCP 47), by default the blog's.
    """
    language = language or current_site().language
    if not language or language == interface_language():
        return Markup()
    return Markup(' lang="{}"').format(language)


def N_(text: str) -> str:
    """Return ``text`` as it is; the catalogue takes it up for `translate`."""
    return text


def translate(text: str) -> str:
    """Return a text that `N_` has marked in the interface's language."""
    return get_translations().ugettext(text)


def ngettext(singular: str, plural: str, num: int, **variables: object) -> str:
    """Return the text for ``num`` things; ``%(num)s`` in it is the number, well set."""
    text = get_translations().ungettext(singular, plural, num)
    return text % {"num": number(num), **variables}


@cache
def find_locale(language: str) -> Locale | None:
    """Return what is known of a BCP 47 language whose interface is shipped, else None.

    >>> find_locale("en-GB"), find_locale("de-AT"), find_locale("tlh")
    (Locale('en', territory='GB'), Locale('de', territory='AT'), None)
    """
    for candidate in (language, language.partition("-")[0]):
        try:
            locale = Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        if {str(locale), locale.language} & set(shipped_languages()):
            return locale
    return None


def interface_languages() -> dict[str, str]:
    """Return the languages that the interface speaks, each by its own name."""
    return {
        code.replace("_", "-"): Locale.parse(code).get_display_name(code) or code
        for code in shipped_languages()
    }


@cache
def shipped_languages() -> tuple[str, ...]:
    """Return the languages that the interface speaks, English first."""
    found = sorted(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/*.mo"))
    return (SOURCE, *found)


@pass_context
def _in_template(context: Context, text: str, /, **variables: object) -> str:
    """Return ``text`` translated; what is put into it is escaped where the page is."""
    text = _catalogue().ugettext(text)
    return (Markup(text) if context.eval_ctx.autoescape else text) % variables  # nosec B704


@pass_context
def _in_template_about(context: Context, about: str, text: str, /, **variables: object) -> str:
    """Return ``text`` translated as it is meant in ``about``, where one word has two meanings."""
    text = _catalogue().upgettext(about, text)
    return (Markup(text) if context.eval_ctx.autoescape else text) % variables  # nosec B704


@pass_context
def _counted_in_template(
    context: Context, singular: str, plural: str, num: int, /, **variables: object
) -> str:
    """Return the text for ``num`` things, as `ngettext` does."""
    text = _catalogue().ungettext(singular, plural, num)
    variables.setdefault("num", number(num))
    return (Markup(text) if context.eval_ctx.autoescape else text) % variables  # nosec B704


def _catalogue() -> Translations:
    """Return the catalogue of this request, kept: a listing asks for two hundred texts."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    catalogue: Translations = g.catalogue
    return catalogue
