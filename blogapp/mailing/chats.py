"""How a room is told something, in the words of each kind of chat."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from blogapp.text.name_lists import one_line

SLACK, MATTERMOST, DISCORD, TEAMS, GENERIC = KINDS = (
    *("slack", "mattermost", "discord", "teams", "generic"),
)
LONGEST = 1500
# What Markdown of any flavour reads as more than a character, and what calls people.
_MARKED = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:])")
_CALL = re.compile(r"@(?=\S)")
# Nobody sees it; it keeps "@channel" from calling.
_BREAK = "\u200b"
_BY_HOST = {
    "hooks.slack.com": SLACK,
    "discord.com": DISCORD,
    "discordapp.com": DISCORD,
}


def written(kind: str, text: str, link: str = "") -> Mapping[str, Any]:
    """Return what a webhook of ``kind`` takes, in which ``text`` is words alone.

    Names and titles in it call nobody, link nowhere and are not set in bold.

    >>> written("slack", "Ada & <!channel>", "https://example.com/a")["text"]
    'Ada &amp; &lt;!channel&gt;\\nhttps://example.com/a'
    >>> written("mattermost", "@all: *read*")["text"]
    '@\\u200ball\\\\: \\\\*read\\\\*'
    """
    words = "\n".join(one_line(line) for line in text.splitlines())[:LONGEST]
    address = _address(link)
    if kind == SLACK:
        return _for_slack(words, address)
    if kind == DISCORD:
        said = _lines(_in_markdown(words), address and f"<{address}>")
        # Discord's own word that nobody is called, whatever the text says.
        return {"content": said, "allowed_mentions": {"parse": []}}
    if kind == TEAMS:
        return _for_teams(words, address)
    if kind == MATTERMOST:
        return {"text": _lines(_in_markdown(words), address)}
    return {"text": words, "link": address}


def kind_of(address: str) -> str:
    """Return which kind of chat has a webhook at this address, as far as the host says.

    >>> kind_of("https://hooks.slack.com/services/T/B/x"), kind_of("https://chat.example.com/x")
    ('slack', 'generic')
    """
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return GENERIC
    if host.endswith((".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com")):
        return TEAMS
    return _BY_HOST.get(host, GENERIC)


def masked(address: str) -> str:
    """Return an address without what makes it a secret.

    >>> masked("https://hooks.slack.com/services/T0/B1/abcdefgh")
    'https://hooks.slack.com/…efgh'
    """
    parts = urlsplit(address)
    rest = address.rstrip("/")
    end = rest[-4:] if len(rest) > 40 else ""
    return f"{parts.scheme}://{parts.netloc}/…{end}"


def _for_slack(words: str, address: str) -> Mapping[str, Any]:
    """https://docs.slack.dev/messaging/formatting-message-text: three characters are escaped."""
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        "text": _lines(plain, address.replace("&", "&amp;")),
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _for_teams(words: str, address: str) -> Mapping[str, Any]:
    """An adaptive card, which the webhooks of Teams' workflows take."""
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": _in_markdown(words), "wrap": True}],
    }
    if address:
        card["actions"] = [{"type": "Action.OpenUrl", "title": address, "url": address}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _in_markdown(words: str) -> str:
    return _CALL.sub(f"@{_BREAK}", _MARKED.sub(r"\\\1", words))


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _address(link: str) -> str:
    """Return a link that is one, with nothing in it that any notation would read."""
    if not re.fullmatch(r"https?://[!-~]+", link) or re.search(r"[<>|\"`\\]", link):
        return ""
    return link
