from collections.abc import Callable
from contextlib import AbstractContextManager

from babel import Locale
from flask import Flask

class Babel:
    def init_app(
        self,
        app: Flask,
        default_locale: str = ...,
        default_domain: str = ...,
        default_translation_directories: str = ...,
        default_timezone: str = ...,
        locale_selector: Callable[[], Locale | str | None] | None = ...,
    ) -> None: ...

class Translations:
    def ugettext(self, message: str) -> str: ...
    def ungettext(self, singular: str, plural: str, num: int) -> str: ...

def force_locale(locale: str) -> AbstractContextManager[None]: ...
def get_locale() -> Locale | None: ...
def get_translations() -> Translations: ...
def refresh() -> None: ...
def gettext(string: str, /, **variables: object) -> str: ...

# Spelled out when it is used; until then as good as a string.
def lazy_gettext(string: str, /, **variables: object) -> str: ...

LazyString = str
