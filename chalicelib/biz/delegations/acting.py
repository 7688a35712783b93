"""Opening an application in somebody's place. Pure."""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.identity import Caller
from chalicelib.shared.thai import NationalId

from ..model import Hand
from . import rules
from .model import Delegation


@dataclass(frozen=True)
class Place:
    """Who opens an application, and for whom.

    Attributes:
        caller: who is there.
        delegation: the power of attorney that they name, or None where they apply themselves.
    """

    caller: Caller
    delegation: Delegation | None = None

    @property
    def applicant(self) -> Caller:
        """The person who applies: the caller, or whoever gave the power.

        Both logins count: what a service asks of the applicant's, the agent's must be too.
        """
        given = self.delegation
        if given is None:
            return self.caller
        weaker = min(self.caller.ial, given.ial, key=_level)
        pid = NationalId(given.grantor_pid)
        return Caller("citizen", id=given.grantor, name=given.grantor_name, pid=pid, ial=weaker)

    def hand(self, service: str, juristic_id: str | None, today: dt.date) -> Hand | None:
        """The agent's hand for an application to that service, None where somebody applies themselves.

        Raises:
            Invalid, NotAllowed: see `rules.may_open`.
        """
        if self.delegation is None:
            return None
        power = rules.may_open(self.delegation, self.caller.id, service, juristic_id, today)
        return Hand(power=power, name=self.caller.name)


def _level(ial: str) -> tuple[int, ...]:
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)
