"""Addresses of appointments: for people, for agencies' systems and for their officers."""

from __future__ import annotations

import datetime as dt
import re

from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.identity import PUBLIC, SYSTEM, citizen, officer
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from .store import Line
from .views import (
    AppointmentsView,
    AppointmentView,
    BookPlace,
    DescribeOffice,
    FindOffices,
    FindSlots,
    MarkOutcome,
    MovePlace,
    OfficeDay,
    OfficeLine,
    OfficesView,
    OfficeVersion,
    OfficeView,
    SlotsView,
    SlotView,
)

BASE = "/citizen/v1/appointments"
MINE = "/citizen/v1/me/appointments"
FOR_ME = [citizen(acting="appointments")]


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _for_everybody(room, citizen)
    _for_people(room, citizen)
    _for_offices(room, citizen)


def _for_everybody(room: Room, citizen: Citizen) -> None:
    offices = citizen.appointments.offices
    cursors = citizen.hall.parts.cursors

    @room.get(
        f"{BASE}/offices",
        allow=[PUBLIC],
        query=FindOffices,
        answer=OfficesView,
        summary="Offices that give appointments, with their services and hours",
    )
    def listed(call: Call) -> OfficesView:
        asked: FindOffices = call.query
        scope = ("offices", asked.agency, asked.category)
        after = cursors.read(asked.cursor, scope) or ""
        found = [
            entry
            for entry in offices.all()
            if asked.agency in (None, entry.agency)
            and asked.category in (None, entry.office.category)
            and entry.id > after
        ]
        page = found[: asked.limit]
        more = cursors.make(page[-1].id, scope) if len(found) > asked.limit else None
        return OfficesView(items=[OfficeView.of(entry) for entry in page], next=more)

    @room.get(
        f"{BASE}/slots",
        allow=[PUBLIC],
        query=FindSlots,
        answer=SlotsView,
        summary="Two weeks of times of a service that may be booked now, and the places that are left",
    )
    def slots(call: Call) -> SlotsView:
        found = offices.slots(call.query.office, call.query.service, call.query.from_day)
        return SlotsView(items=[SlotView.of(slot) for slot in found])


def _for_people(room: Room, citizen: Citizen) -> None:
    booking = citizen.appointments.booking

    @room.get(MINE, allow=FOR_ME, answer=AppointmentsView, summary="My appointments, the last one first")
    def mine(call: Call) -> AppointmentsView:
        return AppointmentsView(items=booking.mine(person_of(call.caller)))

    @room.post(
        MINE,
        allow=FOR_ME,
        body=BookPlace,
        answer=AppointmentView,
        status=201,
        summary="Hold a place for ten minutes; confirm it to book it",
    )
    def hold(call: Call) -> Reply:
        given: BookPlace = call.body
        return _shown(booking.hold(call.caller, given.office, given.service, given.start, call.once))

    @room.get(f"{MINE}/{{id}}", allow=FOR_ME, answer=AppointmentView, summary="One of my appointments")
    def one(call: Call) -> Reply:
        return _shown(booking.one(person_of(call.caller), call.params["id"]))

    @room.post(
        f"{MINE}/{{id}}/confirm",
        allow=FOR_ME,
        if_match=True,
        answer=AppointmentView,
        summary="Book the place that is held for me",
    )
    def confirm(call: Call) -> Reply:
        return _shown(booking.confirm(call.caller, call.params["id"], call.if_match or 0, call.once))

    @room.post(
        f"{MINE}/{{id}}/move",
        allow=FOR_ME,
        if_match=True,
        body=MovePlace,
        answer=AppointmentView,
        summary="Move my appointment to another free time; the old place is given back in the same step",
    )
    def move(call: Call) -> Reply:
        return _shown(booking.move(call.caller, call.params["id"], call.if_match or 0, call.body.start, call.once))

    @room.post(
        f"{MINE}/{{id}}/cancel",
        allow=FOR_ME,
        if_match=True,
        answer=AppointmentView,
        summary="Cancel my appointment and give the place back",
    )
    def cancel(call: Call) -> Reply:
        return _shown(booking.cancel(call.caller, call.params["id"], call.if_match or 0, call.once))


def _for_offices(room: Room, citizen: Citizen) -> None:
    offices, counter = citizen.appointments.offices, citizen.appointments.counter

    @room.put(
        f"{BASE}/offices/{{id}}",
        allow=[SYSTEM],
        body=DescribeOffice,
        answer=OfficeVersion,
        summary="Register an office of one's agency with its services, hours and places, or describe it anew",
    )
    def describe(call: Call) -> Reply:
        entry = offices.describe(_slug(call), call.body.office(), call.caller, call.once)
        return Reply(OfficeVersion(id=entry.id, version=entry.version), version=entry.version)

    @room.get(
        f"{BASE}/offices/{{id}}/days/{{day}}",
        allow=[SYSTEM, officer()],
        answer=OfficeDay,
        summary="Who is expected at one's office on a day: times and references, no names",
    )
    def day(call: Call) -> OfficeDay:
        when = _day(call)
        lines = counter.day(call.caller, call.params["id"], when)
        return OfficeDay(office=call.params["id"], day=when.isoformat(), items=[_line(line) for line in lines])

    @room.post(
        f"{BASE}/offices/{{id}}/days/{{day}}/{{reference}}/outcome",
        allow=[SYSTEM, officer()],
        body=MarkOutcome,
        answer=OfficeLine,
        summary="Say whether somebody came to their appointment",
    )
    def mark(call: Call) -> OfficeLine:
        given = call.params
        outcome = call.body.outcome
        return _line(counter.mark(call.caller, given["id"], _day(call), given["reference"], outcome, call.once))


def _shown(view: AppointmentView) -> Reply:
    return Reply(view, version=view.version)


def _line(line: Line) -> OfficeLine:
    return OfficeLine.model_validate(
        {"time": line.time, "reference": line.reference, "service": line.desk, "state": line.state}
    )


def _day(call: Call) -> dt.date:
    try:
        return dt.date.fromisoformat(call.params["day"])
    except ValueError:
        raise Invalid(
            "วันที่ไม่ถูกต้อง", "This is no day.", [Fault("path:day", "เช่น 2026-12-01", "E.g. 2026-12-01")]
        ) from None


def _slug(call: Call) -> str:
    found = call.params["id"]
    if re.fullmatch(r"[a-z][a-z0-9-]{2,62}", found) is None:
        raise Invalid(
            "รหัสสำนักงานไม่ถูกต้อง",
            "This can be no id of an office.",
            [Fault("path:id", "อักษร a-z ตัวเลข และ - ยาว 3 ถึง 63 ตัว", "Letters a-z, digits and -, 3 to 63 of them.")],
        )
    return found
