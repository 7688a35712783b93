"""The access log as a service of the exchange: `TH/CENTRAL/DGA/gdx/usage`."""

from __future__ import annotations

from ...shared.errors import Fault, Invalid
from ...shared.gdx_request import SIGNED
from ...shared.thai import is_national_id
from ...shared.web import Call, Room
from ..service import Service
from .views import FindUsage, UsageList, UsageView


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.post(
        "/gdx/v1/provider/usage/find",
        allow=[SIGNED],
        body=FindUsage,
        answer=UsageList,
        summary="Service TH/CENTRAL/DGA/gdx/usage: a person's access log (called through the exchange only)",
    )
    def find_usage(call: Call) -> UsageList:
        service.requests.check(call.headers.get("authorization"), "POST", "usage", call.raw)
        asked: FindUsage = call.body
        if not is_national_id(asked.pid):
            raise Invalid(
                "เลขประจำตัวประชาชนไม่ถูกต้อง",
                "The national id is not valid.",
                [Fault("/pid", "เลขตรวจสอบไม่ถูกต้อง", "Its check digit is wrong.")],
            )
        page = service.access_log.entries(asked.pid, asked.after, asked.limit)
        return UsageList(items=[UsageView.of(usage) for usage in page.items], next=page.next)
