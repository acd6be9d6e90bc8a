"""What language code is likely to be in, where nobody said so."""

import json
import re

MOST = 4_000  # characters looked at
_SIGNS = [
    ("console", r"^\s*(?:\$|>>>|#) \S|^\w+@[\w-]+:[^\n]*[$#] "),
    ("diff", r"^(?:--- |\+\+\+ |@@ -\d)"),
    ("bash", r"^#!.*\b(?:ba|z|k)?sh\b|^\s*(?:sudo|apt|curl|git|docker|kubectl|pip|npm|cd) \S"),
    ("python", r"^\s*(?:def \w+\(.*\).*:|class \w+.*:|from [\w.]+ import |import \w+$|@\w+)"),
    ("go", r"^(?:package \w+$|func (?:\(\w+ \*?\w+\) )?\w+\()|:= "),
    ("rust", r"^\s*(?:pub )?(?:fn \w+|impl\b|use \w+::|let mut )"),
    ("sql", r"(?i)^\s*(?:select\b|insert into|update \w+ set|create (?:table|index)|with \w+ as)"),
    ("html", r"(?i)^\s*<(?:!doctype html|html|head|body|div|p|a|form|script)\b"),
    ("xml", r"^\s*<(?:\?xml|[a-zA-Z][\w:-]*(?:\s[^<>]*)?>)"),
    ("dockerfile", r"^FROM \S+"),
    ("java", r"^\s*(?:public|private|protected) (?:static |final )*(?:class|void|int|String)\b"),
    ("javascript", r"^\s*(?:const|let|var) \w+ =|^\s*(?:async )?function \w*\(|=> \{"),
    ("c", r"^\s*#include [<\"]"),
    ("toml", r"^\[[\w.-]+\]$[^\n]*\n[\w.-]+ = "),
    ("yaml", r"^[\w-]+:(?: \S.*)?$\n(?:\s+|[\w-]+:|- )"),
]  # fmt: skip
_PATTERNS = [(language, re.compile(pattern, re.MULTILINE)) for language, pattern in _SIGNS]


def guess_language(code: str) -> str:
    """Return the language that code seems to be in, or "text" where nothing speaks for one.

    >>> guess_language("def price_for(sku):"), guess_language('{"a": 1}'), guess_language("a b")
    ('python', 'json', 'text')
    """
    beginning = code[:MOST]
    if beginning.lstrip()[:1] in ("{", "["):
        try:
            json.loads(beginning)
        except (ValueError, RecursionError):
            pass
        else:
            return "json"
    found = (language for language, pattern in _PATTERNS if pattern.search(beginning))
    return next(found, "text")
