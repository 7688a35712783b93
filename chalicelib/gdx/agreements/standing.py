"""Agreements that stand: what the law ordered, what is suspended, resumed and ended.

The item between a consumer and a service (`AGREEMENT#{consumer}`), which the pipeline reads, changes only in the same
transaction as the negotiation that it is a copy of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ...shared.errors import AlreadyThere, Fault, Invalid, Stale
from ...shared.ids import new_id, new_token
from ...shared.journal import Once
from ...shared.storage import Change, Item, Json, Require, Table, every
from .. import store as rooms
from ..directory import Directory
from ..evidence import Voice
from ..ids import ServiceId
from ..model import Agreement, AgreementState
from . import store
from .fitting import faults
from .ledger import Events, Kept, Ledger, placed, stands
from .model import Act, Negotiation, Party
from .rules import moved
from .seals import countersigned
from .terms import terms_text

SUSPENDED_AT_ONCE = 20
"""Agreements that one transaction can suspend: each takes 4 of its 100 items, and the caller needs some too."""

_ENDED = ("มีข้อตกลงฉบับใหม่แทนแล้ว", "A newer version has taken its place.")
_BY_OPERATOR = ("ผู้ดูแลศูนย์แลกเปลี่ยนระงับไว้", "Suspended by an operator of the exchange.")
_OVER_BY_OPERATOR = ("ผู้ดูแลศูนย์แลกเปลี่ยนให้สิ้นสุด", "Ended by an operator of the exchange.")


class Standing:
    """The agreements in force, and how they come and go without negotiation.

    Args:
        ledger: where negotiations are kept.
        directory: who has joined and which services there are.
        voice: signs for the exchange.
        clock: tells the time.
    """

    def __init__(self, ledger: Ledger, directory: Directory, voice: Voice, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._directory = directory
        self._voice = voice
        self._clock = clock

    @property
    def _table(self) -> Table:
        return self._ledger.table

    def of_service(self, service: ServiceId) -> list[Agreement]:
        """The agreements about a service that have not ended (through an index: may be a moment old)."""
        found = every(self._table, str(service.subsystem), index="by_agency", prefix=f"{service}#")
        return [rooms.agreement_from(item.data["content"]) for item in found if stands(item)]

    # -- by law ----------------------------------------------------------------------------------

    def order(self, agreement: Agreement, by: str) -> bool:
        """Registers what a law orders; True when something changed.

        The same terms again change nothing, but for the state that they are to have; other terms are a new version that
        takes the place of what stood between the two, negotiated or not.

        Args:
            agreement: the terms; `version`, `order` and `document_hash` are set here.
            by: who registers it.

        Raises:
            Invalid: a party is unknown or the terms do not fit the service.
        """
        agreement = replace(agreement, order="ordered")
        for _ in range(3):
            work = self._ordering(agreement, by)
            if work is None:
                return False
            try:
                self._ledger.journal.commit(_unasked(), *work)
            except (AlreadyThere, Stale):
                continue
            return True
        raise _contended()

    def _ordering(self, agreement: Agreement, by: str) -> tuple[list[Change], Events] | None:
        consumer, service = rooms.subsystem_key(agreement.consumer), rooms.service_key(agreement.service)
        pair = store.pair_key(agreement)
        found = self._ledger.many([consumer, service, pair])
        latest = self._ledger.latest(agreement.id)
        known = rooms.service_from(found[service].data["content"]) if service in found else None
        wrong = faults(agreement, known, None)
        if consumer not in found:
            wrong.append(Fault("/consumer", "ไม่พบระบบผู้ขอข้อมูล", "The consumer is not registered."))
        if latest is not None and store.pair_key(latest.negotiation.agreement) != pair:
            wrong.append(Fault("/id", "รหัสนี้เป็นของข้อตกลงอื่น", "This id belongs to an agreement of others."))
        if wrong or known is None:
            raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", wrong)
        there = found.get(pair)
        if there is not None and latest is not None and _same_order(there, agreement):
            if latest.negotiation.state is agreement.state:
                return None
            if stands(there, latest.negotiation.agreement):
                return self._set_state(latest, there, agreement.state, by)
        ordered = _ordered(agreement, 1 if latest is None else latest.negotiation.agreement.version + 1)
        ordered = replace(ordered, document_hash=known.document_hash)
        requires: list[Change] = [Require(consumer), Require(service, found[service].version)]
        return self._place_order(ordered, there, requires, by)

    def _place_order(
        self, agreement: Agreement, there: Item | None, requires: Sequence[Change], by: str
    ) -> tuple[list[Change], Events]:
        now = self._ledger.now()
        over = agreement.state is AgreementState.TERMINATED
        made = Negotiation(
            agreement=agreement,
            terms=terms_text(agreement),
            offered_by=Party.EXCHANGE,
            begun_at=now,
            changed_at=now,
            suspended_by=Party.OPERATOR if agreement.state is AgreementState.SUSPENDED else None,
            ended_because=_OVER_BY_OPERATOR if over else None,
        )
        made = replace(made, seals={Party.EXCHANGE: countersigned(self._voice, made, self._clock())})
        change, event = self._ledger.begin(made, "ordered", by)
        changes, events = [change, placed(there, agreement), *requires], [event]
        changes_before, events_before = self.superseding(there, by)
        return [*changes, *changes_before], [*events, *events_before]

    def _set_state(self, latest: Kept, there: Item, wanted: AgreementState, by: str) -> tuple[list[Change], Events]:
        act = {
            AgreementState.FINALIZED: Act.RESUME,
            AgreementState.SUSPENDED: Act.SUSPEND,
            AgreementState.TERMINATED: Act.TERMINATE,
        }[wanted]
        because = _BY_OPERATOR if act is Act.SUSPEND else _OVER_BY_OPERATOR
        changed = turned(latest.negotiation, act, Party.OPERATOR, because)
        return self.steps(latest, there, changed, act, by)

    # -- stopping, going on, ending ----------------------------------------------------------------

    def steps(
        self, kept: Kept, there: Item | None, changed: Negotiation, act: Act, by: str
    ) -> tuple[list[Change], Events]:
        """The changes and events of a step of an agreement that stands: the negotiation and its copy together."""
        change, event = self._ledger.step(kept, changed, PAST[act], by)
        changes = [change]
        if stands(there, changed.agreement):
            changes.append(placed(there, changed.agreement))
        return changes, [event]

    def superseding(self, there: Item | None, by: str) -> tuple[list[Change], Events]:
        """What ends the version that stands between two, for the transaction that puts another in its place."""
        if there is None or not stands(there):
            return [], []
        agreement = rooms.agreement_from(there.data["content"])
        item = self._table.get(store.key_of(_shell(agreement)))
        if item is None:
            return [], []
        kept = Kept(item, store.negotiation_from(item.data))
        ended = turned(kept.negotiation, Act.TERMINATE, Party.EXCHANGE, _ENDED, forced=True)
        change, event = self._ledger.step(kept, ended, "superseded", by)
        return [change], [event]

    # -- broken by a new description -----------------------------------------------------------------

    def suspension_changes(
        self, service: ServiceId, broken: Mapping[str, tuple[str, str]], by: str
    ) -> tuple[list[Change], Events]:
        """Suspends agreements that a new description breaks, as part of the transaction that brings the description.

        Put both into that transaction: `Journal.commit(once, [*own, *changes], [*own_events, *events])`. The agreements
        stay suspended until their two agree on a new version, or until the provider has restored its description and
        resumes them. One that is not in force (any more) is left alone.

        Args:
            service: whose description changes.
            broken: agreement id -> why (Thai, English); at most SUSPENDED_AT_ONCE. For more let an event of the
                transaction lead to `suspend_broken`.
            by: who brings the description.

        Raises:
            ValueError: more than one transaction can hold.
        """
        if len(broken) > SUSPENDED_AT_ONCE:
            raise ValueError(f"at most {SUSPENDED_AT_ONCE} agreements in one transaction")
        wanted = {store.pair_key(each): each for each in self.of_service(service) if each.id in broken}
        found = self._ledger.many([*wanted, *(store.key_of(_shell(each)) for each in wanted.values())])
        changes: list[Change] = []
        events: Events = []
        for pair, seen in wanted.items():
            there, item = found.get(pair), found.get(store.key_of(_shell(seen)))
            if item is None or not stands(there, seen):
                continue
            kept = Kept(item, store.negotiation_from(item.data))
            if kept.negotiation.state is not AgreementState.FINALIZED:
                continue
            changed = turned(kept.negotiation, Act.SUSPEND, Party.EXCHANGE, broken[seen.id])
            more, happened = self.steps(kept, there, changed, Act.SUSPEND, by)
            changes += more
            events += happened
        return changes, events

    def suspend_broken(self, service: ServiceId, broken: Mapping[str, tuple[str, str]], by: str) -> int:
        """Suspends any number of broken agreements, transaction by transaction; returns how many. Safe to repeat."""
        return sum(self._suspend_some(service, some, by) for some in _in_batches(broken))

    def _suspend_some(self, service: ServiceId, broken: Mapping[str, tuple[str, str]], by: str) -> int:
        for _ in range(3):
            changes, events = self.suspension_changes(service, broken, by)
            if not changes:
                return 0
            try:
                self._ledger.journal.commit(_unasked(), changes, events)
            except Stale:
                continue
            return len(events)
        raise _contended()


PAST: Mapping[Act, str] = {
    Act.ACCEPT: "accepted",
    Act.AGREE: "agreed",
    Act.VERIFY: "verified",
    Act.FINALIZE: "finalized",
    Act.SUSPEND: "suspended",
    Act.RESUME: "resumed",
    Act.TERMINATE: "terminated",
}
"""The last part of the event's type for each act but an offer, which is `requested` or `offered`."""


