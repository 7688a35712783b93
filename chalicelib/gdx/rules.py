"""What an agreement allows, decided from values alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime

from ..shared.errors import Fault
from ..shared.thai import is_national_id
from .ids import ServiceId, SubsystemId
from .mask import BadPointer, steps
from .model import BANGKOK, Agreement, AgreementState, Ask, Purpose, Service
from .refusals import PurposeNotAgreed, QuotaExceeded, ServiceDisabled, access_denied, invalid_request
from .xroad.paths import matches, normalised

QUOTA_SHARDS = 4
"""A day's quota lies in this many counters, so that no single item is written by every exchange of an agreement."""

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


def thai_day(now: datetime) -> date:
    """The calendar day in Thailand."""
    return now.astimezone(BANGKOK).date()


def permit(agreement: Agreement | None, ask: Ask, now: datetime) -> Purpose:
    """The purpose under which a request may pass.

    Raises:
        AccessDenied: no agreement, not in force today, or not for this method and path.
        PurposeNotAgreed: the purpose is missing or not one of the agreement's.
    """
    path = normalised(ask.path)
    if agreement is None or not in_force(agreement, now):
        raise access_denied()
    if not any(
        endpoint.method in ("*", ask.method) and matches(endpoint.path, path) for endpoint in agreement.endpoints
    ):
        raise access_denied()
    return purpose_of(agreement, ask.purpose)


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


def working(service: Service) -> Service:
    """The service, unless its provider switched it off.

    Raises:
        ServiceDisabled: with the provider's notice.
    """
    if service.notice is not None:
        raise ServiceDisabled(f"บริการปิดชั่วคราว: {service.notice[0]}", f"Service disabled: {service.notice[1]}")
    return service


def shard_limits(quota: int) -> tuple[int, ...]:
    """How much of a day's quota each counter may count; the sum is exactly the quota."""
    return tuple(quota // QUOTA_SHARDS + (shard < quota % QUOTA_SHARDS) for shard in range(QUOTA_SHARDS))


def open_shards(quota: int, used: Mapping[int, int], start: str) -> list[int]:
    """The counters that are not full, beginning at a place that `start` (an id) spreads evenly.

    Raises:
        QuotaExceeded: all are full.
    """
    limits = shard_limits(quota)
    first = hashlib.sha256(start.encode()).digest()[0] % QUOTA_SHARDS
    order = [(first + step) % QUOTA_SHARDS for step in range(QUOTA_SHARDS)]
    found = [shard for shard in order if used.get(shard, 0) < limits[shard]]
    if not found:
        raise quota_exceeded()
    return found


def quota_exceeded() -> QuotaExceeded:
    """The daily quota is used up; it opens again at Thai midnight at the latest."""
    return QuotaExceeded(
        "ใช้ครบโควตารายวันตามข้อตกลงแล้ว โปรดเรียกใหม่ในวันถัดไป",
        "The agreement's daily quota is used up; call again after midnight, Thai time.",
        retry_after=3600,
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


def agreement_faults(agreement: Agreement, service: Service | None) -> list[Fault]:
    """What is wrong with the terms of an agreement, for whoever registers it."""
    faults: list[Fault] = []
    if service is None:
        faults.append(Fault("/service", "ไม่พบบริการนี้", "No such service is registered."))
    if agreement.valid_until < agreement.valid_from:
        faults.append(Fault("/valid_until", "วันสิ้นสุดอยู่ก่อนวันเริ่ม", "It ends before it begins."))
    for at, pointer in enumerate(agreement.fields):
        try:
            steps(pointer)
        except BadPointer:
            faults.append(Fault(f"/fields/{at}", "ไม่ใช่ JSON Pointer", "Not a JSON Pointer (RFC 6901)."))
    for at, purpose in enumerate(agreement.purposes):
        if not _CODE.fullmatch(purpose.code):
            faults.append(Fault(f"/purposes/{at}/code", "รหัสไม่ถูกต้อง", "Lower-case letters, digits and . _ - only."))
    if len({purpose.code for purpose in agreement.purposes}) != len(agreement.purposes):
        faults.append(Fault("/purposes", "รหัสซ้ำกัน", "Two purposes have one code."))
    for at, endpoint in enumerate(agreement.endpoints):
        if ".." in endpoint.path or not endpoint.path.startswith(("/", "*")):
            faults.append(Fault(f"/endpoints/{at}/path", "เส้นทางไม่ถูกต้อง", "Starts with / or *, without `..`."))
    return faults


def is_party(client: SubsystemId, consumer: str, service: str) -> bool:
    """True when a system asked in this exchange or answered in it."""
    return str(client) in (consumer, str(ServiceId.parse(service).subsystem))
