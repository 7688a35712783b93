"""What anyone would expect of the agreements between two systems: states as words, and a table of who may do what.

It knows nothing of items, versions or signatures; `life.py` holds the exchange against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.shared.errors import Refusal, WrongState

PARTIES = ("consumer", "provider", "operator")
MAY = {
    ("REQUESTED", "provider"): {"offer": "OFFERED", "agree": "AGREED"},
    ("OFFERED", "consumer"): {"offer": "REQUESTED", "accept": "ACCEPTED"},
    ("ACCEPTED", "provider"): {"agree": "AGREED"},
    ("AGREED", "consumer"): {"verify": "VERIFIED"},
    ("VERIFIED", "provider"): {"finalize": "FINALIZED"},
}
TALKING = ("REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED")
FITS_FIRST = ("accept", "agree", "verify", "finalize", "resume")


@dataclass
class Known:
    """What the model knows of one negotiation."""

    id: str
    agreement: str
    state: str
    order: str
    names: str
    quota: int
    revision: int = 1
    suspended_by: str | None = None


@dataclass
class Expected:
    """All negotiations so far, and whether the service is described with both names or the first only."""

    known: list[Known] = field(default_factory=list)
    described: str = "both"

    def standing(self) -> Known | None:
        return next((each for each in self.known if each.state in ("FINALIZED", "SUSPENDED")), None)

    def next_state(self, known: Known, act: str, party: str) -> str | None:
        if known.state in TALKING:
            return "TERMINATED" if act == "terminate" else MAY.get((known.state, party), {}).get(act)
        free = party == "operator" or known.order == "agreed"
        if known.state == "FINALIZED" and free:
            return {"suspend": "SUSPENDED", "terminate": "TERMINATED"}.get(act)
        if known.state == "SUSPENDED":
            lifts = ("provider", "operator") if known.suspended_by == "exchange" else (known.suspended_by,)
            if act == "resume" and party in lifts:
                return "FINALIZED"
            return "TERMINATED" if act == "terminate" and free else None
        return None

    def misfit(self, names: str, refusal: type[Refusal]) -> type[Refusal] | None:
        return refusal if names != "first" and self.described == "first" else None

    def verdict(self, known: Known, act: str, party: str) -> type[Refusal] | None:
        """The refusal that a step must meet, or None."""
        if self.next_state(known, act, party) is None:
            return WrongState
        if act in FITS_FIRST and self.misfit(known.names, WrongState):
            return WrongState
        standing = self.standing()
        rival = act == "finalize" and standing is not None and standing.agreement != known.agreement
        return WrongState if rival else None

    def happened(self, known: Known, act: str, party: str) -> None:
        state = self.next_state(known, act, party)
        assert state is not None
        if act == "finalize":
            self.supersede()
        if act == "offer":
            known.names, known.quota = "first", known.quota + 1
        known.state, known.suspended_by = state, party if state == "SUSPENDED" else None
        known.revision += 1

    def supersede(self) -> None:
        standing = self.standing()
        if standing is not None:
            standing.state, standing.suspended_by = "TERMINATED", None
            standing.revision += 1
