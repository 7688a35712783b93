"""Appointments over their routes: places are never given twice, and what is given back is free again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.citizen.cards import Card
from chalicelib.shared.storage import Table
from tests.citizen.miniapps.town import Town
from tests.citizen.portal import MALEE, SOMCHAI
from tests.support.client import Answer

OFFICE = "laemngop-hall"
DAY = "2026-12-01"
NINE, TEN = f"{DAY}T09:00:00+07:00", f"{DAY}T10:00:00+07:00"
MINE = "/citizen/v1/me/appointments"
BASE = "/citizen/v1/appointments"


def described(**changes: Any) -> dict[str, Any]:
    """A town hall that gives vaccines and house registration by appointment."""
    vaccine = {
        "id": "vaccine",
        "name": {"th": "วัคซีนเด็ก", "en": "Child vaccines"},
        "about": {"th": "ฉีดวัคซีนตามวัย", "en": "Vaccines by age"},
        "minutes": 30,
        "places": 2,
        "windows": [{"weekdays": [1, 2, 3, 4, 5], "opens": "08:30", "closes": "12:00"}],
        "bring": {"th": "สมุดวัคซีน {เล่มสีชมพู}", "en": "the vaccine book {the pink one}"},
        **changes,
    }
    return {
        "name": {"th": "เทศบาลตำบลแหลมงอบ", "en": "Laem Ngop town hall"},
        "address": {"th": "แหลมงอบ ตราด", "en": "Laem Ngop, Trat"},
        "category": "health",
        "desks": [vaccine, {**vaccine, "id": "moving", "places": 1, "each": 3}],
    }


class Hall(Town):
    """The town with an office, and the steps that people take there."""

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table)
        assert self.register().status == 200

    def register(self, token: str | None = None, id: str = OFFICE, **changes: Any) -> Answer:
        return self.client.put(f"{BASE}/offices/{id}", json=described(**changes), token=token or self.system)

    def slots(self, service: str = "vaccine", query: str = "") -> dict[str, int]:
        answer = self.client.get(f"{BASE}/slots?office={OFFICE}&service={service}{query}")
        assert answer.status == 200, answer.text
        return {each["start"]: each["left"] for each in answer.json["items"]}

    def hold(self, start: str = NINE, service: str = "vaccine", token: str | None = None, **more: Any) -> Answer:
        body = {"office": OFFICE, "service": service, "start": start}
        return self.client.post(MINE, json=body, token=token or self.portal.somchai, **more)

    def step(
        self, what: str, made: Any, body: Any = None, token: str | None = None, version: int | None = None
    ) -> Answer:
        headers = {"If-Match": f'"v{version or made["version"]}"'}
        path = f"{MINE}/{made['id']}/{what}"
        return self.client.post(path, json=body, token=token or self.portal.somchai, headers=headers)

    def booked(self, start: str = NINE, service: str = "vaccine", token: str | None = None) -> Any:
        held = self.hold(start, service, token)
        assert held.status == 201, held.text
        answer = self.step("confirm", held.json, token=token)
        assert answer.status == 200, answer.text
        return answer.json

    def cards(self, pid: str = SOMCHAI) -> list[Card]:
        return list(self.portal.citizen.hall.cards.page(self.portal.citizen.hall.person(pid))[1])

    def day(self, token: str | None = None, day: str = DAY) -> Answer:
        return self.client.get(f"{BASE}/offices/{OFFICE}/days/{day}", token=token or self.system)

    def mark(self, reference: str, outcome: str, token: str | None = None) -> Answer:
        path = f"{BASE}/offices/{OFFICE}/days/{DAY}/{reference}/outcome"
        return self.client.post(path, json={"outcome": outcome}, token=token or self.system)

    def later(self, **by: float) -> None:
        super().later(**by)
        self.portal.citizen.appointments.clockwork.sweep(self.portal.now)


@pytest.fixture
def hall() -> Hall:
    return Hall()


# ---- offices


def test_offices_and_their_free_times_are_public(hall: Hall) -> None:
    (office,) = hall.client.get(f"{BASE}/offices?category=health&agency=TH/LOCAL/LAEMNGOP").json["items"]
    assert (office["id"], [desk["id"] for desk in office["desks"]]) == (OFFICE, ["vaccine", "moving"])
    assert hall.client.get(f"{BASE}/offices?category=travel").json["items"] == []
    slots = hall.slots()
    assert slots[NINE] == 2 and min(slots) == "2026-11-26T10:30:00+07:00", "a day ahead at least"
    assert not [start for start in slots if start[:10] in ("2026-11-28", "2026-11-29", "2026-12-05", "2026-12-07")]
    assert min(hall.slots(query="&from_day=2026-12-05")) == "2026-12-08T08:30:00+07:00"
    assert hall.slots(query="&from_day=9999-12-31") == {}
    assert hall.client.get(f"{BASE}/slots?office=none&service=vaccine").status == 404


def test_offices_come_in_pages(hall: Hall) -> None:
    for number in range(4):
        hall.register(id=f"office-{number}")
    seen, cursor = list[str](), ""
    while True:
        page = hall.client.get(f"{BASE}/offices?limit=2{cursor}").json
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == sorted(seen) and len(set(seen)) == 5


def test_an_office_belongs_to_its_system_and_keeps_its_services(hall: Hall) -> None:
    assert hall.register(token=hall.stranger).status == 409
    assert hall.register().json["version"] == 1, "the same again changes nothing"
    body = described()
    body["desks"] = body["desks"][:1]
    assert hall.client.put(f"{BASE}/offices/{OFFICE}", json=body, token=hall.system).status == 409
    assert hall.register(windows=[]).status == 200
    assert hall.slots() == {}


def test_services_by_appointment_stand_in_the_list_of_everything(hall: Hall) -> None:
    found = hall.client.get("/citizen/v1/services?kind=appointment").json["items"]
    assert {each["id"] for each in found} == {f"appointment:{OFFICE}/vaccine", f"appointment:{OFFICE}/moving"}


# ---- holding, confirming, cancelling, moving


def test_a_place_is_held_confirmed_and_told(hall: Hall) -> None:
    held = hall.hold()
    assert (held.status, held.json["state"]) == (201, "held") and held.json["confirm_until"] is not None
    assert hall.slots()[NINE] == 1 and hall.cards() == []
    booked = hall.step("confirm", held.json).json
    assert (booked["state"], booked["confirm_until"], booked["start"]) == ("booked", None, NINE)
    (card,) = hall.cards()
    assert card.due is not None and card.due.isoformat() == DAY and "วัคซีนเด็ก" in card.title.th
    (message,) = hall.messages()
    assert booked["reference"] in message["body"]["th"] and "{เล่มสีชมพู}" in message["body"]["th"]
    assert "09:00" in message["body"]["en"] and "1 December 2026" in message["body"]["en"]
    assert [each["id"] for each in hall.client.get(MINE, token=hall.portal.somchai).json["items"]] == [booked["id"]]


def test_no_place_is_given_twice(hall: Hall) -> None:
    people = [hall.portal.issuers.person(pid) for pid in PEOPLE]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda token: hall.hold(token=token), people))
    assert sorted(answer.status for answer in answers) == [201, 201, *[429] * (len(people) - 2)]
    assert hall.slots()[NINE] == 0
    full = next(answer for answer in answers if answer.status == 429)
    assert "No place is left" in full.json["errors"][0]["message_en"]


def test_nobody_hoards(hall: Hall) -> None:
    hall.booked()
    refused = hall.hold(TEN)
    assert refused.status == 429 and "already" in refused.json["errors"][0]["message_en"]
    assert hall.slots()[TEN] == 2, "what was refused took no place"
    assert hall.hold(TEN, "moving").status == 201, "another service is another matter"


def test_a_repeated_request_holds_one_place(hall: Hall) -> None:
    first = hall.hold(headers={"Idempotency-Key": "k"})
    again = hall.hold(headers={"Idempotency-Key": "k"})
    assert again.json == first.json and again.headers["idempotent-replayed"] == "true"
    assert hall.slots()[NINE] == 1


def test_a_hold_that_nobody_confirms_is_given_back(hall: Hall) -> None:
    held = hall.hold().json
    hall.later(minutes=9)
    assert hall.slots()[NINE] == 1
    hall.portal.now += timedelta(minutes=2)
    assert hall.step("confirm", held).status == 409, "too late, even before the sweep came by"
    hall.later(minutes=1)
    assert hall.slots()[NINE] == 2
    shown = hall.client.get(f"{MINE}/{held['id']}", token=hall.portal.somchai).json
    assert shown["state"] == "lapsed"
    assert hall.hold().status == 201, "nor does it count among what one has at once"


def test_a_cancelled_place_is_free_again(hall: Hall) -> None:
    booked = hall.booked()
    cancelled = hall.step("cancel", booked).json
    assert cancelled["state"] == "cancelled" and hall.slots()[NINE] == 2 and hall.cards() == []
    assert hall.day().json["items"] == []
    assert hall.step("cancel", cancelled).status == 409
    assert hall.hold().status == 201
    assert hall.messages()[0]["title"]["en"] == "Your appointment was cancelled"


def test_moving_takes_the_new_and_gives_back_the_old_or_neither(hall: Hall) -> None:
    booked = hall.booked()
    for person in (hall.portal.malee, hall.portal.issuers.person(PEOPLE[0])):
        hall.booked(TEN, token=person)
    full = hall.step("move", booked, {"start": TEN})
    assert full.status == 429 and hall.slots()[NINE] == 1 and hall.slots()[TEN] == 0
    other = f"{DAY}T11:00:00+07:00"
    moved = hall.step("move", booked, {"start": other}).json
    assert (moved["start"], moved["reference"]) == (other, booked["reference"])
    assert (hall.slots()[NINE], hall.slots()[other]) == (2, 1)
    assert [line["time"] for line in hall.day().json["items"]] == ["10:00", "10:00", "11:00"]
    (card,) = hall.cards()
    assert "11:00" in card.title.en
    assert hall.step("move", moved, {"start": other}).json == moved, "to where it is changes nothing"
    assert hall.step("cancel", booked).status == 412, "as it was before"


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-25T11:00:00+07:00",
        "2026-11-28T09:00:00+07:00",
        "2026-12-07T09:00:00+07:00",
        "2026-12-01T09:01:00+07:00",
        "2026-12-01T12:00:00+07:00",
        "2027-03-01T09:00:00+07:00",
        "2026-12-01T09:00:00",
        "9999-12-31T23:59:59+00:00",
    ],
)
def test_nobody_is_booked_for_a_time_that_is_not_offered(hall: Hall, start: str) -> None:
    answer = hall.hold(start)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/start")


def test_the_same_moment_in_another_zone_is_the_same_time(hall: Hall) -> None:
    assert hall.hold("2026-12-01T02:00:00Z").json["start"] == NINE


def test_another_persons_appointment_does_not_exist(hall: Hall) -> None:
    booked = hall.booked()
    for token in (hall.portal.malee, hall.portal.issuers.person(PEOPLE[0])):
        assert hall.client.get(f"{MINE}/{booked['id']}", token=token).status == 404
        assert hall.step("cancel", booked, token=token).status == 404
    assert hall.step("cancel", {"id": "0" * 32, "version": 1}).status == 404


def test_who_acts_for_a_person_needs_the_scope_and_leaves_a_line(hall: Hall) -> None:
    acting = hall.portal.issuers.acting(SOMCHAI, actor="citizen:x", scopes="appointments")
    hall.booked(token=acting)
    assert hall.hold(TEN, token=hall.portal.issuers.acting(SOMCHAI, actor="citizen:x", scopes="inbox")).status == 403
    person = hall.portal.keyring.pseudonym(SOMCHAI)
    lines = [item.data for item in hall.portal.table.query(f"LOG#{person}").items]
    assert [line["what"] for line in lines] == ["appointment.held", "appointment.booked"]
    assert lines[0]["by"]["actor"] == "citizen:x"


# ---- the clock, the office


def test_a_reminder_comes_once_the_morning_before(hall: Hall) -> None:
    hall.booked()
    assert len(hall.messages()) == 1
    hall.later(days=4, hours=22)
    assert len(hall.messages()) == 1, "it is seven in the morning of the day before"
    for _ in range(3):
        hall.later(hours=1)
    reminders = [each for each in hall.messages() if each["title"]["en"] == "You have an appointment tomorrow"]
    assert len(reminders) == 1


def test_when_its_time_has_passed_the_card_goes_and_a_new_one_may_be_made(hall: Hall) -> None:
    booked = hall.booked()
    hall.later(days=5, hours=22)
    assert len(hall.messages()) == 1, "nobody is told on the day itself that it is tomorrow"
    hall.later(hours=2)
    shown = hall.client.get(f"{MINE}/{booked['id']}", token=hall.portal.somchai).json
    assert shown["state"] == "over" and hall.cards() == []
    assert hall.hold("2026-12-08T09:00:00+07:00").status == 201
    assert hall.step("cancel", shown).status == 409


def test_the_office_sees_times_and_references_and_nobodys_name(hall: Hall) -> None:
    booked = hall.booked()
    hall.booked(token=hall.portal.malee)
    answer = hall.day()
    assert {line["reference"] for line in answer.json["items"]} >= {booked["reference"]}
    assert set(answer.json["items"][0]) == {"time", "reference", "service", "state"}
    for token, status in ((hall.stranger, 404), (hall.portal.somchai, 403), (hall.operator, 404)):
        assert hall.day(token).status == status
    assert hall.day(day="tomorrow").status == 422


def test_who_came_is_said_once_and_not_before_its_time(hall: Hall) -> None:
    booked, other = hall.booked(), hall.booked(token=hall.portal.malee)
    assert hall.mark(booked["reference"], "attended").status == 409
    hall.later(days=5, hours=23.2)
    assert hall.mark(booked["reference"], "no_show").json["state"] == "no_show"
    assert hall.mark(booked["reference"], "attended").status == 409
    assert hall.mark("ZZZZZZ", "attended").status == 404
    assert hall.mark(other["reference"], "attended", token=hall.stranger).status == 404
    shown = hall.client.get(f"{MINE}/{booked['id']}", token=hall.portal.somchai).json
    assert shown["state"] == "no_show" and hall.cards() == []
    hall.later(hours=2)
    assert hall.mark(other["reference"], "attended").json["state"] == "attended", "also after the clock came by"
    assert hall.cards(MALEE) == []


# ---- what is kept


def test_where_and_when_lies_sealed(hall: Hall) -> None:
    booked = hall.booked()
    person = hall.portal.keyring.pseudonym(SOMCHAI)
    rows = [item for item, _ in hall.portal.memory._items.values()]
    own = [row for row in rows if row.key.pk == f"APPOINTMENTS#{person}" and row.key.sk == booked["id"]]
    kept = json.dumps([dict(row.data) for row in own])
    assert "vaccine" not in kept and booked["reference"] not in kept
    listed = json.dumps([dict(row.data) for row in rows if row.key.pk.startswith("OFFICEDAY#")])
    assert person not in listed and booked["id"] not in listed
    events = json.dumps([dict(row.data) for row in rows if row.key.sk.startswith("EVT#")])
    assert "09:00" not in events and SOMCHAI not in events


def test_an_erasure_gives_back_what_is_to_come(hall: Hall) -> None:
    hall.booked()
    person = hall.portal.citizen.hall.person(SOMCHAI)
    holding = hall.portal.citizen.hall.holdings["appointments"]
    assert [each["state"] for each in holding.export(person)] == ["booked"]
    holding.erase(person)
    assert holding.export(person) == [] and hall.slots()[NINE] == 2 and hall.day().json["items"] == []
    holding.erase(person)
    hall.messages()
    assert hall.portal.traces(SOMCHAI) == []


def test_a_command_is_few_requests(hall: Hall) -> None:
    held = hall.hold().json
    requests = hall.portal.memory.requests
    requests.clear()
    hall.step("confirm", held)
    assert requests == ["get_many", "get", "write"]


PEOPLE = [
    "1100600000009", "1100600000017", "1100600000025", "1100600000033", "1100600000041",
    "1100600000050", "1100600000068", "1100600000076", "1100600000084", "1100600000092",
]  # fmt: skip
