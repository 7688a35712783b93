"""The one pipeline of every exchange, whichever door it comes through.

Two requests to the table: one read of everything that decides (agreement, counters, an earlier identical request, and
what this process does not know of the directory yet), one transaction that records (leaf with its receipt, the
person's access log, the counter). Nothing is handed out that is not recorded.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..shared.egress import HttpAnswer
from ..shared.errors import Fault, Stale, Unavailable
from ..shared.ids import new_token
from ..shared.keyring import Keyring
from ..shared.storage import Change, Count, Create, Item, Key, Table, WriteRefused, key_of
from ..shared.thai import is_national_id
from . import evidence, store
from .directory import Directory
from .evidence import Voice
from .mask import find
from .model import Agreement, Ask, Leaf, Member, Outcome, Purpose, Service, Subsystem, Usage
from .provider import Provider, Released, released
from .refusals import (
    InconsistentResponse,
    InvalidBody,
    LoggingFailed,
    UnknownMember,
    access_denied,
    unknown_member,
    unknown_service,
)
from .rules import QUOTA_SHARDS, open_shards, permit, quota_exceeded, shard_limits, thai_day, working

log = logging.getLogger("klang.gdx")

REPEAT = timedelta(minutes=15)
"""A repeat within this time is the same exchange; a later one is a new look at the data and recorded as one."""


@dataclass(frozen=True)
class Grant:
    """All that was decided before the provider is asked.

    Attributes:
        handle: names the request, however often it is repeated.
        identifier: names this exchange; another one than the handle for a late repeat.
        subject: national id of the person asked about.
        shards: counters of the day's quota that are not full.
        earlier: the record of this very request, if it was made within `REPEAT`.
    """

    handle: str
    identifier: str
    agreement: Agreement
    purpose: Purpose
    service: Service
    provider: Subsystem | None
    member: Member
    subject: str | None = field(repr=False)
    shards: tuple[int, ...]
    earlier: Item | None
    at: datetime


Also = Callable[[Outcome, Released], Sequence[Change]]
"""More changes for the transaction that records (the asynchronous door's own state)."""


class Exchanges:
    """Runs exchanges.

    Args:
        directory: members, services, agreements.
        table: the room's table.
        keyring: pseudonyms and salts.
        voice: signs receipts.
        provider: calls providers.
        clock: tells the time.
    """

    def __init__(
        self,
        directory: Directory,
        table: Table,
        keyring: Keyring,
        voice: Voice,
        provider: Provider,
        clock: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._table = table
        self._keyring = keyring
        self._voice = voice
        self._provider = provider
        self._clock = clock

    def run(self, ask: Ask) -> Outcome:
        """A synchronous exchange.

        Raises:
            A refusal of `refusals.py`; nothing was handed out then.
        """
        grant = self.granted(ask)
        answer = self.called(ask, grant)
        return self.recorded(ask, grant, self.limited(ask, grant, answer))

    def needs(self, ask: Ask, handle: str, now: datetime) -> list[Key]:
        """The keys of everything that decides about a request."""
        day = thai_day(now)
        return [
            store.agreement_key(ask.client, ask.service),
            store.leaf_key(handle),
            *(store.quota_key(ask.client, ask.service, day, shard) for shard in range(QUOTA_SHARDS)),
            *self._directory.unknown(
                store.subsystem_key(ask.client),
                store.member_key(ask.client.member),
                store.subsystem_key(ask.service.subsystem),
                store.service_key(ask.service),
            ),
        ]

    def granted(self, ask: Ask, handle: str | None = None) -> Grant:
        """Whether and how a request may pass.

        Raises:
            UnknownMember, UnknownService, AccessDenied, PurposeNotAgreed, ServiceDisabled, QuotaExceeded, InvalidBody,
            InvalidRequest.
        """
        now = self._clock()
        handle = handle or evidence.exchange_id(self._keyring, ask)
        return self.judged(ask, handle, self._table.get_many(self.needs(ask, handle, now)), now)

    def judged(self, ask: Ask, handle: str, found: Mapping[Key, Item], now: datetime) -> Grant:
        """Like `granted`, from what was read already."""
        self._directory.learn(found)
        client = self._directory.subsystem(ask.client)
        member = self._directory.member(ask.client.member)
        if client is None or member is None or not client.active:
            raise _unknown_client()
        service = self._directory.service(ask.service)
        if service is None:
            provider_known = self._directory.subsystem(ask.service.subsystem) is not None
            raise unknown_service() if provider_known else unknown_member()
        there = found.get(store.agreement_key(ask.client, ask.service))
        agreement = None if there is None else store.agreement_from(there.data["content"])
        purpose = permit(agreement, ask, now)
        if agreement is None:
            raise access_denied()
        earlier = found.get(store.leaf_key(handle))
        identifier = handle
        if earlier is not None and now - datetime.fromisoformat(earlier.data["leaf"]["at"]) > REPEAT:
            identifier, earlier = self._keyring.pseudonym(f"again\n{handle}\n{new_token()}"), None
        used = {
            shard: int(item.data["count"])
            for shard in range(QUOTA_SHARDS)
            if (item := found.get(store.quota_key(ask.client, ask.service, thai_day(now), shard))) is not None
        }
        return Grant(
            handle=handle,
            identifier=identifier,
            agreement=agreement,
            purpose=purpose,
            service=working(service),
            provider=self._directory.subsystem(ask.service.subsystem),
            member=member,
            subject=subject_of(service, ask.body),
            shards=() if earlier is not None else tuple(open_shards(agreement.daily_quota, used, handle)),
            earlier=earlier,
            at=now,
        )

    def called(self, ask: Ask, grant: Grant) -> HttpAnswer:
        """The provider's raw answer; raises ServiceMissingUrl, NetworkError."""
        return self._provider.ask(ask, grant.service, grant.provider, grant.handle, grant.purpose, grant.at)

    def limited(self, ask: Ask, grant: Grant, answer: HttpAnswer) -> Released:
        """What of the answer may go out; raises InconsistentResponse, which is also told to the operators."""
        try:
            return released(answer, ask, grant.agreement, self._directory.contract(ask.service))
        except InconsistentResponse as refusal:
            places = [fault.pointer for fault in refusal.faults]
            log.warning("provider broke its contract", extra={"service": str(ask.service), "places": places})
            raise

    def recorded(self, ask: Ask, grant: Grant, out: Released, also: Also | None = None) -> Outcome:
        """Records the exchange and gives what goes back.

        Raises:
            QuotaExceeded: others used the quota up meanwhile.
            LoggingFailed: it could not be recorded.
            Stale: what `also` changes has changed.
        """
        if grant.earlier is not None:
            return _outcome(grant.earlier, out, repeated=True)
        leaf = self._leaf_item(ask, grant, out)
        outcome = _outcome(leaf, out)
        lasting: list[Change] = [Create(leaf), *self._seen(grant, out, leaf), *(also(outcome, out) if also else ())]
        for shard in grant.shards:
            try:
                self._table.write([*lasting, self._counted(ask, grant, shard)], new_token())
            except WriteRefused as refused:
                there = {key_of(change): item for change, item in refused.failed}
                twin = there.get(leaf.key)
                if twin is not None and also is None:
                    return _outcome(twin, out, repeated=True)
                if all(isinstance(change, Count) for change, _ in refused.failed):
                    continue
                raise Stale("รายการนี้ถูกดำเนินการไปแล้ว", "Somebody dealt with this exchange meanwhile.") from None
            except Unavailable:
                raise _not_recorded() from None
            return outcome
        raise quota_exceeded()

    def _leaf_item(self, ask: Ask, grant: Grant, out: Released) -> Item:
        request_salt, answer_salt = evidence.salts(self._keyring, grant.identifier)
        leaf = Leaf(
            id=grant.identifier,
            at=grant.at.isoformat(timespec="milliseconds"),
            message_id=ask.message_id,
            consumer=str(ask.client),
            service=str(ask.service),
            agreement=grant.agreement.id,
            purpose=grant.purpose.code,
            case=ask.case,
            method=ask.method,
            status=out.status,
            fields=out.fields,
            request=evidence.commitment(request_salt, request_content(ask)),
            answer=evidence.commitment(answer_salt, out.body),
        )
        receipt = evidence.receipt(self._voice, leaf)
        return Item(store.leaf_key(leaf.id), {"leaf": asdict(leaf), "receipt": receipt})

    def _counted(self, ask: Ask, grant: Grant, shard: int) -> Count:
        day = thai_day(grant.at)
        limit = shard_limits(grant.agreement.daily_quota)[shard]
        keep_until = int((grant.at + timedelta(days=3)).timestamp())
        return Count(store.quota_key(ask.client, ask.service, day, shard), 1, limit, keep_until)

    def _seen(self, grant: Grant, out: Released, leaf: Item) -> list[Create]:
        """The line in the access log of the person asked about."""
        if grant.subject is None:
            return []
        usage = Usage(
            at=leaf.data["leaf"]["at"],
            consumer=leaf.data["leaf"]["consumer"],
            consumer_th=grant.member.name_th,
            consumer_en=grant.member.name_en,
            service=leaf.data["leaf"]["service"],
            service_th=grant.service.title_th,
            service_en=grant.service.title_en,
            purpose_th=grant.purpose.th,
            purpose_en=grant.purpose.en,
            legal_basis_th=grant.agreement.legal_basis[0],
            legal_basis_en=grant.agreement.legal_basis[1],
            fields=out.fields,
            receipt=leaf.data["leaf"]["id"],
        )
        pk = store.subject_pk(self._keyring.pseudonym(grant.subject))
        return [Create(Item(Key(pk, f"{usage.at}#{usage.receipt}"), asdict(usage)))]


def request_content(ask: Ask) -> bytes:
    """What the request's commitment is over: `METHOD path?query`, a line feed, the body."""
    target = f"{ask.path}?{ask.query}" if ask.query else ask.path
    return f"{ask.method} {target}\n".encode() + ask.body


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
    return value


def _outcome(item: Item, out: Released, *, repeated: bool = False) -> Outcome:
    leaf = item.data["leaf"]
    return Outcome(leaf["id"], out.status, out.headers, out.body, item.data["receipt"], leaf["at"], repeated)


def _unknown_client() -> UnknownMember:
    return UnknownMember("ไม่พบระบบผู้ขอข้อมูลในศูนย์แลกเปลี่ยนข้อมูล", "The client is not registered on this exchange.")


def _not_recorded() -> LoggingFailed:
    return LoggingFailed(
        "บันทึกการแลกเปลี่ยนไม่สำเร็จ จึงยังไม่ส่งข้อมูลให้ โปรดลองใหม่",
        "The exchange could not be recorded, so nothing was handed out; try again.",
        retry_after=1,
    )
