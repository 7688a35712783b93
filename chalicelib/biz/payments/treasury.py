"""Finance officers and the operator: entries that wait for a decision, and the decision of two of them."""

from __future__ import annotations

from typing import Literal

from chalicelib.shared.errors import NotAllowed, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.web import as_json

from ..model import Case
from ..office import Office
from . import joints, resolving, views
from .ledger import Ledger
from .model import Kind, Money
from .resolving import OPERATOR, Wish
from .store import joint_key, money_key
from .till import Till
from .views import EntryView, EntryWhole

_DONE = {"refund": "refund_ordered", "write_off": "written_off"}


class Treasury:
    """The desk at which money that fits nothing is decided about."""

    def __init__(self, office: Office, ledger: Ledger, till: Till) -> None:
        self._office = office
        self._ledger = ledger
        self._till = till

    def whose(self, caller: Caller, agency: str | None) -> str | None:
        """The agency whose queues are asked for: an officer's own, or the one that the operator names.

        Raises:
            NotAllowed: an officer asks for another agency's.
        """
        if OPERATOR in caller.roles:
            return agency
        if agency not in (None, caller.agency):
            raise NotAllowed("ดูได้เฉพาะรายการของหน่วยงานของท่าน", "Only your own agency's entries are yours to see.")
        return caller.agency

    def queue(
        self, agency: str | None, kind: Kind | None, closed: bool, after: str | None, limit: int
    ) -> tuple[list[EntryView], str | None]:
        """Entries, newest first; `agency` None for those whose case is not known."""
        found, following = self._ledger.store.queue(agency, kind, closed, after, limit)
        return [views.entry(money) for money in found], following

    def show(self, caller: Caller, id: str) -> EntryWhole:
        """One account with all that happened to it; another agency's does not exist."""
        key = money_key(resolving.an_id(id))
        money = self._ledger.store.money(self._office.parts.table.get(key))
        if money is None or not resolving.may_see(money, caller):
            raise not_found("รายการเงิน", "entry")
        return views.whole(money, self._office.parts.journal.history(key.pk))

    def decide(
        self, once: Once, caller: Caller, id: str, step: Literal["propose", "confirm", "decline"], wish: Wish
    ) -> EntryView:
        """Propose how an entry is resolved; confirm, as another officer, what was proposed; or decline it.

        Raises:
            NotFound, NotAllowed, WrongState, Invalid: see `resolving`.
            Stale: somebody acted on it just now.
        """
        now = self._office.now()
        found, case = self._till.read(once, [resolving.an_id(id), *wish.others], wish.case)
        money = found.get(id)
        if money is None:
            raise not_found("รายการเงิน", "entry")
        resolving.must_be_theirs(money, caller)
        if step == "decline":
            changed, what = resolving.declined(money, wish.reason, caller, now), "declined"
            return self._saved(once, caller, changed, what)
        others = [found[other] for other in wish.others if other in found]
        dues = self._due(money, case, wish)
        if step == "confirm":
            resolving.must_be_confirmable(money, wish, caller)
        if joints.asks(money, wish):
            joints.must_fit(money, others, dues, wish, caller)
        else:
            one, book = dues[0] if dues else (None, None)
            resolving.must_fit(money, others, one, book, wish, caller)
        if step == "propose":
            return self._saved(once, caller, resolving.proposed(money, wish, caller, now), "proposed")
        if wish.way != "apply":
            return self._saved(once, caller, resolving.resolved(money, wish, caller, now), _DONE[wish.way])
        monies = [
            resolving.stepped(each, "confirm", "apply", wish.reason, caller, now).model_copy(update={"since": now})
            for each in (money, *others)
        ]
        booked = self._till.book(
            once,
            joints.owing(dues),
            monies,
            "applied",
            by=caller.label,
            answer=lambda first: as_json(views.entry(first)),
        )
        return views.entry(booked)

    def _due(self, money: Money, case: Case | None, wish: Wish) -> list[joints.Due]:
        """What the money shall pay: the application that is named, or what the entry's own joint bill is over."""
        if not joints.asks(money, wish):
            return [] if case is None else self._till.with_books([case])
        key = joint_key(str(money.bundle), money.attempt or 0)
        bill = self._ledger.store.joint(self._office.parts.table.get(key))
        return [] if bill is None else self._till.with_books(self._till.of_bill(bill))

    def _saved(self, once: Once, caller: Caller, money: Money, what: str) -> EntryView:
        way = money.steps[-1].way
        shown = views.entry(money)
        changes = self._ledger.entered(money, what, by=caller.label, way=way)
        self._office.parts.journal.commit(once, changes, answer=as_json(shown))
        return shown
