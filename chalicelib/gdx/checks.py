"""Whether a request may pass: every reason why it might not, by name and in order.

The pipeline runs these checks, and `/gdx/v1/explain` tells them one by one: there is one list, so that what is
explained is what happens. A check knows nothing but the `Situation`, which was read before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ..shared.dataclass import dataclass
from ..shared.errors import Fault
from ..shared.storage import Create, Item, Update
from ..shared.thai import is_national_id
from .consents.rules import permitted
from .ids import SANDBOX
from .mask import find
from .model import Agreement, Ask, Member, Predicate, Purpose, Service, Subsystem
from .provider import address_of
from .refusals import (
    InvalidBody,
    LoggingFailed,
    PredicateNotAgreed,
    PreviewNeeded,
    UnknownMember,
    access_denied,
    unknown_member,
    unknown_service,
)
from .rules import Used, covers, in_force, purpose_of, room_this_minute, room_today, volume_left, working
from .sandbox.numbers import is_sandbox_person
from .xroad.paths import normalised

LOG_BEHIND = timedelta(hours=4)
"""The exchange stops when its log has not been sealed for so long (X-Road stops after 4 h without a time-stamper)."""


@dataclass(frozen=True)
class Look:
    """Which exchange a request is.

    Attributes:
        identifier: names that exchange.
        earlier: its record, if this very request was recorded a moment ago.
        latest: what remembers it as the latest look of a request that was repeated late; None for a first look.
    """

    identifier: str
    earlier: Item | None = None
    latest: Create | Update | None = None


@dataclass(frozen=True)
class Situation:
    """Everything that decides about one request.

    Attributes:
        handle: names the request, however often it is repeated.
        client, member, service, provider: as the directory knows them, or None.
        agreement: between the two, in whatever state, or None.
        used: what was used of its quotas.
        consent: gives the row of the person's consent, asked for only where one is needed.
        look: which exchange this request is: a repeat of one takes no quota again.
        log: how far the log is sealed, or None where nothing was sealed yet.
    """

    ask: Ask
    now: datetime
    handle: str
    client: Subsystem | None
    member: Member | None
    service: Service | None
    provider: Subsystem | None
    agreement: Agreement | None
    used: Used
    consent: Callable[[], Item | None]
    look: Look
    log: Mapping[str, Any] | None = field(default=None)

    @property
    def repeated(self) -> bool:
        """Whether this very request was recorded a moment ago."""
        return self.look.earlier is not None

    @cached_property
    def path(self) -> str:
        """The path as decisions see it (decoded, dots resolved)."""
        return normalised(self.ask.path)

    @cached_property
    def asker(self) -> Member:
        """The member whose system asks; raises UnknownMember."""
        if self.client is None or self.member is None or not self.client.active:
            raise UnknownMember("ไม่พบระบบผู้ขอข้อมูลในศูนย์แลกเปลี่ยนข้อมูล", "The client is not registered on this exchange.")
        return self.member

    @cached_property
    def known_service(self) -> Service:
        """The service; raises UnknownService, UnknownMember."""
        if self.service is None:
            raise unknown_member() if self.provider is None else unknown_service()
        return self.service

    @cached_property
    def agreed(self) -> Agreement:
        """The agreement; raises AccessDenied."""
        if self.agreement is None:
            raise access_denied()
        return self.agreement

    @cached_property
    def purpose(self) -> Purpose:
        """The purpose under which the request may pass; raises PurposeNotAgreed."""
        return purpose_of(self.agreed, self.ask.purpose)

    @cached_property
    def predicate(self) -> Predicate | None:
        """The verify-only question that is asked, if one is; raises PredicateNotAgreed."""
        return _predicate(self.agreed, self.ask.predicate)

    @cached_property
    def subject(self) -> str | None:
        """National id of the person asked about; raises InvalidBody."""
        return subject_of(self.known_service, self.ask.body)

    @cached_property
    def consent_row(self) -> Item | None:
        """The person's consent where the agreement asks for one."""
        return self.consent() if self.agreed.consent and self.subject is not None else None

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that may go out; raises ConsentNeeded."""
        wanted = self.agreed.fields if self.predicate is None else ()
        if not self.agreed.consent or self.subject is None:
            return wanted
        row = self.consent_row
        repeats = self.look.identifier if self.repeated else None
        given = None if row is None else row.data
        return permitted(given, self.purpose.code, wanted, self.now, repeats, self.agreed.id)

    @cached_property
    def today(self) -> tuple[int, ...]:
        """Counters of the daily quota that still have room; raises QuotaExceeded."""
        return () if self.repeated else tuple(room_today(self.agreed, self.used, self.handle, self.now))

    @cached_property
    def this_minute(self) -> tuple[int, ...]:
        """Counters of the rate per minute that still have room; raises QuotaExceeded."""
        return () if self.repeated else tuple(room_this_minute(self.agreed, self.used, self.handle, self.now))


def _log_is_sealed(situation: Situation) -> None:
    log = situation.log
    if log is None:
        return
    times = [datetime.fromisoformat(text) for text in (log["checked_at"], log["oldest_open"]) if text is not None]
    if situation.now - min(times) > LOG_BEHIND:
        raise LoggingFailed(
            "บันทึกการแลกเปลี่ยนยังไม่ได้ผนึกเกิน 4 ชั่วโมง จึงหยุดให้บริการชั่วคราว",
            "The log has not been sealed for four hours; the exchange stands still until it is.",
            retry_after=60,
        )


def _instances_match(situation: Situation) -> None:
    if situation.ask.client.member.instance != situation.ask.service.subsystem.member.instance:
        raise access_denied()


def _in_force(situation: Situation) -> None:
    if not in_force(situation.agreed, situation.now):
        raise access_denied()


def _endpoint_is_covered(situation: Situation) -> None:
    if not covers(situation.agreed, situation.ask.method, situation.path):
        raise access_denied()


def _person_sees_first(situation: Situation) -> None:
    if situation.agreed.preview and situation.predicate is None and situation.ask.door != "prefill":
        raise PreviewNeeded(
            "ข้อตกลงนี้ให้เจ้าของข้อมูลดูก่อนส่ง โปรดขอผ่าน POST /gdx/v1/prefill",
            "Under this agreement the person sees the values first: ask by POST /gdx/v1/prefill.",
        )


def _volume_is_left(situation: Situation) -> None:
    if not situation.repeated:
        volume_left(situation.agreed, situation.used, situation.now)


@dataclass(frozen=True)
class Check:
    """One reason why a request may not pass: `run` raises the refusal."""

    name: str
    run: Callable[[Situation], object]


CHECKS: tuple[Check, ...] = (
    Check("log", _log_is_sealed),
    Check("client", lambda situation: situation.asker),
    Check("service", lambda situation: situation.known_service),
    Check("instance", _instances_match),
    Check("path", lambda situation: situation.path),
    Check("agreement", lambda situation: situation.agreed),
    Check("in_force", _in_force),
    Check("endpoint", _endpoint_is_covered),
    Check("purpose", lambda situation: situation.purpose),
    Check("predicate", lambda situation: situation.predicate),
    Check("preview", _person_sees_first),
    Check("working", lambda situation: working(situation.known_service, situation.now)),
    Check("subject", lambda situation: situation.subject),
    Check("consent", lambda situation: situation.fields),
    Check("quota", lambda situation: situation.today),
    Check("rate", lambda situation: situation.this_minute),
    Check("volume", _volume_is_left),
)
"""All of them, in order."""

ADDRESS = Check("address", lambda situation: address_of(situation.provider))
"""Whether there is somewhere to call; asked at the call itself, for a provider that fetches its requests needs none."""


def subject_of(service: Service, body: bytes) -> str | None:
    """The national id of the person asked about, or None when the service is not about a person.

    Raises:
        InvalidBody: the service is about a person and the body does not name one: what cannot be shown to the person
            may not pass.
    """
    if service.subject is None:
        return None
    try:
        value: Any = find(json.loads(body), service.subject)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, str) or not is_national_id(value):
        raise InvalidBody(
            "คำขอต้องเป็น JSON ที่ระบุเลขประจำตัวประชาชนที่ถูกต้อง",
            "The body must be JSON and name a valid national id.",
            [Fault(service.subject, "เลขประจำตัวประชาชน 13 หลักไม่ถูกต้อง", "Not a valid 13-digit national id.")],
        )
    _fits_instance(service, value)
    return value


def _fits_instance(service: Service, pid: str) -> None:
    """Nobody's real id goes into the sandbox, and none of its invented ones comes out of it."""
    if is_sandbox_person(pid) == (service.id.subsystem.member.instance == SANDBOX):
        return
    raise InvalidBody(
        "เลขของระบบทดลองใช้ได้เฉพาะในระบบทดลอง และระบบทดลองไม่รับเลขจริง",
        "Ids of the sandbox are for the sandbox only, and it takes no others.",
        [Fault(service.subject or "", "ใช้กับระบบนี้ไม่ได้", "Not for this instance of the exchange.")],
    )


def _predicate(agreement: Agreement, code: str | None) -> Predicate | None:
    if code is None:
        if agreement.fields:
            return None
        raise PredicateNotAgreed(
            "ข้อตกลงนี้ให้ตรวจสอบความถูกต้องเท่านั้น ไม่ให้ข้อมูล โปรดระบุ X-Gdx-Predicate",
            "This agreement lets you verify only; name one of its questions in X-Gdx-Predicate.",
            [Fault("header:X-Gdx-Predicate", "ต้องระบุ", "Mandatory under this agreement.")],
        )
    for predicate in agreement.predicates:
        if predicate.code == code:
            return predicate
    raise PredicateNotAgreed(
        "คำถามตรวจสอบที่ระบุไม่อยู่ในข้อตกลง",
        "Access denied: not one of the agreement's verify-only questions.",
        [Fault("header:X-Gdx-Predicate", "ไม่อยู่ในข้อตกลง", "Not one of the agreement's questions.")],
    )
