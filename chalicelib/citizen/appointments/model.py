"""Offices with their hours, and a person's appointment."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.sourced import Slug
from chalicelib.shared.thai import Text

from ..model import Noun, Person

ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Thai time, e.g. 08:30")]
Weekday = Annotated[int, Field(ge=1, le=7, description="1 Monday ... 7 Sunday (ISO 8601)")]


class Window(Noun):
    """Hours of some days of the week. Days on which the government is closed are left out in any case."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1, max_length=7)
    opens: ClockTime
    closes: ClockTime


class Desk(Noun):
    """A service that an office gives by appointment."""

    id: Slug
    name: Text
    about: Text
    minutes: int = Field(ge=5, le=480, description="How long one appointment takes")
    places: int = Field(ge=1, le=200, description="How many people are served at once")
    windows: tuple[Window, ...] = Field(max_length=14, description="None: it gives no appointments just now")
    lead_hours: int = Field(default=24, ge=0, le=720, description="Booked at least so long before")
    ahead_days: int = Field(default=30, ge=1, le=90, description="Booked at most so long before")
    each: int = Field(default=1, ge=1, le=10, description="Appointments that one person may have at once")
    bring: Text | None = Field(default=None, description="What to bring")


class Office(Noun):
    """An office as its agency describes it."""

    name: Text
    address: Text
    category: Slug
    desks: tuple[Desk, ...] = Field(min_length=1, max_length=30)
    closed: tuple[dt.date, ...] = Field(default=(), max_length=100, description="Days on which it alone is closed")


@dataclass(frozen=True)
class OfficeEntry:
    """An office in the register."""

    id: str
    system: str
    office: Office
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def agency(self) -> str:
        """The member whose office it is."""
        return self.system.rsplit("/", 1)[0]

    def desk(self, id: str) -> Desk | None:
        """A service of it."""
        return next((desk for desk in self.office.desks if desk.id == id), None)


@dataclass(frozen=True)
class Slot:
    """A time at which people are served.

    Attributes:
        start: Thai time.
        left: places that nobody has.
    """

    start: dt.datetime
    left: int


State = Literal["held", "booked", "cancelled", "lapsed", "over", "attended", "no_show"]
"""`held`: kept for a few minutes until it is confirmed; `lapsed`: it was not. `over`: its time has passed."""

RUNNING: frozenset[State] = frozenset({"held", "booked"})


@dataclass(frozen=True)
class Place:
    """Where and when; sealed where it is kept, for it may tell of somebody's health or money.

    Attributes:
        reference: what the person says at the counter; it names nobody.
    """

    office: str
    desk: str
    start: dt.datetime
    reference: str


@dataclass(frozen=True)
class Appointment:
    """A person's appointment.

    Attributes:
        due: when something happens to it by the clock: the hold lapses, a reminder goes out, its time has passed.
        reminded: whether the reminder went out.
        card: version of its card on the home page, 0 for none.
    """

    id: str
    person: Person
    state: State
    place: Place = field(repr=False)
    held_until: dt.datetime
    due: dt.datetime | None
    reminded: bool = False
    card: int = 0
    chain: tuple[int, str] = (0, "")
    version: int = 1
