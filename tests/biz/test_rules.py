"""The whole life of a case as a state machine: whatever people try, in whatever order and at whatever hour, the law
holds and the clock equals an independent recomputation.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.biz.cases import clock, rules
from chalicelib.biz.cases.rules import Actor, Book
from chalicelib.biz.definitions.model import ServiceDefinition
from chalicelib.biz.laws import load
from chalicelib.biz.model import Case, Decision, Deficiency, Document, Finding, Provenance
from chalicelib.biz.noun import CaseId
from chalicelib.shared.errors import Invalid, NotAllowed, Refusal, WrongState
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import BANGKOK, Calendar, thai_date

from .samples import food

START = dt.datetime(2026, 1, 5, 2, 0, tzinfo=dt.UTC)
CALENDAR = Calendar.load()
TEXT = Text(th="ข้อความ", en="Text")
ITEM = Deficiency(document="site_map", text=TEXT)
FINDINGS = [Finding(code=item["code"], passed=True) for item in food()["checklist"]]
OWNER = Actor("malee", frozenset({"applicant"}))
OFFICERS = [
    Actor("anong", frozenset({"intake", "inspector", "approver"})),
    Actor("bundit", frozenset({"approver"})),
    Actor("kanda", frozenset({"intake"})),
]
BANK = Actor("system", frozenset({"system"}))


def book_of(basis: str) -> Book:
    made = food()
    made["sla"]["basis"] = basis
    return Book(ServiceDefinition.model_validate(made), load()["lfa-2558"], CALENDAR)


BOOKS = {basis: book_of(basis) for basis in ("calendar", "working")}


def a_case(**changes: Any) -> Case:
    """A complete draft."""
    source = Provenance(service="TH/CENTRAL/DOPA/civil/person", receipt="r", at=START, locked=True)
    case = Case(
        id=CaseId("0" * 32),
        service="food-establishment-licence",
        service_version=1,
        agency="TH/LOCAL/LAEMNGOP",
        owner="malee",
        applicant="person",
        state="draft",
        opened_at=START,
        sources={"/operator/first_name_th": source, "/operator/last_name_th": source},
        pid="3990100001013",
        applicant_name="มาลี",
        answers=food()["tests"][0]["answers"],
    )
    return with_map(case, START).model_copy(update=changes)


def with_map(case: Case, now: dt.datetime) -> Case:
    """The case with a fresh map of the site."""
    document = Document(
        id=f"d{len(case.documents)}",
        code="site_map",
        file_name="m.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        status="accepted",
        asked_at=now,
    )
    return case.model_copy(update={"documents": (*case.documents, document)})


class LifeOfACase(RuleBasedStateMachine):
    """Random people do random things."""

    @initialize(basis=st.sampled_from(sorted(BOOKS)))
    def begin(self, basis: str) -> None:
        self.book = BOOKS[basis]
        self.case = a_case()
        self.now = START
        self.moves: list[tuple[str, str, str]] = []

    def attempt(self, result: Any) -> None:
        self.case, move = result
        self.moves.append((move.from_, move.action, move.to))

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours: int) -> None:
        if self.now < dt.datetime(2026, 10, 1, tzinfo=dt.UTC):
            self.now += dt.timedelta(hours=hours)

    @rule()
    def new_map(self) -> None:
        if len(self.case.documents) < 20:
            self.case = with_map(self.case, self.now)

    @rule()
    def file(self) -> None:
        try:
            self.attempt(rules.file(self.case, self.book, OWNER, self.now))
        except (Invalid, WrongState):
            return

    @rule(officer=st.sampled_from(OFFICERS), omission=st.none() | st.just("I overlooked it."))
    def ask(self, officer: Actor, omission: str | None) -> None:
        try:
            self.attempt(rules.ask(self.case, self.book, [ITEM], omission, officer, self.now))
        except (NotAllowed, WrongState):
            return

    @rule(officer=st.sampled_from(OFFICERS))
    def claim(self, officer: Actor) -> None:
        try:
            self.case = rules.claim(self.case, self.book, officer)
        except WrongState:
            return

    @rule(officer=st.sampled_from(OFFICERS), action=st.sampled_from(["accept", "approve", "refuse"]))
    def act(self, officer: Actor, action: str) -> None:
        try:
            self.attempt(rules.move(self.case, self.book, action, officer, self.now))
        except (NotAllowed, WrongState):
            return

    @rule(officer=st.sampled_from(OFFICERS))
    def inspect(self, officer: Actor) -> None:
        try:
            self.attempt(rules.inspect(self.case, self.book, FINDINGS, "", officer, self.now))
        except (NotAllowed, WrongState):
            return

    @rule(actor=st.sampled_from([BANK, OWNER, *OFFICERS]))
    def pay(self, actor: Actor) -> None:
        try:
            self.attempt(rules.move(self.case, self.book, "pay", actor, self.now))
        except (NotAllowed, WrongState):
            return

    @rule()
    def the_right_thing_at_the_right_time(self) -> None:
        """Without somebody who knows the way, random people would hardly ever come to a licence."""
        anong, bundit, kanda = OFFICERS
        match self.case.state:
            case "draft" | "returned":
                self.new_map()
                self.file()
            case "checking":
                self.case = self.case.model_copy(update={"claimed_by": None})
                self.attempt(rules.move(self.case, self.book, "accept", kanda, self.now))
            case "inspecting":
                self.case = self.case.model_copy(update={"claimed_by": None})
                self.attempt(rules.inspect(self.case, self.book, FINDINGS, "", anong, self.now))
            case "deciding":
                self.act(bundit, "approve")
            case "payment":
                self.pay(BANK)

    @rule(sure=st.integers(0, 9))
    def withdraw(self, sure: int) -> None:
        if sure:
            return
        try:
            self.attempt(rules.move(self.case, self.book, "withdraw", OWNER, self.now))
        except WrongState:
            return

    @invariant()
    def every_move_is_on_the_table(self) -> None:
        state = "draft"
        for from_, action, to in self.moves:
            known = self.book.definition.workflow.actions[action]
            assert from_ == state
            assert from_ in known.from_
            assert to == known.to
            state = to
        assert self.case.state == state

    @invariant()
    def one_list_unless_the_officer_confesses(self) -> None:
        plain = [asked for asked in self.case.deficiency_lists if asked.officer_omission is None]
        assert len(plain) <= 1

    @invariant()
    def nobody_decides_what_they_inspected(self) -> None:
        done = self.case.done_by
        for decision in ("approve", "refuse"):
            assert decision not in done or done[decision] != done.get("inspect")

    @invariant()
    def the_clock_equals_a_plain_count(self) -> None:
        on = thai_date(self.now)
        seen = clock.view(self.case, self.book, on)
        basis = self.book.definition.sla.basis
        used, since = 0, None
        for entry in self.case.ledger:
            day = thai_date(entry.at)
            if entry.kind in ("start", "resume"):
                since = day
            elif since is not None:
                used, since = used + plain_count(since, day, basis), None
        if since is not None:
            used += plain_count(since, on, basis)
        assert seen.days_used == used
        ended = self.book.state(self.case).turn == "nobody"
        assert seen.state in ("not_started", "stopped") if ended else True
        assert (self.case.received_at is None) == (not self.case.ledger)

    @invariant()
    def the_index_keys_follow_the_clock(self) -> None:
        running = clock.view(self.case, self.book, thai_date(self.now)).state == "running"
        assert (self.case.next_check is not None) == running


def plain_count(first: dt.date, last: dt.date, basis: str) -> int:
    """Days after `first` up to `last`, one by one."""
    days = [first + dt.timedelta(days=number) for number in range(1, (last - first).days + 1)]
    return len([day for day in days if basis == "calendar" or CALENDAR.is_workday(day)])


TestLifeOfACase = LifeOfACase.TestCase
TestLifeOfACase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize(
    ("hour", "day", "expected"),
    [
        (8, 5, "2026-01-05T08:30"),
        (10, 5, "2026-01-05T10:00"),
        (20, 5, "2026-01-06T08:30"),
        (10, 10, "2026-01-12T08:30"),
    ],
)
def test_the_legal_receipt(hour: int, day: int, expected: str) -> None:
    now = dt.datetime(2026, 1, day, hour, tzinfo=BANGKOK)
    filed, _ = rules.file(a_case(), BOOKS["calendar"], OWNER, now)
    assert filed.legal_received_at is not None
    assert filed.legal_received_at.isoformat().startswith(expected)
    assert filed.received_at == now


def test_a_locked_value_must_have_been_fetched() -> None:
    faults = rules.incomplete(a_case(sources={}), BOOKS["calendar"])
    assert [fault.pointer for fault in faults] == ["/answers/operator/first_name_th", "/answers/operator/last_name_th"]


def test_a_refusal_without_reasons_is_none() -> None:
    with pytest.raises(Invalid):
        rules.refused(a_case(), BOOKS["calendar"], None)
    decision = Decision(at=START, reasons=TEXT, appeal=TEXT)
    assert rules.refused(a_case(), BOOKS["calendar"], decision).decision == decision


def test_refusals_repeat_nothing_of_the_applicant() -> None:
    hostile = a_case(answers={"operator": {"first_name_th": 3990100001013}, "3990100001013": 1})
    with pytest.raises(Refusal) as refused:
        rules.file(hostile, BOOKS["calendar"], OWNER, START)
    assert "3990100001013" not in str(refused.value.faults)
