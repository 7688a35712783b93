"""What an agreement allows, decided from values alone."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta

from ..shared.dataclass import dataclass
from ..shared.errors import Fault
from ..shared.thai import is_national_id
from .ids import ServiceId, SubsystemId
from .model import BANGKOK, Agreement, AgreementState, Purpose, Service
from .refusals import PurposeNotAgreed, QuotaExceeded, ServiceDisabled, invalid_request
from .xroad.paths import matches

QUOTA_SHARDS = 4
"""A day's quota lies in this many counters, so that no single item is written by every exchange of an agreement."""

UNTIL_FURTHER_NOTICE = 600
"""Seconds after which a caller may look again whether a service that was switched off without an end is back."""

_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


def thai_day(now: datetime) -> date:
    """The calendar day in Thailand."""
    return now.astimezone(BANGKOK).date()


@dataclass(frozen=True)
class Used:
    """What was used of an agreement's caps: per counter today, per counter this minute, and bytes today."""

    day: Mapping[int, int] = field(default_factory=dict)
    minute: Mapping[int, int] = field(default_factory=dict)
    volume: int = 0


def covers(agreement: Agreement, method: str, path: str) -> bool:
    """True when the agreement names this method and normalised path."""
    return any(endpoint.method in ("*", method) and matches(endpoint.path, path) for endpoint in agreement.endpoints)


def in_force(agreement: Agreement, now: datetime) -> bool:
    """True when the agreement is finalized and today lies in its validity."""
    return (
        agreement.state is AgreementState.FINALIZED and agreement.valid_from <= thai_day(now) <= agreement.valid_until
    )


def purpose_of(agreement: Agreement, code: str | None) -> Purpose:
    """The named purpose, or the only one when none is named.

    Raises:
        PurposeNotAgreed.
    """
    if code is None and len(agreement.purposes) == 1:
        return agreement.purposes[0]
    for purpose in agreement.purposes:
        if purpose.code == code:
            return purpose
    raise PurposeNotAgreed(
        "วัตถุประสงค์ที่ระบุไม่อยู่ในข้อตกลง โปรดระบุ X-Gdx-Purpose ตามข้อตกลง",
        "Access denied: name one of the agreement's purposes in X-Gdx-Purpose.",
        [Fault("header:X-Gdx-Purpose", "ไม่อยู่ในข้อตกลง", "Not one of the agreement's purposes.")],
    )


def working(service: Service, now: datetime) -> Service:
    """The service, unless its provider switched it off or planned to be away now.

    Raises:
        ServiceDisabled: with the provider's words, and when to come back.
    """
    if service.notice is not None:
        raise ServiceDisabled(
            f"บริการปิดชั่วคราว: {service.notice[0]}",
            f"Service disabled: {service.notice[1]}",
            retry_after=UNTIL_FURTHER_NOTICE,
        )
    for window in service.maintenance:
        if window.begins <= now < window.ends:
            raise ServiceDisabled(
                f"บริการปิดปรับปรุงตามกำหนด: {window.th}",
                f"Service disabled for planned maintenance: {window.en}",
                retry_after=math.ceil((window.ends - now).total_seconds()),
            )
    return service


def shard_limits(quota: int) -> tuple[int, ...]:
    """How much of a quota each counter may count; the sum is exactly the quota."""
    return tuple(quota // QUOTA_SHARDS + (shard < quota % QUOTA_SHARDS) for shard in range(QUOTA_SHARDS))


def open_shards(quota: int, used: Mapping[int, int], start: str) -> list[int]:
    """The counters that are not full, beginning at a place that `start` (an id) spreads evenly; none when used up."""
    limits = shard_limits(quota)
    first = hashlib.sha256(start.encode()).digest()[0] % QUOTA_SHARDS
    order = [(first + step) % QUOTA_SHARDS for step in range(QUOTA_SHARDS)]
    return [shard for shard in order if used.get(shard, 0) < limits[shard]]


def room_today(agreement: Agreement, used: Used, start: str, now: datetime) -> list[int]:
    """Counters of the daily quota that still have room; raises QuotaExceeded."""
    found = open_shards(agreement.daily_quota, used.day, start)
    if not found:
        raise quota_exceeded(now)
    return found


def room_this_minute(agreement: Agreement, used: Used, start: str, now: datetime) -> list[int]:
    """Counters of the rate per minute that still have room, none where there is no such cap; raises QuotaExceeded."""
    if agreement.rate_per_minute is None:
        return []
    found = open_shards(agreement.rate_per_minute, used.minute, start)
    if not found:
        raise rate_exceeded(now)
    return found


def volume_left(agreement: Agreement, used: Used, now: datetime) -> None:
    """Lets pass what may still carry bytes today.

    Raises:
        QuotaExceeded: the agreement's bytes of today are used up.
    """
    if agreement.daily_bytes is not None and used.volume >= agreement.daily_bytes:
        raise volume_exceeded(now)


def until_midnight(now: datetime) -> int:
    """Seconds until the Thai day ends, at least 1: then daily quotas begin anew."""
    local = now.astimezone(BANGKOK)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, math.ceil((midnight - local).total_seconds()))


def quota_exceeded(now: datetime) -> QuotaExceeded:
    """The daily quota is used up."""
    return QuotaExceeded(
        "ใช้ครบโควตารายวันตามข้อตกลงแล้ว โปรดเรียกใหม่ในวันถัดไป",
        "The agreement's daily quota is used up; call again after midnight, Thai time.",
        retry_after=until_midnight(now),
    )


def rate_exceeded(now: datetime) -> QuotaExceeded:
    """This minute's exchanges are used up."""
    return QuotaExceeded(
        "เรียกถี่เกินอัตราต่อนาทีตามข้อตกลง โปรดเรียกใหม่ในนาทีถัดไป",
        "The agreement's rate per minute is used up; call again in the next minute.",
        retry_after=60 - now.second,
    )


def volume_exceeded(now: datetime) -> QuotaExceeded:
    """Today's bytes are used up, or this answer alone would pass them."""
    return QuotaExceeded(
        "ปริมาณข้อมูลของวันนี้ตามข้อตกลงไม่พอสำหรับคำตอบนี้ โปรดเรียกใหม่ในวันถัดไป",
        "What is left of the agreement's bytes today does not hold this answer; call again after midnight, Thai time.",
        retry_after=until_midnight(now),
    )


def checked_case(case: str | None) -> str | None:
    """A case number that may be kept: short, plain, and not a national id.

    Raises:
        InvalidRequest: the field is X-Road-Issue.
    """
    if case is None:
        return None
    if not _CASE.fullmatch(case) or is_national_id(case.replace("-", "")):
        raise invalid_request(
            "X-Road-Issue ต้องเป็นเลขที่เรื่อง (ไม่เกิน 64 ตัว) และต้องไม่ใช่เลขประจำตัวประชาชน",
            "X-Road-Issue must be a case number (64 characters at most) and no national id.",
            [Fault("header:X-Road-Issue", "ไม่ใช่เลขที่เรื่อง", "Not a case number.")],
        )
    return case


def is_party(client: SubsystemId, consumer: str, service: str) -> bool:
    """True when a system asked in this exchange or answered in it."""
    return str(client) in (consumer, str(ServiceId.parse(service).subsystem))
