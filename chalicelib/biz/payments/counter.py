"""Fees and licences: the QR, the bank's word, and what is handed out for it, in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.shared import thai_qr
from chalicelib.shared.errors import AlreadyThere, KeyReused, NotFound, Stale, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once, Replayed
from chalicelib.shared.storage import Json
from chalicelib.shared.web import as_json
from chalicelib.shared.workdays import thai_date

from ..cases import rules, views
from ..cases.rules import Actor
from ..cases.views import CaseCard
from ..definitions.model import SYSTEM
from ..licences import rules as licences
from ..licences.keeping import issuing
from ..model import Bill, Case
from ..office import Office, Told, told_of
from ..store import provider_key
from . import rules as payments

ATTEMPTS = 6
"""How often a booking is tried again when the case changed meanwhile or a place in a status list was taken."""

_BANK = Actor(SYSTEM, frozenset({SYSTEM}))


@dataclass(frozen=True)
class Notice:
    """What a payment provider says: this money came in."""

    transaction: str
    ref1: str
    ref2: str
    satang: int
    paid_at: dt.datetime


class Counter:
    """The cash desk and the issuing of licences."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def bill(self, once: Once, caller: Caller, id: str) -> tuple[Bill, str]:
        """The one live QR of a case, as text and as an SVG picture; a new one when the last has run out.

        Raises:
            WrongState: no fee is due.
        """
        office = self._office
        try:
            case = office.own(once, id, caller)
            bill = payments.bill(case, office.now())
            if bill != case.bill:
                told = Told("payment.billed", {"attempt": bill.attempt, "satang": bill.satang}, heard=False)
                billed = case.model_copy(update={"bill": bill})
                office.save(once, billed, [told], by=caller.label, answer=bill.model_dump(mode="json"))
        except Replayed as done:  # the picture is drawn again rather than kept
            bill = Bill.model_validate(done.answer)
        return bill, thai_qr.svg(bill.qr)

    def take(self, provider: str, header: str, raw: bytes, read: Callable[[], Notice]) -> str:
        """A provider's callback: believe it, then book it once.

        Args:
            provider: who says so.
            header: `X-Klang-Signature`.
            raw: the body as it came; the signature covers every byte.
            read: reads the body; called only when it is believed.

        Returns:
            `booked`, `duplicate`, or `kept` (no bill fits: set aside for an officer). All are 200: a provider that
            gets an error only repeats itself.

        Raises:
            Unauthenticated: the signature does not hold.
        """
        office = self._office
        item = office.parts.table.get(provider_key(provider))
        payments.check_signature(office.store.provider(item, provider), header, raw, office.now())
        notice = read()
        for _ in range(ATTEMPTS):
            once = _once(provider, notice)
            try:
                return self._book(once, provider, notice)
            except Replayed:
                return "duplicate"
            except KeyReused:
                # the same transaction with other content: keep both, believe neither twice
                return self._keep(once, provider, notice, "already_paid", variant=True)
            except (Stale, AlreadyThere):
                continue
        raise Unavailable("ระบบกำลังมีผู้ใช้งานมาก", "The booking met other changes; send it again.", retry_after=5)

    def _book(self, once: Once, provider: str, notice: Notice) -> str:
        office, now = self._office, self._office.now()
        case_id = payments.case_of(notice.ref1, notice.ref2)
        case: Case | None = None
        if case_id is None:
            office.parts.journal.read(once)
        else:
            try:
                case, _ = office.read(once, case_id)
            except NotFound:
                case = None
        wrong = payments.mismatch(case, notice.satang)
        if case is None or wrong is not None:
            return self._keep(once, provider, notice, wrong or "unknown_reference")
        book = office.book(case)
        if book.definition.workflow.find(case.state, "paid") is None:
            return self._keep(once, provider, notice, "no_fee_due")
        case = payments.paid(
            case,
            provider=provider,
            transaction=notice.transaction,
            satang=notice.satang,
            paid_at=notice.paid_at,
            receipt_no=licences.receipt_no(provider, notice.transaction, thai_date(now)),
        )
        receipt = licences.receipt(case, book.definition, signer=office.signer(), now=now)
        moved, move = rules.move(case, book, rules.effect_action(case, book, "paid"), _BANK, now)
        moved = moved.model_copy(update={"receipt": receipt})
        told = [told_of(move, satang=notice.satang)]
        if "issue" in move.effects:
            self.issue(once, moved, told, by=SYSTEM)
        else:
            office.save(once, moved, told, by=SYSTEM)
        return "booked"

    def _keep(self, once: Once, provider: str, notice: Notice, why: payments.Mismatch, *, variant: bool = False) -> str:
        name = f"{notice.transaction}#{once.fingerprint[:16]}" if variant else notice.transaction
        data: Json = {
            "why": why,
            "transaction": notice.transaction,
            "ref1": notice.ref1,
            "ref2": notice.ref2,
            "satang": notice.satang,
            "paid_at": notice.paid_at.isoformat(),
            "kept_at": self._office.now().isoformat(),
        }
        attempt = Once(f"{once.key}#{name}", "", new_token()) if variant else once
        try:
            self._office.parts.journal.commit(attempt, [self._office.store.orphan(provider, name, data)])
        except (Replayed, AlreadyThere):
            return "duplicate"
        return "kept"

    def orphans(self, provider: str, after: str | None, limit: int) -> tuple[list[Json], str | None]:
        """Money from a provider that fits no bill, by transaction."""
        page = self._office.store.orphans(provider, after, limit)
        return [dict(item.data) for item in page.items], page.after

    def issue(self, once: Once, case: Case, told: Sequence[Told], *, by: str) -> CaseCard:
        """Hand out the licence: number, credential and place in a status list, with the case, all or nothing.

        Args:
            once: the command that leads here.
            case: as it is to be stored, its state being the end that the licence brings.
            told: what else happened in this command.
            by: who did it.

        Raises:
            Stale: the case changed meanwhile.
            AlreadyThere: every place tried in the status list was taken.
        """
        office, now = self._office, self._office.now()
        book = office.book(case)
        for attempt in range(ATTEMPTS):
            licence = licences.issue(
                case, book.definition, signer=office.signer(), base_url=office.parts.base_url, now=now, attempt=attempt
            )
            issued = case.model_copy(update={"licence": licence.no})
            shown = views.card(issued.model_copy(update={"version": case.version + 1}), book)
            try:
                office.save(
                    once,
                    issued,
                    [*told, Told("licence.issued", {"licence": licence.no})],
                    by=by,
                    answer=as_json(shown),
                    more=issuing(office, licence, book.definition, by=by),
                )
            except AlreadyThere:
                if office.store.find_case(case.id).version != case.version:
                    raise Stale("คำขอเปลี่ยนแปลงไปแล้ว", "The application has changed meanwhile.") from None
                continue  # its place in the status list was taken
            return shown
        raise Unavailable("ออกใบอนุญาตไม่ได้ชั่วคราว", "No place in the status list was free; try again.", retry_after=1)


def _once(provider: str, notice: Notice) -> Once:
    said = "|".join((notice.ref1, notice.ref2, str(notice.satang), notice.paid_at.astimezone(dt.UTC).isoformat()))
    key = hashlib.sha256(f"pay/{provider}/{notice.transaction}".encode()).hexdigest()
    return Once(key, hashlib.sha256(said.encode()).hexdigest(), new_token())
