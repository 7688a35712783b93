"""Whatever systems and people do in whatever order: a consent lives as a small model says, and so does the exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.gdx.consents.store import history_pk
from chalicelib.shared.journal import chain_is_whole
from tests.gdx.consents.bank import BANK, Bank
from tests.gdx.exchange import MALEE

OPEN = ("REQUESTED", "GIVEN")


@dataclass
class Model:
    """What should be."""

    id: str
    mode: str
    until: datetime
    state: str = "REQUESTED"
    refused_at: datetime | None = None

    def at(self, now: datetime) -> str:
        """The state at a time."""
        return "EXPIRED" if self.state in OPEN and now >= self.until else self.state


class Life(RuleBasedStateMachine):
    """A bank and a person, who meet at one consent after another."""

    def __init__(self) -> None:
        super().__init__()
        self.bank = Bank()
        self.known: list[Model] = []
        self.passed = 0

    @property
    def last(self) -> Model | None:
        """The present consent."""
        return self.known[-1] if self.known else None

    def state(self) -> str | None:
        """Its state now."""
        return None if self.last is None else self.last.at(self.bank.now)

    @rule(mode=st.sampled_from(["once", "repeated"]), days=st.integers(1, 3))
    def ask(self, mode: str, days: int) -> None:
        now, before = self.bank.now, self.state()
        answer = self.bank.ask_consent(mode=mode, until=(now + timedelta(days=days)).isoformat())
        refused = self.last.refused_at if self.last is not None else None
        if before in OPEN and answer.status != 409:
            assert answer.status == 201 and before == "REQUESTED" and answer.json["id"] == self.known[-1].id
        elif before in OPEN:
            return
        elif before == "REFUSED" and refused is not None and now - refused < timedelta(hours=24):
            assert answer.status == 429
        else:
            assert answer.status == 201
            self.known.append(Model(answer.json["id"], mode, now + timedelta(days=days)))

    @precondition(lambda self: self.known)
    @rule(what=st.sampled_from(["give", "give", "refuse", "withdraw"]), fresh=st.booleans())
    def decide(self, what: str, fresh: bool) -> None:
        model = self.known[-1]
        path = f"/gdx/v1/me/consents/{model.id}"
        etag = self.bank.client.get(path, token=self.bank.person()).headers["etag"]
        state, done = self.state(), {"give": "GIVEN", "refuse": "REFUSED", "withdraw": "WITHDRAWN"}[what]
        status = self.bank.decide(model.id, what, match=etag if fresh else '"v999"').status
        if state == done:
            assert status == 200, "done before is done"
        elif (state, done) in (("REQUESTED", "GIVEN"), ("REQUESTED", "REFUSED"), ("GIVEN", "WITHDRAWN")):
            assert status == (200 if fresh else 412)
            if fresh:
                model.state = done
                model.refused_at = self.bank.now if done == "REFUSED" else None
        else:
            assert status == 409

    @precondition(lambda self: self.known)
    @rule()
    def give_up(self) -> None:
        model, state = self.known[-1], self.state()
        answer = self.bank.client.delete(f"/gdx/v1/consents/{model.id}", token=self.bank.token(BANK))
        assert answer.status == 200
        if state in OPEN:
            model.state = "WITHDRAWN"

    @rule()
    def exchange(self) -> None:
        may = self.state() == "GIVEN"
        assert (self.bank.call_report().status == 200) == may
        if may:
            self.passed += 1
            self.known[-1].state = "USED" if self.known[-1].mode == "once" else "GIVEN"

    @rule(hours=st.sampled_from([1, 12, 25, 50]))
    def pass_time(self, hours: int) -> None:
        self.bank.pass_time(hours=hours)

    @invariant()
    def both_sides_read_what_is(self) -> None:
        for model in self.known[-2:]:
            theirs = self.bank.client.get(f"/gdx/v1/consents/{model.id}", token=self.bank.token(BANK)).json
            assert theirs["state"] == model.at(self.bank.now)
            assert (theirs["artefact"] is not None) == (model.state in ("GIVEN", "USED")) or model.state == "WITHDRAWN"

    def teardown(self) -> None:
        """At the end every access stands in the log, and no history has a gap."""
        lines = self.bank.service.access_log.everything(MALEE)
        assert len(lines) == self.passed
        for model in self.known:
            assert chain_is_whole(self.bank.parts.journal.history(history_pk(model.id)))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=8, stateful_step_count=14, deadline=None)
