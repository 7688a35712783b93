"""A negotiation: one version of an agreement, from the first word to its end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..ids import SubsystemId
from ..model import Agreement, AgreementState

_AGREEMENT = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NEGOTIATION = re.compile(r"([A-Za-z0-9._-]{1,64})\.([1-9][0-9]{0,5})")

OPEN = frozenset(
    {
        AgreementState.REQUESTED,
        AgreementState.OFFERED,
        AgreementState.ACCEPTED,
        AgreementState.AGREED,
        AgreementState.VERIFIED,
    }
)
"""States in which the two are still talking."""

STANDING = frozenset({AgreementState.FINALIZED, AgreementState.SUSPENDED})
"""States of an agreement that was concluded and has not ended; FINALIZED alone lets anything pass."""


class Party(StrEnum):
    """Who does something to an agreement.

    The exchange itself acts when a provider's new description breaks what was agreed; the operators order what a law
    orders, and may stop anything.
    """

    CONSUMER = "consumer"
    PROVIDER = "provider"
    OPERATOR = "operator"
    EXCHANGE = "exchange"


class Act(StrEnum):
    """What can be done; the names are the last parts of the routes."""

    OFFER = "offer"
    ACCEPT = "accept"
    AGREE = "agree"
    VERIFY = "verify"
    FINALIZE = "finalize"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"


@dataclass(frozen=True)
class Seal:
    """A signature with what is needed to check it later, whatever became of the key in the directory.

    Attributes:
        jws: compact JWS (RFC 7515) without its payload, `header..signature` (Appendix F): the payload is the canonical
            text of the terms, or for the exchange its countersignature's claims.
        payload: the exchange's claims as signed text; None for a party, which signs the terms themselves.
        jwk: the public key that it holds under.
        at: when it was given (ISO 8601, UTC).
    """

    jws: str
    jwk: Mapping[str, Any]
    at: str
    payload: str | None = None


@dataclass(frozen=True)
class Negotiation:
    """One version of an agreement and how it came about.

    Attributes:
        agreement: the terms on the table; its `state` is where the negotiation stands.
        terms: the canonical text of the terms: what both parties sign.
        offered_by: whose terms these are.
        seals: signatures so far, by party; of an ordered agreement the exchange's only.
        begun_at, changed_at: ISO 8601, UTC.
        suspended_by: who suspended it, while it is suspended.
        ended_because: why it was terminated (Thai, English).
    """

    agreement: Agreement
    terms: str
    offered_by: Party
    begun_at: str
    changed_at: str
    seals: Mapping[Party, Seal] = field(default_factory=dict)
    suspended_by: Party | None = None
    ended_because: tuple[str, str] | None = None

    @property
    def id(self) -> str:
        """The agreement's id and the version that this negotiation is about."""
        return negotiation_id(self.agreement.id, self.agreement.version)

    @property
    def state(self) -> AgreementState:
        """Where it stands."""
        return self.agreement.state

    def party(self, system: SubsystemId) -> Party | None:
        """Which party a system is, or None when it is none."""
        if system == self.agreement.consumer:
            return Party.CONSUMER
        return Party.PROVIDER if system == self.agreement.service.subsystem else None


def negotiation_id(agreement: str, version: int) -> str:
    """The id of the negotiation of one version of an agreement."""
    return f"{agreement}.{version}"


def split_id(identifier: str) -> tuple[str, int] | None:
    """Agreement and version of a negotiation's id, or None when it is no such id."""
    found = _NEGOTIATION.fullmatch(identifier)
    return None if found is None else (found[1], int(found[2]))


def is_agreement_id(text: str) -> bool:
    """True when a text can be the id of an agreement; anything else need not be looked for."""
    return _AGREEMENT.fullmatch(text) is not None
