"""The pages of requests for data: what people ask for, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalicelib.shared.identity import NOBODY
from chalicelib.shared.web import Call, Reply

from ..requests.model import Request, State
from ..requests.reading import MOST
from ..requests.rules import FOLLOWED_BY, STATES, STEPS
from .markdown import cut
from .showing import Sheet
from .words import Words

if TYPE_CHECKING:
    from ..model import Group
    from ..service import Catalogue

SECTION = "request"
SUMMARY = 155
LINE = 200


class RequestPages:
    """Makes the pages of requests. Everybody sees them as nobody in particular does."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def list_page(self, call: Call) -> Reply:
        """`/request`: all of them, the newest first."""
        sheet = Sheet(self._catalogue.site, call.request)
        cursor = (call.request.query.get("cursor") or (None,))[-1]
        found, following = self._catalogue.publishing.request_reading.listing(
            NOBODY, organization="", state="", mine=False, cursor=cursor, limit=MOST
        )
        older = sheet.links.to(SECTION, query=[("cursor", following)]) if following else None
        lines = [self._line(sheet, *each) for each in found]
        return sheet.reply(sheet.html("requests.html", SECTION, section=SECTION, lines=lines, older=older))

    def page(self, call: Call) -> Reply:
        """`/request/{id}`: one of them with its history and answer.

        Raises:
            NotFound.
        """
        shown = self._catalogue.publishing.request_reading.show(NOBODY, unquote(call.params["id"]))
        sheet, request = Sheet(self._catalogue.site, call.request), shown.request
        words, links = sheet.words, sheet.links
        answer = None
        if shown.answer is not None:
            dataset = shown.answer.dataset
            title = str(dataset.fields.get("title") or dataset.name)
            answer = {"title": title, "address": links.to("dataset", dataset.name)}
        html = sheet.html(
            "request.html",
            SECTION,
            request.id,
            section=SECTION,
            line=self._line(sheet, request, shown.organization, shown.support),
            crumbs=[(links.to(SECTION), words("requests"))],
            summary=cut(request.description, SUMMARY),
            paragraphs=_paragraphs(request.description),
            purpose=_paragraphs(request.purpose),
            answer=answer,
            history=[
                {
                    "day": words.day(each.at),
                    "at": each.at[:10],
                    "step": _step(each.step, words),
                    "state": _state(each.after, words),
                    "reason": each.reason,
                }
                for each in shown.steps
                if each.step not in ("hide", "show")
            ],
        )
        return sheet.reply(html)

    def _line(self, sheet: Sheet, request: Request, organization: Group | None, support: int) -> dict[str, Any]:
        links = sheet.links
        return {
            "title": request.title,
            "address": links.to(SECTION, request.id),
            "text": cut(request.description, LINE),
            "organization": organization.title if organization else sheet.words("request_to_nobody"),
            "organization_address": links.to("organization", organization.name) if organization else None,
            "created": request.created,
            "state": _state(request.state, sheet.words),
            "open": request.open,
            "support": sheet.words.number("request_support", support),
        }


def _state(state: State, words: Words) -> str:
    return STATES[state][words.language == "en"]


def _step(name: str, words: Words) -> str:
    if name in FOLLOWED_BY:
        return words(f"request_{name}")
    return STEPS[name].th if words.language == "th" else words(f"request_step_{name}")


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
