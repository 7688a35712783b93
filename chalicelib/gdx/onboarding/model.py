"""Invitations, and what the doctor finds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from ..ids import MemberId, SubsystemId


class InvitationState(StrEnum):
    """Where an invitation stands; an open one past its time is expired."""

    OPEN = "OPEN"
    REDEEMED = "REDEEMED"
    REVOKED = "REVOKED"


@dataclass(frozen=True)
class Invitation:
    """An operator's permission for a member to register a system by itself, once.

    Attributes:
        member: who may come.
        domains: approved for its endpoints; used where the member is new.
        contact: address of the member's office, not of a person where it can be helped; stored sealed.
        expires_at: when the code stops to open anything.
        recovers: a system whose keys are lost or in wrong hands: redeeming gives it new ones in place of all others.
        redeemed: the system that came of it.
    """

    id: str
    member: MemberId
    domains: tuple[str, ...]
    contact: str
    expires_at: datetime
    state: InvitationState = InvitationState.OPEN
    recovers: SubsystemId | None = None
    redeemed: SubsystemId | None = None


Verdict = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What the doctor found in one respect.

    Attributes:
        id: stable name of the check; a service's checks end in its code, e.g. `signature:person`.
        th, en: what is so.
        mend_th, mend_en: what to do about it; "" where nothing is to be done.
    """

    id: str
    verdict: Verdict
    th: str
    en: str
    mend_th: str = ""
    mend_en: str = ""
