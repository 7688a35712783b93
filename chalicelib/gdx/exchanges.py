"""The one pipeline of every exchange, whichever door it comes through.

Two requests to the table: one read of everything that decides (agreement, counters, consent, an earlier identical
request, and what this process does not know of the directory yet), one transaction that records (leaf with its
receipt, the person's access log, the counters). Nothing is handed out that is not recorded. A repeat (`sight.REPEAT`)
is the exchange that was recorded: had the provider's answer changed in between, the record commits to the first one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta

from ..shared.dataclass import dataclass
from ..shared.egress import HttpAnswer
from ..shared.errors import Refusal, Stale, TooMany, Unavailable
from ..shared.ids import new_token
from ..shared.keyring import Keyring
from ..shared.storage import Change, Count, Create, Item, Key, Table, Update, WriteRefused, key_of
from . import evidence, measured, records, store
from .checks import CHECKS
from .consents import rules as consents
from .directory import Directory
from .evidence import Voice
from .model import Agreement, Ask, Member, Outcome, Predicate, Purpose, Service, Subsystem
from .provider import Provider, Released, released
from .records import Times
from .refusals import InconsistentResponse, LoggingFailed, UnknownMember, access_denied
from .rules import (
    in_force,
    quota_exceeded,
    rate_exceeded,
    shard_limits,
    thai_day,
    until_midnight,
    volume_exceeded,
)
from .sight import Sight
from .xroad.paths import described

log = logging.getLogger("klang.gdx")


@dataclass(frozen=True)
class Grant:
    """All that was decided before the provider is asked.

    Attributes:
        handle: names the request, however often it is repeated.
        identifier: names this exchange; another one than the handle for a late repeat.
        path: the path as it is held against the service's description.
        subject: national id of the person asked about.
        fields: what may go out.
        predicate: the verify-only question, if one is asked.
        consent: the row of the person's consent, where one is needed.
        today, this_minute: counters that are not full.
        left: what was left of the daily quota.
        earlier: the record of this very request, if it was made within `REPEAT`.
        latest: remembers this exchange as the latest look of a late repeat; None for a first look.
    """

    handle: str
    identifier: str
    agreement: Agreement
    purpose: Purpose
    service: Service
    provider: Subsystem | None
    member: Member
    path: str
    subject: str | None = field(repr=False)
    fields: tuple[str, ...]
    predicate: Predicate | None
    consent: Item | None
    today: tuple[int, ...]
    this_minute: tuple[int, ...]
    left: int
    earlier: Item | None
    latest: Create | Update | None
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
        self.sight = Sight(directory, table, keyring)

    def run(self, ask: Ask, door: str = "xroad") -> Outcome:
        """A synchronous exchange.

        Args:
            ask: what is asked.
            door: by which door it came (`measures.DOORS`).

        Raises:
            A refusal of `refusals.py`; nothing was handed out then.
        """
        times = Times(self._clock())
        try:
            grant = self.granted(ask)
            times = replace(times, asked=self._clock())
            answer = self.called(ask, grant)
            times = replace(times, answered=self._clock())
            outcome = self.recorded(ask, grant, self.limited(ask, grant, answer), times=times)
        except Refusal as refusal:
            self.failed(ask, refusal, times)
            measured.exchanged(door, measured.outcome_of(refusal))
            measured.took(times, self._clock())
            raise
        measured.exchanged(door, measured.ANSWERED)
        measured.took(times, self._clock())
        return outcome

    def granted(self, ask: Ask, handle: str | None = None) -> Grant:
        """Whether and how a request may pass.

        Raises:
            UnknownMember, UnknownService, AccessDenied, PurposeNotAgreed, PredicateNotAgreed, ConsentNeeded,
            ServiceDisabled, QuotaExceeded, InvalidBody, InvalidRequest, LoggingFailed.
        """
        now = self._clock()
        handle = handle or evidence.exchange_id(self._keyring, ask)
        return self.judged(ask, handle, self._table.get_many(self.sight.needs(ask, handle, now)), now)

    def judged(self, ask: Ask, handle: str, found: Mapping[Key, Item], now: datetime) -> Grant:
        """Like `granted`, from what was read already."""
        situation = self.sight.situation(ask, handle, found, now)
        for check in CHECKS:
            check.run(situation)
        agreement = situation.agreed
        return Grant(
            handle=handle,
            identifier=situation.look.identifier,
            agreement=agreement,
            purpose=situation.purpose,
            service=situation.known_service,
            provider=situation.provider,
            member=situation.asker,
            path=described(ask.path),
            subject=situation.subject,
            fields=situation.fields,
            predicate=situation.predicate,
            consent=situation.consent_row,
            today=situation.today,
            this_minute=situation.this_minute,
            left=max(0, agreement.daily_quota - sum(situation.used.day.values())),
            earlier=situation.look.earlier,
            latest=situation.look.latest,
            at=now,
        )

    def called(self, ask: Ask, grant: Grant) -> HttpAnswer:
        """The provider's raw answer; raises ServiceMissingUrl, NetworkError."""
        return self._provider.ask(ask, grant.service, grant.provider, grant.handle, grant.purpose, grant.at)

    def limited(self, ask: Ask, grant: Grant, answer: HttpAnswer) -> Released:
        """What of the answer may go out; raises InconsistentResponse, which is also told to the operators."""
        try:
            contract = self._directory.contract(ask.service)
            return released(answer, ask, grant.fields, grant.predicate, contract, grant.path)
        except InconsistentResponse as refusal:
            places = [fault.pointer for fault in refusal.faults]
            log.warning("provider broke its contract", extra={"service": str(ask.service), "places": places})
            raise

    def recorded(
        self, ask: Ask, grant: Grant, out: Released, also: Also | None = None, times: Times | None = None
    ) -> Outcome:
        """Records the exchange and gives what goes back.

        Raises:
            AccessDenied, ConsentNeeded: it ended while the provider was asked.
            QuotaExceeded: others used the quota up meanwhile.
            LoggingFailed: it could not be recorded.
            Stale: what `also` changes has changed.
        """
        now = self._clock()
        if not in_force(grant.agreement, now):
            raise access_denied()
        if grant.earlier is not None:
            return _outcome(grant.earlier, grant, out, repeated=True)
        place = self._directory.contract(ask.service).operation(ask.method, grant.path or "/")
        times = replace(times or Times(grant.at), left=now)
        leaf = records.leaf_item(self._keyring, self._voice, ask, grant, out, place, times)
        outcome = _outcome(leaf, grant, out)
        lasting: list[Change] = [*records.lasting(self._keyring, grant, out, leaf, now)]
        lasting += also(outcome, out) if also else ()
        today, minute = list(grant.today), list(grant.this_minute)
        while today and (minute or not grant.this_minute):
            counts = _counts(ask, grant, out, today[0], minute[0] if minute else None)
            try:
                self._table.write([*lasting, *counts], new_token())
            except WriteRefused as refused:
                there = {key_of(change): item for change, item in refused.failed}
                twin = there.get(leaf.key) or self._meanwhile(there.get(store.again_key(grant.handle)))
                if twin is not None and also is None:
                    return _outcome(twin, grant, out, repeated=True)
                if grant.consent is not None and grant.consent.key in there:
                    raise consents.consent_needed() from None
                if not all(isinstance(change, Count) for change, _ in refused.failed):
                    raise Stale("รายการนี้ถูกดำเนินการไปแล้ว", "Somebody dealt with this exchange meanwhile.") from None
                full = [key.pk.partition("#")[0] for key in there]
                if "VOLUME" in full:
                    raise volume_exceeded(now) from None
                del today[: "QUOTA" in full], minute[: "RATE" in full]
            except Unavailable:
                raise _not_recorded() from None
            else:
                return outcome
        raise rate_exceeded(now) if today else quota_exceeded(now)

    def _meanwhile(self, latest: Item | None) -> Item | None:
        """The record of the late look that another process made a moment ago."""
        return None if latest is None else self._table.get(store.leaf_key(latest.data["id"]))

    def failed(self, ask: Ask, refusal: Refusal, times: Times) -> None:
        """Records a refused exchange for the parties' metrics; best effort, for nothing was handed out."""
        if isinstance(refusal, UnknownMember | TooMany | LoggingFailed):
            return  # nobody's metrics, a flood, or a table that is away
        try:
            self._table.write([records.fault(ask, refusal, times, self._clock())], new_token())
        except (WriteRefused, Unavailable):
            log.info("refusal was not recorded", extra={"service": str(ask.service)})


