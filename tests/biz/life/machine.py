"""Applicants, officers, a bank, the sweep and the queue in any order, each with faults, and two at once.

Every step says beforehand what must come of it (`model`); what is really there is asked of the table after each.
"""

from __future__ import annotations

import datetime as dt
import functools

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.biz.town import ANONG, BUNDIT

from . import checks
from .faults import FATES
from .model import (
    APPLICANTS,
    EVERYBODY,
    FILING,
    HEAD,
    INTAKE,
    LICENCES,
    OFFICE,
    ROLES,
    Case,
)
from .people import People
from .services import FEE, TERMS

AT_MOST = 3
"""Applications in one example."""
LAST = dt.datetime(2027, 11, 20, tzinfo=dt.UTC)
"""The government calendar ends with 2027, and terms must end within it."""
WORK = {
    "checking": [
        ("return", ANONG),
        ("return", INTAKE),
        ("again", INTAKE),
        ("claim", ANONG),
        ("assign", HEAD),
        ("explain", ANONG),
    ],
    "inspecting": [("fail", INTAKE), ("inspect", INTAKE), ("claim", INTAKE), ("explain", BUNDIT), ("release", HEAD)],
    "deciding": [("refuse", BUNDIT), ("approve", BUNDIT), ("claim", BUNDIT), ("claim", ANONG), ("explain", HEAD)],
}
"""What officers would do with an application in a state, and who does it unless somebody holds it."""
MOVES_BY = {"return": "intake", "again": "intake", "fail": "inspector", "inspect": "inspector", "refuse": "approver"}

fates = st.sampled_from(("",) * 5 + FATES)
picks = st.integers(0, 11)
sums = st.sampled_from((FEE, FEE, FEE - 100, FEE + 100))
seldom = st.integers(0, 3).map(lambda number: number == 0)


