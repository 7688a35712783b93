"""Applicants, officers, approvers, a bank, S3 and the sweep: each act says beforehand what must come of it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.shared.workdays import thai_date
from tests.biz.town import ANONG, BUNDIT, PDF

from .faults import Died, Fickle
from .model import (
    INTAKE,
    TOLD,
    WEEK,
    Case,
    File,
    Licence,
    outcome,
    refusal,
    refusal_of_licence,
)
from .recompute import Clock, recomputed
from .services import FEE
from .world import BAD, World

_WORLDS: dict[type[Fickle], World] = {}
MOVES = ("submit", "withdraw", "return", "again", "inspect", "fail", "accept", "approve", "refuse")


def world(kind: type[Fickle]) -> World:
    """The town on this kind of table; one for all examples."""
    if kind not in _WORLDS:
        _WORLDS[kind] = World(kind)
    return _WORLDS[kind]


class People(RuleBasedStateMachine):
    """What people and machines do to a few applications; in which order, `CaseLife` says."""

    table_kind: ClassVar[type[Fickle]] = Fickle

    def __init__(self) -> None:
        super().__init__()
        self.world = world(self.table_kind)
        self.world.begin()
        self.town, self.table = self.world.town, self.world.table
        self.cases: dict[str, Case] = {}
        self.licences: dict[str, Licence] = {}
        self.files: list[tuple[str, Case, File, bool]] = []
        self.bank: dict[str, dict[str, Any]] = {}

    # --- what is known

    @property
    def today(self) -> dt.date:
        """The day in Thailand."""
        return thai_date(self.town.at)

    def clock(self, case: Case) -> Clock:
        """The clock of a case, recomputed from its history."""
        return recomputed(case.service, self.world.history(case.id), self.today)

    def case(self, pick: int) -> Case:
        """One of them."""
        return list(self.cases.values())[pick % len(self.cases)]

    # --- commands

    def does(
        self,
        what: str,
        who: str,
        case: Case,
        *,
        bent: bool = False,
        fate: str = "",
        deaf: bool = False,
        again: bool = False,
        rival: Callable[[], None] | None = None,
    ) -> None:
        """Somebody asks for something, and gets what the model says."""
        refused, live = refusal(case, what, who, self.clock(case)), self.billed(case)
        command = self.world.command(what, who, case.id, bent=bent)
        beaten = list[bool]()

        def happens() -> None:
            before = self.version(case)
            if rival is not None:
                rival()
            beaten.append(self.version(case) != before)

        answer, key = self.world.insist(command, fate, deaf=deaf, rival=rival and happens)
        compatible = what == "note" or (what == "bill" and live)
        if not refused and any(beaten) and not compatible:
            refused = 412
        assert answer.status == refused or (not refused and answer.status < 300), (what, refused, answer.text)
        if not refused:
            self.done(what, who, case, bent, live, answer.json)
        if again:
            version, repeated = self.version(case), self.world.ask(command, key)
            assert self.version(case) == version, (what, "done twice")
            if not refused:
                same = ("id", "version", "state", "ref1", "ref2", "document")
                assert repeated.status == answer.status
                assert [repeated.json.get(name) for name in same] == [answer.json.get(name) for name in same]

    def version(self, case: Case) -> int:
        """Of the stored row."""
        return self.world.row(case.id).version

    def billed(self, case: Case) -> bool:
        """Whether a bill is live."""
        return case.bill_until is not None and self.town.at < case.bill_until

    def done(self, what: str, who: str, case: Case, bent: bool, live: bool, answer: Any) -> None:
        """What a command that was acknowledged has changed."""
        now, code = self.town.at, {"again": "return", "fail": "inspect"}.get(what, what)
        match what:
            case "patch":
                case.whole = not bent
            case "announce":
                file = File(answer["document"]["id"], now)
                case.files.append(file)
                content = BAD if bent else PDF
                self.files.append((self.world.arrive(answer, content), case, file, not bent))
            case "submit":
                code = "submit" if case.state == "draft" else "mend"
                case.received, case.mended = True, len(case.lists)
            case "claim" | "release" | "assign":
                case.holder = {"claim": who, "release": None, "assign": INTAKE}[what]
            case "return" | "again":
                case.lists.append((now, not bent))
            case "inspect" | "fail":
                case.inspector, case.passed = who, what == "inspect"
            case "approve":
                case.fee = True
            case "bill" if not live:
                case.bills, case.bill_until = case.bills + 1, now + dt.timedelta(minutes=30)
            case "explain":
                case.looked(self.clock(case).due, self.today)
                case.overdue, case.reasons_by, case.look = True, self.today + WEEK, self.today + WEEK
        if what in TOLD and not (what == "bill" and live):
            case.events.append(TOLD[what])
        if what in MOVES:
            case.moves(code)
            case.dated(self.clock(case), self.today)

    # --- applicants and officers

    def next_step(self, case: Case) -> tuple[str, str]:
        """What brings an application forward, and who does it."""
        match case.state:
            case "draft" | "returned":
                what = "submit" if case.complete else "announce" if case.whole else "patch"
                return what, case.owner
            case "checking":
                return "accept", case.holder or ANONG
            case "inspecting":
                return "inspect", case.holder if case.holder in (ANONG, INTAKE) else ANONG
            case "deciding":
                return ("approve" if case.passed else "refuse"), case.holder or BUNDIT
        return "bill", case.owner

    def forward(
        self, case: Case, steps: int, satang: int = FEE, fate: str = "", *, deaf: bool = False, again: bool = False
    ) -> None:
        """So many steps of the way to a licence."""
        for _ in range(steps):
            what, who = self.next_step(case)
            self.does(what, who, case, fate=fate, deaf=deaf, again=again)
            if what == "announce":
                self.arrives(len(self.files) - 1, fate)
            if what == "bill":
                if case.owed:
                    self.pays(case, satang, case.bills, fate)
                return

    def working(self) -> list[Case]:
        """Applications that wait for the agency."""
        return [case for case in self.cases.values() if case.turn == "agency"]

    # --- files

    def arrives(self, number: int, fate: str = "", *, keep: bool = False) -> None:
        """S3 tells of a file, once or more."""
        body, case, file, good = self.files[number]
        if not self.world.survives(lambda: self.town.biz.on_upload(body), fate):
            self.world.survives(lambda: self.town.biz.on_upload(body))
        if not keep:
            del self.files[number]
        if file.status == "waiting":
            good = good and case.state in ("draft", "returned")  # later it changes nothing any more
            file.status = "accepted" if good else "refused"
            case.events.append(f"document.{file.status}")

    # --- the bank

    def tells(self, notice: dict[str, Any], expected: Callable[[], str], fate: str = "") -> str:
        """The bank tells, and again until it is answered; what became of the notice."""
        self.table.fate, answer = fate, None
        with contextlib.suppress(Died):
            answer = self.town.callback(notice)
        self.table.fate = ""
        result = expected()
        if answer is None or answer.status == 503:
            happened = fate in ("lost", "dies after")
            assert self.town.callback(notice).json["status"] == ("duplicate" if happened else result)
        else:
            assert (answer.status, answer.json["status"]) == (200, result), (notice, answer.text)
        return result

    def pays(self, case: Case, satang: int, attempt: int, fate: str = "", *, status: str = "settled") -> None:
        """Money comes in with the references of a bill."""
        name = f"BANK-{len(self.bank):06d}"
        ref1, ref2 = payments.references(CaseId(case.id), max(1, attempt))
        notice = {
            "transaction": name,
            "ref1": ref1,
            "ref2": ref2,
            "amount": f"{satang // 100}.{satang % 100:02d}",
            "paid_at": self.town.at.isoformat(),
            "status": status,
            "sequence": 0,
        }
        account = {"notice": notice, "case": case, "satang": satang, "here": False}
        self.bank[name] = account
        self.settles(account, notice, fate)

    def settles(self, account: dict[str, Any], notice: dict[str, Any], fate: str = "") -> None:
        """A notice that is newer than what was heard of its transaction."""
        case: Case = account["case"]
        here, before = notice["status"] == "settled", outcome(case, account["satang"], case.bills > 0)

        def expected() -> str:
            if here and not account["here"]:
                return outcome(case, account["satang"], case.bills > 0) if before == "booked" else "kept"
            return "reversed" if account["here"] and not here else "noted"

        result = self.tells(notice, expected, fate)
        account["notice"], account["here"] = notice, here
        if result == "booked":
            self.booked(case, notice["transaction"])
        if result == "reversed" and case.paid == notice["transaction"]:
            case.paid = ""
            case.events.append("payment.reversed")

    def booked(self, case: Case, transaction: str) -> None:
        """The fee is paid: the first time that brings the licence."""
        if case.was_paid:
            case.events.append("payment.settled")
        else:
            case.events += ["application.paid", "licence.issued"]
            case.moves("pay")
            case.dated(self.clock(case), self.today)
            case.licence = str(self.world.row(case.id).data["licence"])
            last = self.today.replace(year=self.today.year + 1) - dt.timedelta(days=1)
            self.licences[case.licence] = Licence(case.licence, case.id, last)
        case.paid, case.was_paid = transaction, True

    # --- licences

    def turns(
        self,
        licence: Licence,
        what: str,
        who: str,
        until: dt.date | None,
        fate: str = "",
        *,
        again: bool = False,
        rival: str | None = None,
    ) -> None:
        """An approver suspends, reinstates or revokes."""
        refused = refusal_of_licence(licence, what, who)
        command = self.world.change(what, who, licence.no, until.isoformat() if until else None)
        beaten = list[bool]()

        def happens() -> None:
            before = licence.status
            self.turns(licence, str(rival), ANONG, None)
            beaten.append(licence.status != before)

        answer, key = self.world.insist(command, "" if rival else fate, rival=happens if rival else None)
        refused = 412 if any(beaten) and not refused else refused
        assert answer.status == refused or (not refused and answer.status < 300), (what, refused, answer.text)
        if not refused:
            named = {"suspend": "suspended", "reinstate": "reinstated", "revoke": "revoked"}[what]
            licence.status = {"reinstated": "valid"}.get(named, named)
            licence.until = until if what == "suspend" else None
            licence.events.append(f"licence.{named}")
        if again and not refused:
            repeated = self.world.ask(command, key)
            assert (repeated.status, repeated.json) == (answer.status, answer.json)

    # --- time, the sweep, the queue

    def sweeps(self, fate: str = "") -> None:
        """The sweep runs, and again when it died."""

        def sweep() -> None:
            self.town.biz.sweep(self.town.at)

        clocks = {case.id: self.clock(case) for case in self.cases.values()}
        if not self.world.survives(sweep, fate):
            self.world.survives(sweep)
        for case in self.cases.values():
            case.looked(clocks[case.id].due, self.today)
        for licence in self.licences.values():
            if licence.status == "suspended" and licence.until is not None and licence.until < self.today:
                licence.status, licence.until = "valid", None
                licence.events.append("licence.reinstated")
