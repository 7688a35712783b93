"""Who comes to negotiate."""

from __future__ import annotations

from ...shared.dataclass import dataclass
from ...shared.identity import Caller
from ..ids import SubsystemId
from .ledger import unknown
from .model import Negotiation, Party


@dataclass(frozen=True)
class Actor:
    """Who does something: a system, or an operator of the exchange (`system` is None)."""

    label: str
    system: SubsystemId | None

    @classmethod
    def of(cls, caller: Caller) -> Actor:
        """The actor that a caller is."""
        return cls(caller.label, SubsystemId.parse(caller.id) if caller.kind == "system" else None)

    def party(self, negotiation: Negotiation) -> Party:
        """Its part in a negotiation.

        Raises:
            NotFound: none; for strangers there is no such negotiation.
        """
        party = Party.OPERATOR if self.system is None else negotiation.party(self.system)
        if party is None:
            raise unknown()
        return party
