"""What callers send to the cash desk."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.web import Incoming

from .model import Kind, Way
from .resolving import ID_PATTERN


class ProviderBody(Incoming):
    """The secret that a payment provider signs with."""

    secret: Annotated[str, Field(min_length=32, max_length=200)]


class EntriesQuery(Incoming):
    """Which entries, and which page of them."""

    kind: Kind | None = Field(default=None, description="One queue; absent: all of the agency's")
    state: Literal["open", "closed"] = "open"
    agency: Annotated[str, Field(max_length=120)] | None = Field(
        default=None, description="For the operator; absent: money of which no case is known"
    )
    cursor: Annotated[str, Field(max_length=2000)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class DecisionBody(Incoming):
    """One officer's step on an entry. To confirm, say in full what was proposed."""

    step: Literal["propose", "confirm", "decline"]
    way: Way | None = Field(default=None, description="To propose or confirm")
    case: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        default=None, description="The application to be paid, with `apply`"
    )
    others: Annotated[tuple[Annotated[str, Field(pattern=ID_PATTERN)], ...], Field(max_length=4)] = Field(
        default=(), description="Further entries that pay it together with this one"
    )
    reason: Annotated[str, Field(min_length=3, max_length=1000)]


class DayQuery(Incoming):
    """Which run."""

    run: Annotated[int, Field(ge=1, le=999999)] | None = Field(default=None, description="Absent: the last one")


class ReceiptQuery(Incoming):
    """How the receipt is wanted."""

    format: Literal["json", "html"] | None = Field(default=None, description="Absent: as the Accept header says")
