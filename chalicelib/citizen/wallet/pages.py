"""The public pages of the wallet: to use a one-time code, and to check a paper that one was shown.

Plain HTML without script, in Thai and English, by eyes and by screen readers; see `shared.press`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib.shared import press
from chalicelib.shared.errors import NotFound, Refusal
from chalicelib.shared.problems import MEDIA_TYPE, problem, unexpected
from chalicelib.shared.thai import Language, Text, format_date
from chalicelib.shared.web import Reply, Request, Response
from chalicelib.shared.workdays import BANGKOK

from .checking import Checked
from .model import Share
from .wording import VERDICTS, WORDS

TEMPLATES = Path(__file__).parent / "templates"


def share_page(share: Share, request: Request) -> Reply:
    """The page that asks whether the code shall be used: nothing is used up by looking at an address."""
    language = press.language_of(request)
    return _reply(request, "share_title", "share", until=_moment(share.until, language))


def form_page(request: Request) -> Reply:
    """The page on which a paper is pasted."""
    return _reply(request, "verify_title", "form")


def result_page(checked: Checked, request: Request) -> Reply:
    """What a check found."""
    language = press.language_of(request)
    called, known = checked.described.of(checked.claims), checked.described.values
    dates = [("issued", checked.issued_at), ("expires", checked.expires_at)]
    return _reply(
        request,
        "result_title",
        "result",
        checked=checked,
        words=VERDICTS[checked.verdict],
        moment=_moment(checked.at, language),
        dates=[(name, _moment(dt.datetime.fromisoformat(at), language)) for name, at in dates if at is not None],
        facts=[
            (called[name].pick(language) if name in called else name, _said(value, language, known.get(name, {})))
            for name, value in checked.claims.items()
        ],
    )


def refusal(refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    """A refusal as a page for browsers, as problem+json for machines (see `shared.web.Dialect`)."""
    if refused is None:
        document = unexpected(language=language, instance=request_id)
    else:
        document = problem(refused, language=language, instance=request_id)
    status = int(document["status"])
    headers = {"Cache-Control": "no-store"}
    if refused is not None and refused.retry_after is not None:
        headers["Retry-After"] = str(refused.retry_after)
    if not press.accepts_html(request):
        return Response(
            status, {"Content-Type": MEDIA_TYPE, **headers}, json.dumps(document, ensure_ascii=False).encode()
        )
    told = press.language_of(request)
    if isinstance(refused, NotFound):
        title, kind = "lost_title", "lost"
    else:
        title, kind = ("away_title", "away") if status >= 500 else ("bad_title", "bad")
    message = WORDS[title].pick(told) if refused is None else refused.en if told == "en" else refused.th
    page = _html(request, title, kind, message=message)
    return Response(status, {"Content-Type": press.HTML, **headers, **_headers(told)}, page.encode())


def _reply(request: Request, title: str, kind: str, **context: Any) -> Reply:
    html = _html(request, title, kind, **context)
    return Reply(html.encode(), media_type=press.HTML, headers=_headers(press.language_of(request)))


def _html(request: Request, title: str, kind: str, **context: Any) -> str:
    language = press.language_of(request)
    made: str = (
        press.environment(TEMPLATES)
        .get_template("page.html")
        .render(
            language=language,
            other="th" if language == "en" else "en",
            turns=request.method == "GET",
            title=title,
            kind=kind,
            t=lambda text: text.pick(language),
            w=lambda name: WORDS[name].pick(language),
            style=press.style(TEMPLATES),
            **context,
        )
    )
    return made


def _headers(language: Language) -> dict[str, str]:
    return {**press.headers(language, TEMPLATES, forms="'self'"), "X-Robots-Tag": "noindex, nofollow"}


def _moment(at: dt.datetime, language: Language) -> str:
    here = at.astimezone(BANGKOK)
    clock = f"{here:%H:%M}"
    return f"{format_date(here.date(), language)} {'เวลา ' + clock + ' น.' if language == 'th' else 'at ' + clock}"


def _said(value: Any, language: Language, names: Mapping[str, Text]) -> str:
    """A claim in words, a code by its name; what is no single value is shown as its issuer wrote it."""
    match value:
        case bool():
            return WORDS["yes" if value else "no"].pick(language)
        case str() if value in names:
            return names[value].pick(language)
        case str() | int() | float():
            return str(value)
        case {"th": str(th), "en": str(en)} if len(value) == 2:
            return Text(th=th or "-", en=en or "-").pick(language)
        case [*codes] if codes and all(isinstance(each, str) and each in names for each in codes):
            return ", ".join(names[each].pick(language) for each in codes)
        case _:
            return json.dumps(value, ensure_ascii=False)


def pasted(request: Request) -> Mapping[str, str]:
    """The fields of a form that a browser sent (WHATWG URL, application/x-www-form-urlencoded)."""
    from urllib.parse import parse_qsl

    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        return {}
