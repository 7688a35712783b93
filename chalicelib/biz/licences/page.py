"""A licence as a page for people: who issued what to whom, how it stands today, how to check it without a network.

Works without scripts, fonts and further requests; see `shared.press`.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared import press
from chalicelib.shared.errors import NotFound, Refusal
from chalicelib.shared.problems import MEDIA_TYPE, problem, unexpected
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.web import Reply, Request, Response

from .facts import facts, term
from .wording import WORDS

if TYPE_CHECKING:
    from .register import Register, Seen

TEMPLATES = Path(__file__).parent / "templates"


def page(seen: Seen, register: Register, request: Request) -> Reply:
    """The page of a licence, or of a licence shown by its holder."""
    language, card, licence = press.language_of(request), seen.card, seen.licence
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
    return Reply(html.encode(), media_type=press.HTML, headers=_headers(language))


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
    if isinstance(refused, NotFound) and press.accepts_html(request):
        told = press.language_of(request)
        html = _html(told, WORDS["lost_title"], seen=None)
        return Response(
            status, {"Content-Type": press.HTML, "Cache-Control": "no-store", **_headers(told)}, html.encode()
        )
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    return Response(status, headers, json.dumps(document, ensure_ascii=False).encode())


def _html(language: Language, title: Text, **context: Any) -> str:
    made: str = (
        press.environment(TEMPLATES)
        .get_template("verify.html")
        .render(
            language=language,
            other="th" if language == "en" else "en",
            title=title,
            t=lambda text: text.pick(language),
            w=lambda name: WORDS[name].pick(language),
            day=lambda on: format_date(on, language),
            style=press.style(TEMPLATES),
            **context,
        )
    )
    return made


def _headers(language: Language) -> dict[str, str]:
    made = press.headers(language, TEMPLATES, forms="'none'", pictures=True)
    return {**made, "X-Robots-Tag": "noindex, nofollow"}


def _moment(now: dt.datetime, language: Language) -> str:
    clock = f"{now:%H:%M}"
    return f"{format_date(now.date(), language)} {'เวลา ' + clock + ' น.' if language == 'th' else 'at ' + clock}"
