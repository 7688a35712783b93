"""Pages for people: plain HTML that is readable without script, by eyes and by screen readers.

The one style stands in the page and is allowed by its hash; the Content-Security-Policy forbids all else. Every text is
escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from chalicelib.shared import reading
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.web import Reply, Request

from .wording import WORDS

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"


def wants_html(request: Request) -> bool:
    """Whether a page is wanted: `?format=`, else by `Accept`, in which a person's browser names HTML."""
    named = (request.query.get("format") or ("",))[-1]
    return named == "html" or (not named and "text/html" in request.headers.get("accept", "").lower())


class Sheet:
    """One page in the making.

    Attributes:
        language: the one that the address names (`?lang=`), else the reader's.
        named: the language, if it is the address that names it.
    """

    def __init__(self, request: Request) -> None:
        given = (request.query.get("lang") or ("",))[-1]
        asked = given if given in ("th", "en") else reading.language(request.headers.get("accept-language", ""))
        self.language: Language = "en" if asked == "en" else "th"
        self.named: Language | None = self.language if given in ("th", "en") else None
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
            _environment()
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
                style=_style(),
                **context,
            )
        )
        headers = _headers(self.language)
        if fresh:
            headers["Cache-Control"] = f"public, max-age={fresh}"
        return Reply(html.encode(), status=status, media_type=HTML, headers=headers)


def _number(decimal: str) -> str:
    """A decimal number for reading: "5500.00" -> "5,500.00"."""
    whole, dot, rest = decimal.partition(".")
    return f"{int(whole):,}{dot}{rest}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    text = re.sub(r"/\*.*?\*/", "", (TEMPLATES / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def _headers(language: Language) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # what was answered to the guide stands in the address
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept, Accept-Language",
        "Content-Language": language,
    }
