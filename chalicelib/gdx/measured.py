"""What is measured of an exchange: its outcome, whose fault a failure was, and who took how long."""

from __future__ import annotations

from datetime import datetime

from ..shared.errors import Invalid, Malformed, NotAllowed, NotFound, Refusal, TooMany, Unauthenticated, UpstreamFailed
from ..shared.measures import OTHER, measure
from .records import Times
from .refusals import (
    AccessDenied,
    ConsentNeeded,
    InconsistentResponse,
    LoggingFailed,
    PreviewNeeded,
    ServiceDisabled,
)

ANSWERED, LATE = "answered", "late"

_OUTCOMES: tuple[tuple[type[Refusal], str], ...] = (
    (ConsentNeeded, "consent"),
    (PreviewNeeded, "consent"),
    (AccessDenied, "agreement"),
    (TooMany, "quota"),
    (LoggingFailed, "unrecorded"),
    (InconsistentResponse, "provider-broke"),
    (UpstreamFailed, "provider-failed"),
    (ServiceDisabled, "provider-failed"),
    (NotAllowed, "agreement"),
    (Unauthenticated, "request"),
    (NotFound, "request"),
    (Malformed, "request"),
    (Invalid, "request"),
)
"""The first that fits; a refusal that the provider announced (`ServiceDisabled`) is its outage too."""

_FAILED = frozenset({"provider-failed", "provider-broke", "unrecorded", LATE})
"""Not by the caller's fault."""


def outcome_of(refusal: Refusal) -> str:
    """What became of an exchange that was refused."""
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(refusal, kind)), OTHER)


def exchanged(door: str, outcome: str) -> None:
    """Measures what became of an exchange.

    Args:
        door: one of `measures.DOORS`.
        outcome: one of `measures.OUTCOMES`.
    """
    measure("Exchanges", platform="gdx")
    measure("ExchangesFailed", 1 if outcome in _FAILED else 0, platform="gdx")
    measure("ExchangeOutcomes", platform="gdx", door=door, outcome=outcome)


def took(times: Times, now: datetime) -> None:
    """Measures how long the provider took and what the exchange added, where the provider was asked."""
    if times.asked is None:
        return
    theirs = ((times.answered or now) - times.asked).total_seconds()
    measure("ProviderTime", round(theirs * 1000, 1), platform="gdx")
    measure("OwnTime", round(((now - times.came).total_seconds() - theirs) * 1000, 1), platform="gdx")
