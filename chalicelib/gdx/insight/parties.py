"""Who may look: the parties of an exchange see their own, operators see everything."""

from __future__ import annotations

from ...shared.errors import NotAllowed
from ...shared.identity import Caller
from ..ids import ServiceId, SubsystemId


def caller_system(caller: Caller) -> SubsystemId | None:
    """The calling system, or None for an operator."""
    return SubsystemId.parse(caller.id) if caller.kind == "system" else None


def require_party(caller: Caller, client: SubsystemId, service: ServiceId) -> None:
    """Lets pass the consumer, the provider and operators.

    Raises:
        NotAllowed: the caller is none of them.
    """
    system = caller_system(caller)
    if system not in (None, client, service.subsystem):
        raise not_a_party()


def not_a_party() -> NotAllowed:
    """The one wording for somebody else's exchanges."""
    return NotAllowed(
        "ดูได้เฉพาะการแลกเปลี่ยนที่ระบบของท่านเป็นคู่สัญญา", "Only the parties of an exchange and operators may look."
    )
