import pytest
from babel import Locale
from babel.numbers import format_decimal

from blogapp.web import formatting


@pytest.mark.parametrize("language", ["en", "de", "de_CH", "fr", "hi", "ja", "ru"])
def test_a_number_is_grouped_as_its_language_does(monkeypatch, language):
    locale = Locale.parse(language)
    monkeypatch.setattr(formatting, "locale_in_use", lambda: locale)

    for value in (0, 999, 1000, 1234, 98_765, 123_456, 1_234_567, 1_234_567_890):
        assert formatting.number(value) == format_decimal(value, locale=locale)
