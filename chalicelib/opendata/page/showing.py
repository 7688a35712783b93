"""From a template to an answer: language, security headers, ETag.

The style stands inside the page and is allowed by its hash, so the pages forbid every script, every frame and every
request to anywhere (`default-src 'none'`).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared import reading
from chalicelib.shared.web import Reply, Request

from .links import Links, pairs
from .words import Words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
FRESH = "public, max-age=60"
"""A minute: what is withdrawn is gone soon, and a page that everybody looks at is made once a minute."""
MEDIA = "text/html"
_THAI = re.compile("[\u0e01-\u0e5b]")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = style()
    made.globals["tongue"] = tongue
    return made


def tongue(text: object, words: Words) -> Markup:
    """The attribute that tells a screen reader to read a text of ours in Thai on a page in English."""
    from markupsafe import Markup

    told = ' lang="th"' if words.language == "en" and _THAI.search(str(text)) else ""
    return Markup(told)  # noqa: S704 - one of two constants


@cache
def style() -> str:
    """The one style of all pages, without comments and line breaks."""
    text = re.sub(r"/\*.*?\*/", "", (TEMPLATES / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


@cache
def policy() -> str:
    """The Content-Security-Policy."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )


def security() -> dict[str, str]:
    """Headers of every page, whatever its status."""
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Vary": "Accept, Accept-Language",
    }


def language_of(request: Request) -> tuple[Words, str | None]:
    """The language of a page, and the one its address names (`?lang=`), if it does."""
    named = (request.query.get("lang") or ("",))[-1]
    if named in ("th", "en"):
        return Words("en" if named == "en" else "th"), named
    return Words("en" if reading.language(request.headers.get("accept-language", "")) == "en" else "th"), None


class Sheet:
    """One page in the making: its words, its links, and what belongs to every template."""

    def __init__(self, site: str, request: Request) -> None:
        self.words, named = language_of(request)
        self.links = Links(site, "en" if named == "en" else "th" if named == "th" else None)
        self._request = request

    def html(self, template: str, *canonical: str, query: Any = (), **context: Any) -> str:
        """The page.

        Args:
            template: its file.
            canonical: parts of the path under which the page is known.
            query: pairs of the query that belong to the canonical address.
            context: what the template shows.
        """
        asked = pairs({name: values for name, values in self._request.query.items() if name != "lang"})
        links = self.links
        common = {
            "t": self.words,
            "url": links,
            "canonical": links.full(*canonical, query=query),
            "alternates": [(each, links.full(*canonical, query=query, language=each)) for each in ("th", "en")],
            "other_language": links.to(*canonical, query=asked, language=self.words.other),
        }
        return _environment().get_template(template).render({**common, **context})

    def reply(self, html: str) -> Reply:
        """The answer to whoever wants this page, or 304 for who has it."""
        return fresh(self._request, html.encode(), f"{MEDIA}; charset=utf-8", self.headers())

    def headers(self) -> dict[str, str]:
        """Headers of a page in its language."""
        return {**security(), "Content-Language": self.words.language}


def fresh(request: Request, content: bytes, media_type: str, headers: Mapping[str, str]) -> Reply:
    """An answer that may be kept for a moment, or 304 without content where the caller has just this."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    told = {"Cache-Control": FRESH, "ETag": etag, "Vary": "Accept, Accept-Language", **headers}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Reply(None, status=304, headers=told)
    return Reply(content, media_type=media_type, headers={"Content-Type": media_type, **told})
