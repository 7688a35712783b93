"""How consents are shown, and which news counts: decided from values alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.shared.dataclass import dataclass

from .model import Consent, Deed, News, Notch, Standing, State

SHOWN_ENDED = 100
"""Ended consents of the list, newest first; the export has all."""

_STANDING: dict[State, Standing] = {
    "REQUESTED": "asked",
    "GIVEN": "given",
    "REFUSED": "ended",
    "WITHDRAWN": "ended",
    "EXPIRED": "ended",
    "USED": "ended",
}
DONE: dict[Deed, str] = {"give": "consent.given", "refuse": "consent.refused", "withdraw": "consent.withdrawn"}
"""What stands in the person's activity log for each deed."""


@dataclass(frozen=True)
class Sorted:
    """A person's consents by where they stand, each list newest first, and how many ended ones are not shown."""

    asked: tuple[Consent, ...]
    given: tuple[Consent, ...]
    ended: tuple[Consent, ...]
    more_ended: int


def standing(state: State) -> Standing:
    """Where a consent stands for a person: waiting for them, in force, or over."""
    return _STANDING[state]


def sorted_by_standing(consents: Iterable[Consent]) -> Sorted:
    """The three lists of a person's page."""
    found: dict[Standing, list[Consent]] = {"asked": [], "given": [], "ended": []}
    for each in consents:
        found[standing(each.state)].append(each)
    found["asked"].sort(key=lambda each: each.asked_at, reverse=True)
    found["given"].sort(key=lambda each: each.decided_at or "", reverse=True)
    found["ended"].sort(key=ended_at, reverse=True)
    ended = found["ended"]
    shown = tuple(ended[:SHOWN_ENDED])
    return Sorted(tuple(found["asked"]), tuple(found["given"]), shown, len(ended) - len(shown))


def ended_at(consent: Consent) -> str:
    """When it ended, as far as it is known: closed, refused, used up, or run out."""
    return consent.closed_at or (consent.decided_at if consent.state == "REFUSED" else None) or consent.ends


def heard(there: Notch | None, news: News, now: datetime) -> Notch | None:
    """What the portal knows after this news, or None where it knew as much already.

    News of a question whose time is over asks nobody for anything.
    """
    if there is not None and there.seq >= news.seq:
        return None
    return Notch(
        id=news.id,
        seq=news.seq,
        waits=news.state == "REQUESTED" and now < news.until,
        until=news.until.isoformat(timespec="milliseconds"),
        version=1 if there is None else there.version + 1,
    )
