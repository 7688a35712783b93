"""What the parties and the operators see of exchanges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid, not_found
from ...shared.identity import Caller
from ...shared.parts import Parts
from ...shared.storage import Item, Key
from .. import store
from ..directory import Directory
from ..exchanges import Exchanges
from ..ids import ServiceId, SubsystemId
from ..model import Agreement
from ..rules import QUOTA_SHARDS, thai_day, until_midnight
from .explain import Explaining
from .monitor import Side, parties, record
from .parties import caller_system, not_a_party
from .reading import Source, days, read


@dataclass(frozen=True)
class Listed:
    """A page: what it holds, and the cursor of the next one."""

    items: Sequence[Any]
    next: str | None


@dataclass(frozen=True)
class Cap:
    """One cap of an agreement.

    Attributes:
        limit, used: exchanges, or bytes.
        resets_at: when it counts from 0 again.
    """

    limit: int
    used: int
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """What is left."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class QuotaState:
    """How much of an agreement's caps is used; None where it has no such cap. `resets_in`: seconds to Thai midnight."""

    agreement: Agreement
    resets_in: int
    day: Cap
    minute: Cap | None
    volume: Cap | None


@dataclass(frozen=True)
class Span:
    """Which exchanges: of a client or of a service (exactly one), on these Thai days."""

    client: SubsystemId | None
    service: ServiceId | None
    begin: date
    end: date

    @property
    def side(self) -> Side:
        """From whose view they are told."""
        return "Producer" if self.client is None else "Client"


class Insight:
    """Explanations, metrics, search and quotas.

    Args:
        parts: the room's common parts.
        directory: services and agreements.
        exchanges: the pipeline, whose sight `explaining` shares.
    """

    def __init__(self, parts: Parts, directory: Directory, exchanges: Exchanges) -> None:
        self._parts = parts
        self._directory = directory
        self._clock: Callable[[], datetime] = parts.clock
        self.explaining = Explaining(exchanges.sight, parts.table, parts.keyring, parts.clock)

    def today(self) -> date:
        """The Thai day."""
        return thai_day(self._clock())

    def metrics(self, caller: Caller, span: Span, cursor: str | None, limit: int, listing: str = "metrics") -> Listed:
        """Monitoring records of a span, refused exchanges among them, day by day; `listing` says who goes through them.

        Raises:
            NotAllowed: somebody else's exchanges.
            Invalid: the span is too long.
            Malformed: the cursor.
        """
        sources = self._sources(caller, span)
        service = span.service

        def wanted(item: Item) -> bool:
            return service is None or parties(item)[1] == service

        scope = (listing, caller.label, span.client, service, span.begin, span.end)
        piece = read(self._parts.table, sources, self._parts.cursors.read(cursor, scope), limit, wanted)
        records = [record(item, span.side) for item in piece.items]
        return Listed(records, self._parts.cursors.make(piece.after, scope))

    def search(
        self,
        caller: Caller,
        *,
        agreement: str | None,
        case: str | None,
        client: SubsystemId | None,
        purpose: str | None,
        begin: date,
        end: date,
        cursor: str | None,
        limit: int,
    ) -> Listed:
        """Rows of exchanges under an agreement on these days, or for a consumer's case; a party sees its own.

        Raises:
            NotFound: no such agreement of the caller's.
            Invalid: neither or both of agreement and case, or no client where one is needed.
            Malformed: the cursor.
        """
        system = caller_system(caller)
        spanned = days(begin, end)
        if (agreement is None) is (case is None):
            raise Invalid(
                "โปรดระบุ agreement หรือ case อย่างใดอย่างหนึ่ง",
                "Name an agreement or a case.",
                [Fault("query:agreement", "ระบุอย่างใดอย่างหนึ่ง", "One of agreement and case.")],
            )
        if agreement is not None:
            if system is not None and self._agreement(agreement, system) is None:
                raise not_found("ข้อตกลงนี้", "agreement")
            sources = [Source("by_consumer", store.seen_pk(agreement, day)) for day in spanned]
        else:
            consumer = client or system
            if consumer is None:
                raise _name_the_client()
            sources = [Source("by_agency", store.case_pk(str(consumer), str(case)))]

        def wanted(item: Item) -> bool:
            consumer, service, _, _ = parties(item)
            leaf = item.data["leaf"]
            within = begin <= thai_day(datetime.fromisoformat(leaf["at"])) <= end
            mine = system in (None, consumer, service.subsystem)
            return mine and within and purpose in (None, leaf["purpose"])

        scope = ("search", caller.label, agreement, case, client, purpose, begin, end)
        piece = read(self._parts.table, sources, self._parts.cursors.read(cursor, scope), limit, wanted)
        return Listed(piece.items, self._parts.cursors.make(piece.after, scope))

    def quota(self, caller: Caller, agreement: str, client: SubsystemId | None) -> QuotaState:
        """What is used of an agreement's caps now.

        Raises:
            NotFound: no such agreement of the caller's (or of the named client).
            Invalid: an operator named no client.
        """
        system = caller_system(caller)
        if client is None and system is None:
            raise _name_the_client()
        found = self._agreement(agreement, client or system, system)
        if found is None:
            raise not_found("ข้อตกลงนี้", "agreement")
        now, day = self._clock(), self.today()
        shards = range(QUOTA_SHARDS)
        daily = [store.quota_key(found.consumer, found.service, day, shard) for shard in shards]
        minute = [store.rate_key(found.consumer, found.service, now, shard) for shard in shards]
        volume = store.volume_key(found.consumer, found.service, day)
        counted = self._parts.table.get_many([*daily, *minute, volume])

        def used(keys: Sequence[Key]) -> int:
            return sum(int(counted[key].data["count"]) for key in keys if key in counted)

        midnight = (now + timedelta(seconds=until_midnight(now))).replace(microsecond=0)
        next_minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        rate, size = found.rate_per_minute, found.daily_bytes
        return QuotaState(
            found,
            until_midnight(now),
            Cap(found.daily_quota, used(daily), midnight),
            None if rate is None else Cap(rate, used(minute), next_minute),
            None if size is None else Cap(size, used([volume]), midnight),
        )

    def _agreement(self, code: str, party: SubsystemId | None, viewer: SubsystemId | None = None) -> Agreement | None:
        """The agreement of that id to which `party` is a party, and `viewer` too where one is given."""
        if party is None:
            return None
        mine = [*self._directory.agreements_of(party), *self._directory.agreements_with(party)]
        seen = [each for each in mine if viewer in (None, each.consumer, each.service.subsystem)]
        return next((each for each in seen if each.id == code), None)

    def _sources(self, caller: Caller, span: Span) -> list[Source]:
        system = caller_system(caller)
        if span.client is not None:
            if system not in (None, span.client):
                raise not_a_party()
            agreements = self._directory.agreements_of(span.client)
            faults, index = str(span.client), "by_consumer"
        elif span.service is not None:
            provider = span.service.subsystem
            if system not in (None, provider):
                raise not_a_party()
            agreements = [each for each in self._directory.agreements_with(provider) if each.service == span.service]
            faults, index = str(provider), "by_agency"
        else:
            raise _name_the_client()
        return [
            source
            for day in days(span.begin, span.end)
            for source in (
                *(Source("by_consumer", store.seen_pk(each.id, day)) for each in agreements),
                Source(index, store.faults_pk(faults, day)),
            )
        ]


def _name_the_client() -> Invalid:
    return Invalid(
        "โปรดระบุระบบผู้ขอ (client) หรือบริการ (service)",
        "Name the asking system (client) or the service.",
        [Fault("query:client", "ต้องระบุ", "Mandatory here.")],
    )
