"""A refusal as a page in both languages for people, as problem+json for machines."""

from __future__ import annotations

import json

from chalicelib.shared.errors import NotFound, Refusal
from chalicelib.shared.problems import MEDIA_TYPE, problem, unexpected
from chalicelib.shared.web import Request, Response

from ..rules import Rejected
from .showing import MEDIA, Sheet, security
from .words import Words


def refusal(site: str, refused: Refusal | None, language: str, request_id: str, request: Request) -> Response:
    """The answer, as `shared.web.Dialect` has it; it repeats nothing of what was asked."""
    if isinstance(refused, Rejected):  # an id that can be none at all is an id that nothing has
        refused = NotFound("ไม่พบหน้านี้", "Not found")
    if refused is None:
        document = unexpected(language=language, instance=request_id)
    else:
        document = problem(refused, language=language, instance=request_id)
    status = int(document["status"])
    headers = {"Cache-Control": "no-store", **security()}
    if wants_html(request):
        sheet = Sheet(site, request)
        headers |= {"Content-Language": sheet.words.language, "Content-Type": f"{MEDIA}; charset=utf-8"}
        return Response(status, headers, _page(sheet, refused, request_id).encode())
    body = json.dumps(document, ensure_ascii=False).encode()
    return Response(status, {**headers, "Content-Type": MEDIA_TYPE}, body)


def _page(sheet: Sheet, refused: Refusal | None, request_id: str) -> str:
    kind = "broken" if refused is None else "lost" if isinstance(refused, NotFound) else "wrong"

    def detail(words: Words) -> str:
        if kind == "wrong" and refused is not None:
            return refused.en if words.language == "en" else refused.th
        return words(f"{kind}_lead")

    other = Words(sheet.words.other)
    return sheet.html(
        "refusal.html",
        "dataset",
        title=sheet.words(f"{kind}_title"),
        detail=detail(sheet.words),
        other_title=other(f"{kind}_title"),
        other_detail=detail(other),
        request_id=request_id,
    )


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks: it names HTML, machines say `*/*` or nothing."""
    accept = request.headers.get("accept", "").lower()
    return "text/html" in accept or "application/xhtml+xml" in accept
