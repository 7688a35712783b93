"""Pages for people: plain HTML that is readable without script, by eyes and by screen readers.

How a page is made and what it may do is said in `shared.press`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from chalicelib.shared import press
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.web import Reply, Request

from .wording import WORDS

TEMPLATES = Path(__file__).parent / "templates"


def wants_html(request: Request) -> bool:
    """Whether a page is wanted: `?format=`, else by `Accept`, in which a person's browser names HTML."""
    named = (request.query.get("format") or ("",))[-1]
    return named == "html" or (not named and press.accepts_html(request))


class Sheet:
    """One page in the making.

    Attributes:
        language: the one that the address names (`?lang=`), else the reader's.
        named: the language, if it is the address that names it.
    """

    def __init__(self, request: Request) -> None:
        self.language: Language = press.language_of(request)
        self.named: Language | None = press.named_language(request)
        self._request = request

    def say(self, text: Text) -> str:
        """A text in the page's language."""
        return text.pick(self.language)

    def link(self, path: str, query: Any = (), *, lang: str | None = None) -> str:
        """An address that keeps the language, where the address names it."""
        pairs = [*(query.items() if isinstance(query, dict) else query)]
        told = lang or self.named
        pairs += [("lang", told)] if told else []
        return f"{path}?{urlencode(pairs, safe=',')}" if pairs else path

    def reply(self, template: str, title: Text, *, status: int = 200, fresh: int = 0, **context: Any) -> Reply:
        """The page.

        Args:
            template: its file.
            title: of the page.
            status: HTTP status.
            fresh: seconds for which it may be kept by caches.
            context: what the template shows.
        """
        other = "th" if self.language == "en" else "en"
        same = [(name, value) for name, values in self._request.query.items() if name != "lang" for value in values]
        html = (
            press.environment(TEMPLATES)
            .get_template(template)
            .render(
                language=self.language,
                other=other,
                turned="?" + urlencode([*same, ("lang", other)], safe=","),
                title=title,
                t=self.say,
                w=lambda name: self.say(WORDS[name]),
                day=lambda on: format_date(on, self.language),
                number=_number,
                link=self.link,
                style=press.style(TEMPLATES),
                **context,
            )
        )
        headers = press.headers(self.language, TEMPLATES, forms="'self'")
        if fresh:
            headers["Cache-Control"] = f"public, max-age={fresh}"
        return Reply(html.encode(), status=status, media_type=press.HTML, headers=headers)


def _number(decimal: str) -> str:
    """A decimal number for reading: "5500.00" -> "5,500.00"."""
    whole, dot, rest = decimal.partition(".")
    return f"{int(whole):,}{dot}{rest}"
