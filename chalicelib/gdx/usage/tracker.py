"""The access log in the words of Estonia's data tracker (dumonitor OpenAPI 2.0: findUsage, usagePeriod, heartbeat).

Whoever shows data trackers of several states, or has a client for Estonia's, asks this exchange like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from ...shared.errors import Fault, Invalid, NotAllowed, Unavailable
from ...shared.journal import event_key
from ...shared.storage import Table
from ...shared.thai import Language, is_national_id
from .. import store
from ..ids import MemberId, SubsystemId
from ..model import BANGKOK, Usage
from .log import AccessLog
from .views import FindUsageQuery, FoundUsages, Heartbeat, TrackedUsage, UsagePeriod

NAME = "TH/CENTRAL/DGA/tracker"
"""The subsystem whose service `findUsage` this is."""

_CODE = re.compile(r"(?:TH)?([0-9]{13})")


class Tracker:
    """Answers the three questions.

    Args:
        log: access logs.
        table: the room's table, which knows since when lines are kept.
        clock: tells the time.
    """

    def __init__(self, log: AccessLog, table: Table, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._table = table
        self._clock = clock

    def find(self, user: str | None, asked: FindUsageQuery, language: Language) -> FoundUsages:
        """Lines about the person, newest first.

        Args:
            user: `X-Road-UserId`, the person who asks: `TH` and their national id, or the id alone.
            asked: whose lines, and which of them.
            language: of the texts.

        Raises:
            Invalid: no valid person is named.
            NotAllowed: the person asks about somebody else; the exchange knows of no representation.
        """
        person = _person("header:X-Road-UserId", user)
        if asked.userCode is not None and _person("query:userCode", asked.userCode) != person:
            raise NotAllowed(
                "ดูประวัติการเข้าถึงข้อมูลได้เฉพาะของตนเอง",
                "A person may see their own access log only.",
                [Fault("query:userCode", "ไม่ตรงกับ X-Road-UserId", "Is not X-Road-UserId.")],
            )
        first, last = _moment(asked.periodStart), _moment(asked.periodEnd)
        lines = [
            usage
            for usage in self._log.everything(person)
            if (first is None or datetime.fromisoformat(usage.at) >= first)
            and (last is None or datetime.fromisoformat(usage.at) <= last)
        ]
        shown = lines[asked.offset : asked.offset + asked.limit]
        return FoundUsages(totalUsages=len(lines), usages=[_tracked(usage, language) for usage in shown])

    def period(self) -> UsagePeriod:
        """Since when lines are kept: since the exchange knows its own operator, and none was removed.

        Raises:
            Unavailable: nobody has filled the directory yet.
        """
        began = self._table.get(event_key(f"HISTORY#{store.DIRECTORY}#{_OPERATOR}", 1))
        if began is None:
            raise Unavailable("ศูนย์แลกเปลี่ยนข้อมูลยังไม่เปิดให้บริการ", "The exchange has not been opened yet.")
        return UsagePeriod(periodStart=began.data["at"])

    def heartbeat(self) -> Heartbeat:
        """Whether lines can be read now."""
        try:
            self.period()
        except Unavailable:
            return Heartbeat(status="FAIL", message="the access log cannot be read")
        return Heartbeat(status="OK", message="API is ready")


_OPERATOR = MemberId.parse("TH/CENTRAL/DGA")


def _tracked(usage: Usage, language: Language) -> TrackedUsage:
    thai = language == "th"
    service, purpose = (usage.service_th, usage.purpose_th) if thai else (usage.service_en, usage.purpose_en)
    return TrackedUsage(
        logtime=usage.at,
        action=f"{service}: {purpose}",
        receiverCode=str(SubsystemId.parse(usage.consumer).member),
        receiverName=usage.consumer_th if thai else usage.consumer_en,
        receiverSystem=usage.consumer,
    )


def _person(place: str, text: str | None) -> str:
    found = _CODE.fullmatch(text or "")
    if found is None or not is_national_id(found[1]):
        raise Invalid(
            "ต้องระบุเลขประจำตัวประชาชนที่ถูกต้อง",
            "Name a person with a valid national id.",
            [Fault(place, "ไม่มีหรือไม่ถูกต้อง", "Missing or not valid.")],
        )
    return found[1]


def _moment(time: datetime | None) -> datetime | None:
    """Times without a zone, which the contract allows, are Thai."""
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=BANGKOK)
