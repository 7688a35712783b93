"""The access log: for the person, as the service `TH/CENTRAL/DGA/gdx/usage`, and as Estonia's data tracker has it."""

from __future__ import annotations

from ...shared.errors import Fault, Invalid, NotAllowed
from ...shared.gdx_request import SIGNED
from ...shared.identity import CITIZEN
from ...shared.thai import Language, is_national_id
from ...shared.web import Call, Room
from ..service import Service
from .views import (
    FindUsage,
    FindUsageQuery,
    FoundUsages,
    Heartbeat,
    OwnReceiptView,
    Paging,
    UsageList,
    UsagePeriod,
    UsageView,
)

BASE = "/gdx/v1/provider/tracker/findUsage/v2"


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/gdx/v1/me/usage",
        allow=[CITIZEN],
        query=Paging,
        answer=UsageList,
        summary="Which agencies asked about me, when, what for, by which law, and which data they got",
    )
    def mine(call: Call) -> UsageList:
        if call.caller.pid is None:
            raise NotAllowed("ต้องเข้าสู่ระบบในฐานะบุคคล", "Only a person has an access log.")
        page = service.access_log.entries(call.caller.pid, call.query.cursor, call.query.limit)
        return UsageList(items=[UsageView.of(usage) for usage in page.items], next=page.next)

    @room.get(
        "/gdx/v1/me/usage/{receipt}",
        allow=[CITIZEN],
        answer=OwnReceiptView,
        summary="One exchange about me with its receipt: what was recorded, and the proof that it stands in the log",
    )
    def mine_in_full(call: Call) -> OwnReceiptView:
        if call.caller.pid is None:
            raise NotAllowed("ต้องเข้าสู่ระบบในฐานะบุคคล", "Only a person has an access log.")
        own = service.own_receipts.read(call.params["receipt"], call.caller.pid)
        return OwnReceiptView.of_own(own, str(service.transparency.key.vkey))

    @room.post(
        "/gdx/v1/provider/usage/find",
        allow=[SIGNED],
        vouched=service.requests.of("usage"),
        body=FindUsage,
        answer=UsageList,
        summary="Service TH/CENTRAL/DGA/gdx/usage: a person's access log (called through the exchange only)",
    )
    def find_usage(call: Call) -> UsageList:
        asked: FindUsage = call.body
        if not is_national_id(asked.pid):
            raise Invalid(
                "เลขประจำตัวประชาชนไม่ถูกต้อง",
                "The national id is not valid.",
                [Fault("/pid", "เลขตรวจสอบไม่ถูกต้อง", "Its check digit is wrong.")],
            )
        page = service.access_log.entries(asked.pid, asked.after, asked.limit)
        return UsageList(items=[UsageView.of(usage) for usage in page.items], next=page.next)

    @room.get(
        f"{BASE}/findUsage",
        allow=[SIGNED],
        vouched=service.tracker_requests.of("findUsage"),
        query=FindUsageQuery,
        answer=FoundUsages,
        summary="Estonia's findUsage for the person of X-Road-UserId (called through the exchange only)",
    )
    def tracked(call: Call) -> FoundUsages:
        language: Language = "en" if call.language == "en" else "th"
        return service.tracker.find(call.headers.get("x-road-userid"), call.query, language)

    @room.get(
        f"{BASE}/usagePeriod",
        allow=[SIGNED],
        vouched=service.tracker_requests.of("findUsage"),
        answer=UsagePeriod,
        summary="Estonia's usagePeriod: since when lines are kept (called through the exchange only)",
    )
    def period(_: Call) -> UsagePeriod:
        return service.tracker.period()

    @room.get(
        f"{BASE}/heartbeat",
        allow=[SIGNED],
        vouched=service.tracker_requests.of("findUsage"),
        answer=Heartbeat,
        summary="Estonia's heartbeat of the access log (called through the exchange only)",
    )
    def heartbeat(_: Call) -> Heartbeat:
        return service.tracker.heartbeat()
