"""What every page for people is made with: whose language, the template engine, the one style, the headers.

The style stands in the page and is allowed by its hash; the Content-Security-Policy forbids all else. Every text is
escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import reading
from .thai import Language
from .web import Request

if TYPE_CHECKING:
    from jinja2 import Environment

HTML = "text/html; charset=utf-8"


def accepts_html(request: Request) -> bool:
    """Whether a person's browser asks: it names HTML, machines say `*/*` or nothing."""
    return "text/html" in request.headers.get("accept", "").lower()


def named_language(request: Request) -> Language | None:
    """The language that the address names (`?lang=`), if it does."""
    given = (request.query.get("lang") or ("",))[-1]
    return "en" if given == "en" else "th" if given == "th" else None


def language_of(request: Request) -> Language:
    """The language that the address names, else the reader's."""
    asked = named_language(request) or reading.language(request.headers.get("accept-language", ""))
    return "en" if asked == "en" else "th"


@cache
def environment(templates: Path) -> Environment:
    """The template engine of a folder; what a template names must be there."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style(templates: Path) -> str:
    """The folder's `style.css` without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", (templates / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def headers(
    language: Language, templates: Path, *, forms: Literal["'self'", "'none'"], pictures: bool = False
) -> dict[str, str]:
    """The headers of a page.

    Args:
        language: of the page.
        templates: the folder whose style stands in it.
        forms: where its forms may go.
        pictures: whether it holds pictures (`data:`).
    """
    digest = base64.b64encode(hashlib.sha256(style(templates).encode()).digest()).decode()
    images = " img-src data:;" if pictures else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}';{images} form-action {forms}; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # addresses may hold a licence's token, or what was answered to the guide
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept, Accept-Language",
        "Content-Language": language,
    }
