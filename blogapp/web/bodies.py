"""The text of a post as it is sent: addresses filled in, and what a page adds to its code."""

from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from blogapp.media.variants import srcsets
from blogapp.posts.comment_models import Comment
from blogapp.posts.commenting import anchor_of
from blogapp.posts.models import Post
from blogapp.posts.rendering import place
from blogapp.text import code_blocks, offering
from blogapp.text.sanitizing import trusted
from blogapp.web.embedding import components_in, for_feeds, with_cards
from blogapp.web.language import SOURCE, ngettext, speaking
from blogapp.web.saved_words import describe_drawing, in_our_language


def init_app(app: Flask) -> None:
    app.jinja_env.filters["drawing_in_words"] = describe_drawing
    app.jinja_env.globals.update(post_html=post_html, components_in=components_in, srcsets=srcsets)
    app.jinja_env.globals.update(comment_html=comment_html, anchor_of=anchor_of)


def post_html(post: Post) -> Markup:
    """Return the post's text, which was sanitised when it was saved.

    The code of a post that is in no table can be read here alone: no file of it is anywhere.
    """
    if post.id is None:
        return preview_html(post.html, post.language)
    kind = "page" if post.is_page else "post"
    folder = url_for(f"public.{kind}", slug=post.slug)

    def raw(number: int, name: str) -> str:
        return _raw_link(f"{folder}/code/{number}/{quote(name)}", name)

    with speaking(post.language):
        return _completed(post.html, raw)


def preview_html(html: str, language: str) -> Markup:
    """Return rendered HTML whose code has no files to open yet."""
    with speaking(language):
        return _completed(html, lambda number, name: "")


def comment_html(comment: Comment) -> Markup:
    """Return what somebody else said, which was sanitised when it came in."""
    return trusted(comment.html)


def feed_html(post: Post, base: str) -> str:
    """Return the post's text for programs that know neither our styles nor our scripts."""
    with speaking(post.language):
        html = in_our_language(post.html)
    return place(offering.plain(code_blocks.plain(for_feeds(html))), base)


def _completed(html: str, raw: Callable[[int, str], str]) -> Markup:
    html = code_blocks.complete(with_cards(in_our_language(html)), raw=raw, fold=_fold)
    locale = get_locale()
    if locale and locale.language != SOURCE and "<copy-code>" in html:
        # English is in the script: most blogs need not send the words with every block.
        html = html.replace("<copy-code>", f"<copy-code{_words()}>")
    return trusted(place(html, request.script_root))


def _raw_link(address: str, name: str) -> str:
    hint, word = escape(_("Download %(name)s", name=name)), escape(_("Raw"))
    return (
        f'<a class="code-block__raw" href="{escape(address)}" title="{hint}" data-added="">'
        f"{word}</a>"
    )


def _fold(lines: int) -> str:
    more = escape(ngettext("Show the whole line", "Show all %(num)s lines", lines))
    fewer = escape(_("Show fewer lines"))
    return (
        '<details class="code-block__fold" data-added=""><summary>'
        f"<span>{more}</span><span>{fewer}</span>"
        "</summary></details>"
    )


def _words() -> str:
    words = {
        "copy": _("Copy"),
        "copied": _("Copied"),
        "press": _("Press Ctrl C"),
        "wrap": _("Wrap"),
        "line": _("Link to line %(number)s", number="#"),
    }
    return "".join(f' data-word-{name}="{escape(word)}"' for name, word in words.items())
