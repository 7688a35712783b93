"""What every use case of bundles shares: reading a run with its members, and saving both in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.storage import Change, Json, Key

from ..model import Case
from ..office import Office, Told
from ..payments.model import JointBill
from ..payments.store import MoneyStore, joint_key
from ..store import case_key
from .catalogue import Offers
from .model import BundleDefinition, Run
from .rules import Desk
from .store import RunRows, no_run, run_key


@dataclass(frozen=True)
class Sight:
    """A run as it was read: with its bundle, its members' cases, and its last bill where that was asked for."""

    run: Run
    bundle: BundleDefinition
    desks: dict[str, Desk]
    bill: JointBill | None = None


@dataclass(frozen=True)
class Changed:
    """A member's case as it is to be stored, and what happened to it."""

    code: str
    case: Case
    told: tuple[Told, ...]
    new: bool = False


@dataclass(frozen=True)
class Written:
    """What one command on a run writes.

    Attributes:
        run: as it is to be stored.
        what: last part of the run's event.
        data: of that event, without personal data.
        cases: the members that change.
        more: further changes.
        new: whether the run is a new one.
    """

    run: Run
    what: str
    data: Json = field(default_factory=dict)
    cases: tuple[Changed, ...] = ()
    more: tuple[Change, ...] = ()
    new: bool = False


class Hall:
    """Runs and their members, read in two requests and written in one."""

    def __init__(self, office: Office, offers: Offers) -> None:
        self.office = office
        self.offers = offers
        self.rows = RunRows(office.parts.table, office.parts.keyring)
        self.money = MoneyStore(office.parts.table, office.parts.keyring)

    def own(self, once: Once | None, id: str, caller: Caller, *, billed: bool = False) -> Sight:
        """The caller's own run; anybody else's does not exist for them.

        Raises:
            NotFound: there is no such run of theirs.
            Replayed, KeyReused: as `Journal.read`.
        """
        run = self.run(once, id)
        if run.owner != caller.id:
            raise no_run()
        return self.seen(run, billed=billed)

    def run(self, once: Once | None, id: str) -> Run:
        """A run, in one request; raises NotFound, Replayed, KeyReused."""
        return self.rows.run(self.office.parts.journal.read(once, run_key(id)).get(run_key(id)))

    def seen(self, run: Run, *, billed: bool = False) -> Sight:
        """A run with its members, in one request however many they are."""
        office, bill_key = self.office, None
        keys: list[Key] = [case_key(member.case) for member in run.members.values()]
        if billed and run.bill is not None:
            bill_key = joint_key(run.id, run.bill.attempt)
            keys.append(bill_key)
        found = office.parts.journal.read(None, *keys) if keys else {}
        desks = {}
        for code, member in run.members.items():
            case = office.store.case(found.get(case_key(member.case)))
            desks[code] = Desk(case, office.book(case))
        bill = None if bill_key is None else self.money.joint(found.get(bill_key))
        return Sight(run, self.offers.version(run.bundle, run.bundle_version), desks, bill)

    def save(
        self, once: Once, sight: Sight, written: Written, *, by: str, answer: Callable[[Sight], Json | None]
    ) -> Sight:
        """Writes a run and its members with all their events, all or nothing; gives them back as stored.

        Raises:
            Stale: something of it changed meanwhile.
        """
        office, run, desks = self.office, written.run, dict(sight.desks)
        events = list[tuple[str, Event]]()
        event, head = office.parts.journal.happened(
            run.head,
            subject=run.id,
            type=f"biz.bundle.{written.what}",
            by=by,
            data={"bundle": run.bundle, **written.data},
        )
        events.append((run_key(run.id).pk, event))
        run = run.model_copy(update={"head": head})
        changes: list[Change] = [self.rows.new(run) if written.new else self.rows.changed(run), *written.more]
        for changed in written.cases:
            stored, some, happened = office.drawn(changed.case, changed.told, by=by, new=changed.new)
            changes += some
            events += happened
            desks[changed.code] = Desk(stored, office.book(stored))
        run = run if written.new else run.model_copy(update={"version": run.version + 1})
        after = Sight(run, sight.bundle, desks, sight.bill)
        office.parts.journal.commit(once, changes, events, answer(after))
        return after