def _counts(ask: Ask, grant: Grant, out: Released, shard: int, minute: int | None) -> list[Count]:
    """One more in this counter of the day and this one of the minute, and the bytes where they are capped."""
    agreement, at = grant.agreement, grant.at
    day = thai_day(at)
    kept = int((at + timedelta(days=3)).timestamp())
    limit = shard_limits(agreement.daily_quota)[shard]
    counts = [Count(store.quota_key(ask.client, ask.service, day, shard), 1, limit, kept)]
    if agreement.rate_per_minute is not None and minute is not None:
        limit = shard_limits(agreement.rate_per_minute)[minute]
        soon = int((at + timedelta(hours=1)).timestamp())
        counts.append(Count(store.rate_key(ask.client, ask.service, at, minute), 1, limit, soon))
    if agreement.daily_bytes is not None and out.size:
        counts.append(Count(store.volume_key(ask.client, ask.service, day), out.size, agreement.daily_bytes, kept))
    return counts


def _outcome(item: Item, grant: Grant, out: Released, *, repeated: bool = False) -> Outcome:
    leaf = item.data["leaf"]
    return Outcome(
        id=leaf["id"],
        status=out.status,
        headers=out.headers,
        body=out.body,
        receipt=item.data["receipt"],
        at=leaf["at"],
        repeated=repeated,
        limit=grant.agreement.daily_quota,
        remaining=max(0, grant.left - (not repeated)),
        resets_in=until_midnight(grant.at),
        retention_days=grant.agreement.retention_days,
    )


def _not_recorded() -> LoggingFailed:
    return LoggingFailed(
        "บันทึกการแลกเปลี่ยนไม่สำเร็จ จึงยังไม่ส่งข้อมูลให้ โปรดลองใหม่",
        "The exchange could not be recorded, so nothing was handed out; try again.",
        retry_after=1,
    )
