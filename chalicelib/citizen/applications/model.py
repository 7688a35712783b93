"""An application as the portal keeps it: how it stands, and what it is for."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from chalicelib.shared.thai import Text

from ..model import Noun

Turn = Literal["applicant", "agency", "nobody"]
"""Whose move it is; nobody's: it has ended."""


class Application(Noun):
    """How an application stands.

    Attributes:
        id: the engine's id of it.
        case_version: of the case that was last told of; 0 before the engine told anything.
        entitlement: id of the right that it asks for; None where it was opened elsewhere.
        subject: pseudonym of the child that the right is about, if it is about one.
        name, agency_name, state: in words.
        since: when the portal first knew of it (ISO 8601, UTC).
        card: version of its card on the home page; 0 where it has none.
        version: of this row.
    """

    id: str
    case_version: int = 0
    service: str
    entitlement: str | None = None
    subject: str | None = None
    name: Text
    agency: str
    agency_name: Text
    state: Text
    turn: Turn
    due: dt.date | None = None
    filed: bool = False
    since: str
    at: str
    card: int = 0
    version: int = 1

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.turn == "nobody"
