import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blogapp.text.excerpts import cut, excerpt
from blogapp.text.markdown import render


def test_the_first_paragraph_stands_for_the_post():
    assert excerpt(["Caches lie.", "They do."]) == "Caches lie."


@pytest.mark.parametrize("label", ["TL;DR:", "TLDR:", "tl;dr —", "**TL;DR**"])
def test_a_leading_short_version_goes_first(label):
    assert excerpt(["Hello.", f"{label} use leases."]).endswith("use leases.")


def test_a_late_mention_of_a_short_version_is_no_summary():
    assert excerpt(["One.", "Two.", "Three.", "TL;DR is a habit."]) == "One."


def test_a_long_paragraph_is_cut_at_a_word():
    text = excerpt(["leases " * 60])

    assert len(text) <= 200
    assert text.endswith("leases…")


def test_an_emoji_or_an_accent_is_never_halved():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    flag = "\U0001f1eb\U0001f1f7"

    assert cut("x" * 197 + family * 3).removesuffix("…") == "x" * 197
    assert cut(flag * 150).count("\U0001f1eb") == cut(flag * 150).count("\U0001f1f7")
    assert unicodedata.normalize("NFC", cut("e\u0301" * 300))[-2] == "é"


def test_only_prose_is_quoted():
    body = """# Title

<!--more-->

![a chart](chart.png)

```sh
make run
```

Leases[^1] age ![icon](i.png) well.

[^1]: A note.
"""

    assert render(body).excerpt == "Leases age well."


@pytest.mark.parametrize("body", ["", "# Only a title", "- one\n- two", "```\ncode\n```"])
def test_without_a_paragraph_there_is_no_excerpt(body):
    assert render(body).excerpt == ""


@given(st.text(max_size=600))
def test_any_paragraph_fits(text):
    assert len(excerpt([text])) <= 200
