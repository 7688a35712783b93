"""The life of a system's keys under Hypothesis, against a plain model: whatever is done, in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.gdx.directory.keys import Reason
from chalicelib.gdx.directory.rules import usable_keys
from chalicelib.gdx.ids import SubsystemId
from chalicelib.shared.errors import AlreadyThere, Invalid, NotFound, WrongState
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once, chain_is_whole
from tests.gdx.exchange import Exchange
from tests.gdx.onboarding.agency import CLINICS, Agency
from tests.support.keys import LocalSigner

KEYS = [LocalSigner() for _ in range(7)]
"""The keys that the system may have; made once, for making them is slow."""
SYSTEM = SubsystemId.parse(CLINICS)
NUMBERS = st.integers(0, len(KEYS) - 1)


def once() -> Once:
    return Once(new_id(), "", new_token(), claimed=False)


class Life(RuleBasedStateMachine):
    """`held` is the model: number of a key -> when it ends, or None."""

    @initialize()
    def join(self) -> None:
        self.exchange = Exchange()
        self.agency = Agency(self.exchange)
        self.agency.key = KEYS[0]
        self.agency.joined()
        self.keys = self.exchange.service.onboarding.keys
        self.held: dict[int, datetime | None] = {0: None}
        self.seen = {0}
        self.revoked: dict[int, tuple[datetime, Reason]] = {}

    def _holding(self) -> dict[int, datetime | None]:
        now = self.exchange.now
        return {number: end for number, end in self.held.items() if end is None or now < end}

    @rule(number=NUMBERS)
    def add(self, number: int) -> None:
        holding = self._holding()
        stolen = self.revoked.get(number, (None, ""))[1] == "compromised"
        try:
            proof = self.agency.proof(KEYS[number])
            self.keys.add(once(), SYSTEM, KEYS[number].public_jwk, proof, "test")
        except AlreadyThere:
            assert number in holding
        except WrongState:
            assert len(holding) == 5 and number not in holding
        except Invalid:
            assert stolen
        else:
            assert number not in holding and len(holding) < 5 and not stolen
            self.held = {**holding, number: None}
            self.seen.add(number)
            self.revoked.pop(number, None)

    @rule(number=NUMBERS, days=st.integers(1, 5))
    def retire(self, number: int, days: int) -> None:
        holding, until = self._holding(), self.exchange.now + timedelta(days=days)
        lasting = any(end is None for other, end in holding.items() if other != number)
        try:
            self.keys.retire(once(), SYSTEM, KEYS[number].kid, until, "test")
        except NotFound:
            assert number not in holding
        except WrongState:
            assert number in holding and not lasting
        else:
            assert number in holding and lasting
            self.held = {**holding, number: until}

    @rule(number=NUMBERS, reason=st.sampled_from(["compromised", "superseded"]))
    def revoke(self, number: int, reason: Any) -> None:
        holding = self._holding()
        try:
            self.keys.revoke(once(), SYSTEM, KEYS[number].kid, reason, "test")
        except NotFound:
            assert number not in holding
        except WrongState:
            assert set(holding) == {number}
        else:
            assert number in holding and len(holding) > 1
            del holding[number]
            self.held = holding
            self.revoked[number] = (self.exchange.now, reason)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        if any(end is None for end in self._holding().values()):  # else all could end: see `Keys.revoke`
            self.exchange.pass_time(hours=hours)

    @invariant()
    def the_directory_holds_what_the_model_holds(self) -> None:
        system = self.exchange.service.directory.subsystem_now(SYSTEM)
        assert system is not None
        usable = {str(key["kid"]) for key in usable_keys(system.jwks, self.exchange.now)}
        assert usable == {KEYS[number].kid for number in self._holding()}
        assert 1 <= len(usable) <= 5

    @invariant()
    def the_history_knows_every_key_and_believes_none_that_was_compromised(self) -> None:
        records = {record.kid: record for record in self.keys.history(SYSTEM)}
        assert set(records) == {KEYS[number].kid for number in self.seen}
        for number, record in ((number, records[KEYS[number].kid]) for number in self.seen):
            assert record.held(self.exchange.now) is (number in self._holding())
            if number in self.revoked:
                at, reason = self.revoked[number]
                assert record.reason == reason and record.revoked_at == int(at.timestamp())

    @invariant()
    def nothing_of_what_happened_is_lost(self) -> None:
        events = self.exchange.parts.journal.history(f"HISTORY#DIRECTORY#{CLINICS}")
        assert chain_is_whole(events)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