class CaseLife(People):
    """Everything that can happen to a few applications, in any order."""

    # --- applicants and officers

    @initialize(
        first=st.tuples(st.sampled_from(sorted(TERMS)), st.integers(2, 6)),
        second=st.tuples(st.sampled_from(sorted(TERMS)), st.integers(0, 3)),
    )
    def two_have_begun(self, first: tuple[str, int], second: tuple[str, int]) -> None:
        for who, (service, steps) in zip(APPLICANTS, (first, second), strict=True):
            self.somebody_opens(who, service, "", again=False)
            self.forward(list(self.cases.values())[-1], steps)

    @precondition(lambda self: len(self.cases) < AT_MOST)
    @rule(who=st.sampled_from(APPLICANTS), service=st.sampled_from(sorted(TERMS)), fate=fates, again=seldom)
    def somebody_opens(self, who: str, service: str, fate: str, again: bool) -> None:
        command = self.world.opening(who, service)
        answer, key = self.world.insist(command, fate)
        assert answer.status == 201, answer.text
        case = Case(answer.json["id"], who, service)
        self.cases[case.id] = case
        if again:
            assert self.world.ask(command, key).json["id"] == case.id
        self.does("patch", who, case)

    @precondition(lambda self: self.cases)
    @rule(pick=picks, steps=st.integers(1, 4), satang=sums, fate=fates, deaf=seldom, again=seldom)
    def it_goes_on(self, pick: int, steps: int, satang: int, fate: str, deaf: bool, again: bool) -> None:
        self.forward(self.case(pick), steps, satang, fate, deaf=deaf, again=again)

    @precondition(lambda self: self.cases)
    @rule(
        pick=picks,
        what=st.sampled_from(FILING + OFFICE),
        who=st.sampled_from(EVERYBODY),
        own=st.booleans(),
        bent=seldom,
        fate=fates,
        deaf=seldom,
        again=seldom,
    )
    def somebody_wants_something(
        self, pick: int, what: str, who: str, own: bool, bent: bool, fate: str, deaf: bool, again: bool
    ) -> None:
        case = self.case(pick)
        if own and what in FILING:
            who = case.owner
        self.does(what, who, case, bent=bent, fate=fate, deaf=deaf, again=again)

    @precondition(lambda self: self.working())
    @rule(pick=picks, which=st.integers(0, 99), bent=st.booleans(), fate=fates, deaf=seldom, again=seldom)
    def an_officer_works(self, pick: int, which: int, bent: bool, fate: str, deaf: bool, again: bool) -> None:
        found = self.working()
        case = found[pick % len(found)]
        what, who = WORK[case.state][which % len(WORK[case.state])]
        able = case.holder is not None and MOVES_BY.get(what, "") in ROLES[case.holder]
        self.does(what, str(case.holder) if able else who, case, bent=bent, fate=fate, deaf=deaf, again=again)

    @precondition(lambda self: self.cases)
    @rule(
        pick=picks,
        first=st.sampled_from(("next", *FILING, *OFFICE)),
        second=st.sampled_from(("next", "withdraw", "claim", "return", "refuse", "assign", "pay")),
        who=st.sampled_from(tuple(ROLES)),
        rival=st.sampled_from((ANONG, BUNDIT, INTAKE, HEAD)),
    )
    def two_act_at_once(self, pick: int, first: str, second: str, who: str, rival: str) -> None:
        case = self.case(pick)

        def other() -> None:
            if second == "pay":
                self.pays(case, FEE, max(1, case.bills))
                return
            what, by = self.next_step(case) if second == "next" else (second, rival)
            self.does(what, case.owner if what in FILING else by, case)

        what, by = self.next_step(case) if first == "next" else (first, who)
        self.does(what, case.owner if what in FILING else by, case, rival=other)

    # --- files

    @precondition(lambda self: self.files)
    @rule(pick=picks, fate=fates, keep=seldom)
    def a_file_arrives(self, pick: int, fate: str, keep: bool) -> None:
        self.arrives(pick % len(self.files), fate, keep=keep)

    # --- the bank

    @precondition(lambda self: any(case.fee for case in self.cases.values()))
    @rule(
        pick=picks,
        satang=sums,
        attempt=st.integers(1, 2),
        status=st.sampled_from(("settled", "settled", "settled", "pending", "reversed")),
        fate=fates,
    )
    def somebody_pays(self, pick: int, satang: int, attempt: int, status: str, fate: str) -> None:
        found = [case for case in self.cases.values() if case.fee]
        self.pays(found[pick % len(found)], satang, attempt, fate, status=status)

    @precondition(lambda self: self.bank)
    @rule(pick=picks, status=st.sampled_from(("settled", "reversed", "reversed", "failed")), fate=fates)
    def the_bank_changes_its_word(self, pick: int, status: str, fate: str) -> None:
        account = list(self.bank.values())[pick % len(self.bank)]
        notice = account["notice"]
        self.settles(account, {**notice, "status": status, "sequence": notice["sequence"] + 1}, fate)

    @precondition(lambda self: self.bank)
    @rule(pick=picks, older=st.booleans())
    def the_bank_repeats_itself(self, pick: int, older: bool) -> None:
        notice = list(self.bank.values())[pick % len(self.bank)]["notice"]
        if older and notice["sequence"]:
            notice = {**notice, "status": "settled", "sequence": notice["sequence"] - 1}
        self.tells(notice, lambda: "duplicate")

    # --- licences

    @precondition(lambda self: self.licences)
    @rule(
        pick=picks,
        what=st.sampled_from(("suspend", "suspend", "reinstate", "revoke")),
        who=st.sampled_from((BUNDIT, BUNDIT, ANONG, *EVERYBODY)),
        days=st.sampled_from((None, 0, 2)),
        fate=fates,
        again=seldom,
        rival=st.sampled_from((None, None, *LICENCES)),
    )
    def a_licence_changes(
        self, pick: int, what: str, who: str, days: int | None, fate: str, again: bool, rival: str | None
    ) -> None:
        licence = list(self.licences.values())[pick % len(self.licences)]
        until = None if days is None else self.today + dt.timedelta(days=days)
        self.turns(licence, what, who, until, fate, again=again, rival=rival)

    # --- time, the sweep, the queue

    @rule(
        time=st.sampled_from(
            [dt.timedelta(minutes=2), dt.timedelta(minutes=40), dt.timedelta(hours=7), dt.timedelta(hours=14)]
            + [dt.timedelta(days=days) for days in (1, 3, 6, 9)]
        ),
        sweep=st.booleans(),
        fate=fates,
    )
    def time_passes(self, time: dt.timedelta, sweep: bool, fate: str) -> None:
        self.town.at = min(self.town.at + time, LAST)
        if sweep:
            self.sweeps(fate)

    @precondition(lambda self: self.town.post.sent)
    @rule(
        pick=picks,
        how=st.sampled_from(("well", "well", "twice", "lost", "the inbox is down")),
        many=st.integers(1, 6),
        fate=fates,
    )
    def a_message_is_delivered(self, pick: int, how: str, many: int, fate: str) -> None:
        sent = self.town.post.sent
        for _ in range(min(many, len(sent))):
            queue, body = sent.pop(pick % len(sent))
            if how == "lost":
                continue
            self.town.neighbours.broken = how == "the inbox is down"
            done = self.world.survives(functools.partial(self.town.biz.on_event, body), fate)
            self.town.neighbours.broken = False
            if not done or how == "twice":
                sent.insert(0, (queue, body))

    # --- what must hold

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        checks.places(self.world, self.cases)
        checks.histories(self.world, self.cases, self.licences)
        if self.world.anew("lists", *(self.version(case) for case in self.cases.values())):
            checks.lists(self.world, self.cases)
        checks.clocks(self.world, self.cases, self.today)
        checks.money(self.world, self.cases, self.bank)
        checks.licences(self.world, self.cases, self.licences)
        assert not self.world.open_secrets()

    def teardown(self) -> None:
        try:
            self.town.neighbours.broken = False
            while self.files:
                self.arrives(0)
            for _ in range(9):
                while self.town.post.sent:
                    self.town.biz.on_event(self.town.post.sent.pop(0)[1])
                if not self.world.unsent():
                    break
                self.town.pass_time(hours=2)
                self.sweeps()
            self.world.forget()
            self.everything_is_as_it_should_be()
            checks.at_rest(self.world, self.cases, self.licences, self.today)
        finally:
            self.world.end()
