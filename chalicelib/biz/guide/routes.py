"""Routes of the guide, for everybody: nothing about a person is asked, and nothing is kept."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Reply, Room

from ..pages.sheet import Sheet, wants_html
from ..service import Biz
from . import answers as reading
from .page import page
from .service import PATH, check
from .views import GuideBody, Guided
from .vocabulary import RESERVED

LIMIT = 32 * 1024
_QUERY = "query:"


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes of the guide on the room."""
    guide = biz.guide

    @room.post(
        PATH,
        allow=[PUBLIC],
        body=GuideBody,
        answer=Guided,
        limit=LIMIT,
        summary="What do I need? The services that a business needs by its answers, and what to ask it next",
    )
    def ask(call: Call) -> Guided:
        return guide.say(call.body.answers)

    @room.get(
        PATH,
        allow=[PUBLIC],
        answer=Guided,
        summary="The same by a link that holds the answers (?business=food,alcohol&area_m2=80), as JSON or as a page",
    )
    def show(call: Call) -> Reply:
        services, asked = guide.today()
        query = {name: values for name, values in call.request.query.items() if name not in RESERVED}
        read = {name: reading.from_address(asked[name].question, query[name]) for name in asked if name in query}
        given: dict[str, Any] = {name: value for name, value in read.items() if value is not None}
        faults = {fault.pointer: fault for fault in check(asked, given, "{}")}
        unknown = sorted(query.keys() - asked.keys())
        if not wants_html(call.request):
            wrong = [
                *(Fault(_QUERY + name, fault.th, fault.en) for name, fault in faults.items()),
                *(Fault(_QUERY + name, "ไม่มีคำถามนี้", "There is no such question.") for name in unknown),
            ]
            if wrong:
                raise Invalid("คำตอบบางข้อไม่ถูกต้อง", "Some of the answers are not valid.", wrong)
            return Reply(guide.judge(services, asked, given))
        taken = {name: value for name, value in given.items() if name not in faults}
        said = guide.judge(services, asked, taken)
        return page(said, asked, taken, faults, Sheet(call.request), unknown=bool(unknown))
