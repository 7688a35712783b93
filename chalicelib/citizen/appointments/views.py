"""What goes in and out of the appointments' routes."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing
from chalicelib.shared.workdays import BANGKOK

from .model import Appointment, Desk, Office, OfficeEntry, Slot, State, Weekday, Window


class OfficeHours(Incoming):
    """Hours of some days of the week."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1, max_length=7)
    opens: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    closes: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")


class DescribeDesk(Incoming):
    """A service that an office gives by appointment."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")
    name: Text
    about: Text
    minutes: int = Field(ge=5, le=480, description="How long one appointment takes")
    places: int = Field(ge=1, le=200, description="How many people are served at once")
    windows: tuple[OfficeHours, ...] = Field(max_length=14, description="None: no appointments just now")
    lead_hours: int = Field(default=24, ge=0, le=720)
    ahead_days: int = Field(default=30, ge=1, le=90)
    each: int = Field(default=1, ge=1, le=10, description="Appointments that one person may have at once")
    bring: Text | None = None


class DescribeOffice(Incoming):
    """An office as its agency describes it; government holidays are known."""

    name: Text
    address: Text
    category: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    desks: tuple[DescribeDesk, ...] = Field(min_length=1, max_length=30)
    closed: tuple[dt.date, ...] = Field(default=(), max_length=100)

    def office(self) -> Office:
        """As it is kept."""
        return Office.model_validate(self.model_dump())


class OfficeVersion(Outgoing):
    """An office that is registered."""

    id: str
    version: int


class DeskView(Outgoing):
    """A service by appointment."""

    id: str
    name: Text
    about: Text
    minutes: int
    windows: list[Window]
    lead_hours: int
    ahead_days: int
    bring: Text | None

    @classmethod
    def of(cls, desk: Desk) -> DeskView:
        """The view of one."""
        names = ("id", "name", "about", "minutes", "lead_hours", "ahead_days", "bring")
        return cls(windows=list(desk.windows), **{name: getattr(desk, name) for name in names})


class OfficeView(Outgoing):
    """An office."""

    id: str
    agency: str
    name: Text
    address: Text
    category: str
    desks: list[DeskView]

    @classmethod
    def of(cls, entry: OfficeEntry) -> OfficeView:
        """The view of one."""
        office = entry.office
        desks = [DeskView.of(desk) for desk in office.desks]
        return cls(
            id=entry.id,
            agency=entry.agency,
            name=office.name,
            address=office.address,
            category=office.category,
            desks=desks,
        )


class OfficesView(Outgoing):
    """Some offices, by id."""

    items: list[OfficeView]
    next: str | None


class FindOffices(Incoming):
    """Which offices."""

    agency: str | None = Field(default=None, max_length=120)
    category: str | None = Field(default=None, max_length=40, pattern=r"^[a-z][a-z0-9-]*$")
    cursor: str | None = Field(default=None, max_length=2_000, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)


class FindSlots(Incoming):
    """Which times."""

    office: str = Field(max_length=64)
    service: str = Field(max_length=64)
    from_day: dt.date | None = Field(default=None, description="From this day on; absent: from today")


class SlotView(Outgoing):
    """A time at which people are served."""

    start: str = Field(description="ISO 8601, Thai time")
    left: int = Field(description="Places that nobody has")

    @classmethod
    def of(cls, slot: Slot) -> SlotView:
        """The view of one."""
        return cls(start=slot.start.isoformat(), left=slot.left)


class SlotsView(Outgoing):
    """Two weeks of times that may be booked now."""

    items: list[SlotView]


class BookPlace(Incoming):
    """A place at a time."""

    office: str = Field(max_length=64)
    service: str = Field(max_length=64)
    start: dt.datetime = Field(description="One of the free times, with its zone")


class MovePlace(Incoming):
    """Another time for an appointment."""

    start: dt.datetime = Field(description="One of the free times, with its zone")


class AppointmentView(Outgoing):
    """An appointment of mine."""

    id: str
    state: State
    office: str
    office_name: Text
    address: Text
    service: str
    service_name: Text
    bring: Text | None
    start: str = Field(description="ISO 8601, Thai time")
    minutes: int
    reference: str = Field(description="To be said at the counter")
    confirm_until: str | None = Field(description="A held place is given back then")
    version: int

    @classmethod
    def of(cls, made: Appointment, entry: OfficeEntry, desk: Desk) -> AppointmentView:
        """The view of one."""
        office = entry.office
        return cls(
            id=made.id,
            state=made.state,
            office=entry.id,
            office_name=office.name,
            address=office.address,
            service=desk.id,
            service_name=desk.name,
            bring=desk.bring,
            start=made.place.start.astimezone(BANGKOK).isoformat(),
            minutes=desk.minutes,
            reference=made.place.reference,
            confirm_until=made.held_until.isoformat(timespec="seconds") if made.state == "held" else None,
            version=made.version,
        )


class AppointmentsView(Outgoing):
    """My appointments, the last one first."""

    items: list[AppointmentView]


class OfficeLine(Outgoing):
    """One line of an office's list: a time and a reference, and nobody's name."""

    time: str
    reference: str
    service: str
    state: Literal["booked", "attended", "no_show"]


class OfficeDay(Outgoing):
    """An office's list of a day, by time."""

    office: str
    day: str
    items: list[OfficeLine]


class MarkOutcome(Incoming):
    """Whether somebody came."""

    outcome: Literal["attended", "no_show"]
