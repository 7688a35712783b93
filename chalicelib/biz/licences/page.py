"""A licence as a page for people: who issued what to whom, how it stands today, how to check it without a network.

Works without scripts, fonts and further requests: the one style stands in the page and is allowed by its hash, and the
Content-Security-Policy forbids all else.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared import reading
from chalicelib.shared.errors import NotFound, Refusal
from chalicelib.shared.problems import MEDIA_TYPE, problem, unexpected
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.web import Reply, Request, Response

from .facts import facts, term
from .register import Register, Seen
from .wording import WORDS

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks: it names HTML, machines say `*/*` or nothing."""
    return "text/html" in request.headers.get("accept", "").lower()


def language_of(request: Request) -> Language:
    """The language that the address names (`?lang=`), else the reader's."""
    named = (request.query.get("lang") or ("",))[-1]
    asked = named if named in ("th", "en") else reading.language(request.headers.get("accept-language", ""))
    return "en" if asked == "en" else "th"


def page(seen: Seen, register: Register, request: Request) -> Reply:
    """The page of a licence, or of a licence shown by its holder."""
    language, card, licence = language_of(request), seen.card, seen.licence
    stands, address = seen.standing, register.address(seen.token or licence.no)
    qr = picture(f"{address}#{licence.slip}") if seen.token and licence.slip else None
    html = _html(
        language,
        Text(th=f"ตรวจสอบ{card.name.th}", en=f"Check: {card.name.en}"),
        seen=card,
        claims=facts(seen),
        since=f"{WORDS['since'].pick(language)} {format_date(stands.since, language)}",
        until=f"{WORDS['until'].pick(language)} {format_date(stands.until, language)}" if stands.until else None,
        moment=_moment(register.moment(), language),
        validity=term(seen.definition),
        token=seen.token,
        address=address,
        qr=qr,
        base=register.base_url,
        list=register.list_address(licence.list_id),
        list_name=f"{licence.list_id}.jwt",
        issuer=register.issuer()["issuer"],
    )
    return Reply(html.encode(), media_type=HTML, headers=_headers(language))


def picture(text: str) -> str:
    """A QR as the address of an SVG picture within the page."""
    import segno

    made: str = segno.make(text, error="m", micro=False).svg_data_uri(border=4, scale=2, omitsize=True)
    return made


def refusal(refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    """What was not found as a page for browsers, as problem+json for machines (see `shared.web.Dialect`)."""
    if refused is None:
        document = unexpected(language=language, instance=request_id)
    else:
        document = problem(refused, language=language, instance=request_id)
    status = int(document["status"])
    if isinstance(refused, NotFound) and wants_html(request):
        told = language_of(request)
        html = _html(told, WORDS["lost_title"], seen=None)
        return Response(status, {"Content-Type": HTML, "Cache-Control": "no-store", **_headers(told)}, html.encode())
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    if status == 401:  # a public route refuses only a token that does not hold
        headers["WWW-Authenticate"] = 'Bearer realm="klang"'
    return Response(status, headers, json.dumps(document, ensure_ascii=False).encode())


def _html(language: Language, title: Text, **context: Any) -> str:
    made: str = (
        _environment()
        .get_template("verify.html")
        .render(
            language=language,
            other="th" if language == "en" else "en",
            title=title,
            t=lambda text: text.pick(language),
            w=lambda name: WORDS[name].pick(language),
            day=lambda on: format_date(on, language),
            style=_style(),
            **context,
        )
    )
    return made


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
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'none'; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        # the address holds the token of a licence that was shown to this reader alone
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
        "Vary": "Accept, Accept-Language",
        "Content-Language": language,
    }


def _moment(now: dt.datetime, language: Language) -> str:
    clock = f"{now:%H:%M}"
    return f"{format_date(now.date(), language)} {'เวลา ' + clock + ' น.' if language == 'th' else 'at ' + clock}"
