"""How invitations and the exchange's own keys lie in the table.

| pk | sk | what |
|---|---|---|
| `INVITATION#{id}` | `1` | invitation with the hash of its code (`by_agency`: `INVITATIONS` / id) |
| `SIGNING` | `KEYS` | the exchange's own public keys, present and past |
| `DOCTOR#{subsystem}` | hour | how often the doctor was called |
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...shared.storage import Json, Key
from ..ids import MemberId, SubsystemId
from .model import Invitation, InvitationState

INVITATIONS = "INVITATIONS"


def invitation_key(identifier: str) -> Key:
    """Where an invitation lies."""
    return Key(f"INVITATION#{identifier}", "1")


def listed(identifier: str) -> Mapping[str, Key]:
    """Its place in the operators' list."""
    return {"by_agency": Key(INVITATIONS, identifier)}


def doctor_key(subsystem: SubsystemId, now: datetime) -> Key:
    """The counter of the doctor's visits in this hour."""
    return Key(f"DOCTOR#{subsystem}", now.strftime("%Y-%m-%dT%H"))


def invitation_json(invitation: Invitation, code: str, contact: str) -> Json:
    """An invitation as stored.

    Args:
        code: hash of its code.
        contact: its contact, sealed.
    """
    return {
        "id": invitation.id,
        "member": str(invitation.member),
        "domains": list(invitation.domains),
        "contact": contact,
        "expires_at": invitation.expires_at.isoformat(timespec="seconds"),
        "state": invitation.state.value,
        "recovers": None if invitation.recovers is None else str(invitation.recovers),
        "redeemed": None if invitation.redeemed is None else str(invitation.redeemed),
        "code": code,
    }


def invitation_from(data: Mapping[str, Any], contact: str) -> Invitation:
    """An invitation as read; `contact` is unsealed."""
    return Invitation(
        id=data["id"],
        member=MemberId.parse(data["member"]),
        domains=tuple(data["domains"]),
        contact=contact,
        expires_at=datetime.fromisoformat(data["expires_at"]),
        state=InvitationState(data["state"]),
        recovers=None if data["recovers"] is None else SubsystemId.parse(data["recovers"]),
        redeemed=None if data["redeemed"] is None else SubsystemId.parse(data["redeemed"]),
    )