def turned(
    negotiation: Negotiation, act: Act, party: Party, because: tuple[str, str], *, forced: bool = False
) -> Negotiation:
    """A negotiation after it was suspended, resumed or ended; `forced` where a newer version takes its place.

    Raises:
        WrongState: the party may not do this now.
    """
    state = AgreementState.TERMINATED if forced else moved(negotiation, act, party)
    suspended = state is AgreementState.SUSPENDED
    return replace(
        negotiation,
        agreement=replace(negotiation.agreement, state=state, suspended_because=because if suspended else None),
        suspended_by=party if suspended else None,
        ended_because=because if state is AgreementState.TERMINATED else None,
    )


def _shell(agreement: Agreement) -> Negotiation:
    """Enough of a negotiation to know where it lies."""
    return Negotiation(agreement, "", Party.EXCHANGE, "", "")


def _ordered(agreement: Agreement, version: int) -> Agreement:
    because = _BY_OPERATOR if agreement.state is AgreementState.SUSPENDED else None
    return replace(agreement, version=version, suspended_because=because)


def _same_order(there: Item, agreement: Agreement) -> bool:
    """True when exactly these terms stand there by law; the state and what is set here aside."""

    def bare(content: Json) -> Json:
        aside = ("state", "version", "document_hash", "suspended_because")
        return {name: value for name, value in content.items() if name not in aside}

    content = there.data["content"]
    return bare(content) == bare(rooms.agreement_json(agreement))


def _in_batches(broken: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, tuple[str, str]]]:
    names = sorted(broken)
    for start in range(0, len(names), SUSPENDED_AT_ONCE):
        yield {name: broken[name] for name in names[start : start + SUSPENDED_AT_ONCE]}


def _unasked() -> Once:
    """The attempt of a command that is idempotent by its content."""
    return Once(new_id(), "", new_token(), claimed=False)


def _contended() -> Stale:
    return Stale("มีผู้แก้ไขรายการนี้พร้อมกัน โปรดลองใหม่", "Somebody is changing this too; try again.")
