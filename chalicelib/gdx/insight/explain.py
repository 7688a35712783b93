"""Why would this call be allowed or refused? Told step by step by the very checks that the pipeline runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from ...shared.dataclass import dataclass
from ...shared.errors import Refusal
from ...shared.keyring import Keyring
from ...shared.storage import Table
from ..checks import ADDRESS, CHECKS, Check, Situation
from ..evidence import exchange_id
from ..model import Ask
from ..sight import Sight

NEEDS_BODY = frozenset({"subject", "consent"})
"""Checks that look into the body; without one they cannot be judged beforehand."""

State = Literal["ok", "failed", "open", "not_reached"]
Verdict = Literal["allowed", "refused", "open"]


@dataclass(frozen=True)
class Step:
    """One check.

    Attributes:
        name: of the check.
        state: ok; failed, and the call would end here; open: it depends on a body that was not given; not_reached.
        refusal: what the call would be answered, when it failed.
    """

    name: str
    state: State
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Explanation:
    """All steps, and what follows from them: `open` when everything that could be judged is well."""

    verdict: Verdict
    steps: tuple[Step, ...]


class Explaining:
    """Explains calls; reads what an exchange reads, writes nothing, counts against no quota.

    Args:
        sight: what the pipeline reads to decide.
        table: the room's table.
        keyring: names the request.
        clock: tells the time.
    """

    def __init__(self, sight: Sight, table: Table, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._sight = sight
        self._table = table
        self._keyring = keyring
        self._clock = clock

    def explain(self, ask: Ask, *, with_body: bool) -> Explanation:
        """What would become of a request.

        Args:
            ask: the request, as a fresh one.
            with_body: False when its body is not known yet.
        """
        now = self._clock()
        handle = exchange_id(self._keyring, ask)
        found = self._table.get_many(self._sight.needs(ask, handle, now))
        situation = self._sight.situation(ask, handle, found, now)
        return judged(situation, with_body=with_body)


def judged(situation: Situation, *, with_body: bool) -> Explanation:
    """The steps of a situation, in the order of the pipeline; the first that fails ends it."""
    steps: list[Step] = []
    for check in (*CHECKS, ADDRESS):
        if any(step.state == "failed" for step in steps):
            steps.append(Step(check.name, "not_reached"))
        else:
            steps.append(_judged(check, situation, with_body=with_body))
    states = {step.state for step in steps}
    verdict: Verdict = "refused" if "failed" in states else "open" if "open" in states else "allowed"
    return Explanation(verdict, tuple(steps))


def _judged(check: Check, situation: Situation, *, with_body: bool) -> Step:
    if not with_body and check.name in NEEDS_BODY and situation.known_service.subject is not None:
        return Step(check.name, "open")
    try:
        check.run(situation)
    except Refusal as refusal:
        return Step(check.name, "failed", refusal)
    return Step(check.name, "ok")
