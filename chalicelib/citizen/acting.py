"""The room's gate for those who act for somebody else: a token is not enough, its mandate must hold now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.gdx_request import Admits
from chalicelib.shared.identity import Allow, Caller

from .hall import person_of
from .model import Person


class Mandates(Protocol):
    """What says whether somebody may still act."""

    def holds(self, mandate_id: str, person: Person, actor: str, scope: str) -> bool:
        """Whether this mandate lets this actor do things of this scope for this person now."""
        ...


class ActingGate:
    """Asks at each call of somebody who acts, so that what was revoked a moment ago opens nothing.

    Args:
        gate: decides who calls, and whether the route lets those who act in at all.
        mandates: finds who says whether the mandate still holds, once somebody acts.
    """

    def __init__(self, gate: Admits, mandates: Callable[[], Mandates]) -> None:
        self._gate = gate
        self._mandates = mandates

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, or a refusal.

        Raises:
            NotAllowed: the mandate has ended, or does not reach so far. Else as `Gate.admit`.
        """
        caller = self._gate.admit(authorization, allow)
        if caller.actor is None:
            return caller
        asked = [rule.acting for rule in allow if rule.kind == "citizen" and rule.acting in caller.scopes]
        for scope in asked or sorted(caller.scopes):  # a public route asks for no scope, yet learns who calls
            if scope and self._mandates().holds(caller.mandate or "", person_of(caller), caller.actor, scope):
                return caller
        raise NotAllowed(
            "การมอบหมายให้ทำแทนสิ้นสุดแล้ว หรือไม่รวมถึงรายการนี้",
            "What let you act for this person has ended, or does not include this.",
        )
