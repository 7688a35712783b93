"""Descriptions as their owners wrote them (Markdown), as HTML that can do no harm, and as plain text.

Markdown makes the HTML with raw HTML switched off; what comes out passes a list of allowed tags besides, so that a
mistake in one of the two is not yet a hole.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

TAGS = frozenset(
    {"p", "br", "strong", "em", "del", "ul", "ol", "li", "blockquote", "code", "pre", "a", "hr",
     "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
)  # fmt: skip
SCHEMES = frozenset({"http", "https", "mailto"})
MAX_TEXT = 20_000
_BREAKS = re.compile(r"\s+")
_BLOCK = re.compile(r"<(?:/?(?:p|li|h[1-6]|td|th|blockquote|pre)|br|hr)\b")
"""Where words end even if no blank stands there."""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    class Careful(MarkdownIt):
        """Takes for a link only what leads somewhere by its own words: no script, no address of another's making."""

        def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
            return url.strip().lower().startswith(("http://", "https://", "mailto:"))

    # images would be requests to other sites; lists and quotes nest 20 deep at most
    made = Careful("commonmark", {"html": False, "maxNesting": 20})
    return made.enable(["table", "strikethrough"]).disable("image")


def as_html(text: object) -> Markup:
    """The description as safe HTML; links tell search engines and the other site nothing."""
    import nh3
    from markupsafe import Markup

    parser = _parser()
    tokens = parser.parse(str(text or "")[:MAX_TEXT])
    _put_headings_in_order(tokens)
    made = parser.renderer.render(tokens, parser.options, {})
    safe = nh3.clean(
        made,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener",
    )
    return Markup(safe)  # noqa: S704 - nh3 has just cleaned it


def _put_headings_in_order(tokens: list[Token]) -> None:
    """Headings of a description begin below the page's own (h2) and leave no level out, whatever its owner chose."""
    given = sorted({token.tag for token in tokens if token.type == "heading_open"})
    before = 1
    for token in tokens:
        if token.type == "heading_open":
            before = min(2 + given.index(token.tag), before + 1, 6)
            token.tag = f"h{before}"
        elif token.type == "heading_close":
            token.tag = f"h{before}"


def as_text(text: object, limit: int | None = None) -> str:
    """The words of a description in one line, cut at a limit of characters."""
    import nh3

    made = _parser().render(str(text or "")[:MAX_TEXT])

    plain = html.unescape(nh3.clean(_BLOCK.sub(" \\g<0>", made), tags=set()))
    plain = _BREAKS.sub(" ", plain).strip()
    return plain if limit is None or len(plain) <= limit else cut(plain, limit)


_JOINED = re.compile(r"[\u0e30-\u0e3a\u0e45-\u0e4e\u200d\u0300-\u036f]")
"""Thai vowels and marks that cannot begin a piece of text."""
_LEADING = "เแโใไ"
"""Thai vowels that cannot end one."""


def cut(text: str, limit: int) -> str:
    """At most this many characters and an ellipsis; never between a letter and its mark, at a blank if one is near."""
    if len(text) <= limit:
        return text
    end = _whole(text, limit)
    blank = text.rfind(" ", max(0, end - 25), end)
    return text[: blank if blank > 0 else end].rstrip() + "…"


def marked(highlight: str) -> Markup:
    """A text of the search engine with `<mark>` around what was found; anything else in it is taken away."""
    import nh3
    from markupsafe import Markup

    return Markup(nh3.clean(highlight, tags={"mark"}, attributes={}))  # noqa: S704 - nh3 has just cleaned it


_BEGIN, _END = "\ue000", "\ue001"
"""Stand for the marks while the text around them is worked on; letters of nobody's."""
BEFORE = 60


def passage(highlight: str, limit: int) -> Markup:
    """The part of a description around the first word found: without Markdown's signs, with the marks of the engine."""
    from markupsafe import Markup, escape

    plain = re.sub(f"[{_BEGIN}{_END}]", "", highlight).replace("<mark>", _BEGIN).replace("</mark>", _END)
    text = as_text(html.unescape(plain))
    first = text.find(_BEGIN)
    begin = max(0, first - BEFORE)
    if begin:
        blank = text.find(" ", begin, first)
        begin = blank + 1 if blank >= 0 else _whole(text, begin)
    shown = cut(text[begin:], limit)
    if shown.count(_BEGIN) > shown.count(_END):
        shown += _END
    made = str(escape(shown)).replace(_BEGIN, "<mark>").replace(_END, "</mark>")
    return Markup(f"{'…' if begin else ''}{made}")  # noqa: S704 - escaped, but for the marks


def _whole(text: str, at: int) -> int:
    """The place, or the next one before it where a letter begins."""
    while at > 0 and (_JOINED.match(text[at]) or text[at - 1] in _LEADING):
        at -= 1
    return at
