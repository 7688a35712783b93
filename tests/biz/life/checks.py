"""What must hold after every step, asked of the table and of the room; each compares with the model."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from chalicelib.biz.cases import clock as room_clock
from chalicelib.biz.licences.rules import STATUS
from chalicelib.shared.journal import Event, chain_is_whole
from tests.biz.town import AGENCY, BUNDIT

from .model import APPLICANTS, ROLES, Case, Licence
from .recompute import Clock, recomputed
from .services import FEE, TURNS
from .world import World

Cases = Mapping[str, Case]
Licences = Mapping[str, Licence]


def places(world: World, cases: Cases) -> None:
    """No application is lost: each stands in the indexes where it belongs, and nowhere else."""
    rows = world.table.rows("CASE#", "META")
    assert {row.key.pk[5:] for row in rows} == set(cases)
    for row in rows:
        case = cases[row.key.pk[5:]]
        wanted = {"by_owner": f"OWN#{world.pseudonym(case.owner)}"}
        if case.received and case.turn != "nobody":
            wanted["by_agency"] = f"OPEN#{AGENCY}"
        if case.received and case.turn == "agency":
            wanted["by_queue"] = f"Q#{AGENCY}"
        if case.holder is not None:
            wanted["by_desk"] = f"DESK#{world.pseudonym(case.holder)}"
        if case.look is not None:
            wanted["by_due"] = row.indexes["by_due"].pk
            assert row.indexes["by_due"].sk[:10] == case.look.isoformat()
        assert {name: place.pk for name, place in row.indexes.items()} == wanted


def lists(world: World, cases: Cases) -> None:
    """And so the room lists them: to their owners, to the agency by due day and by state, to whoever holds them."""
    store = world.town.biz.store
    for who in APPLICANTS:
        own = {case.id for case in cases.values() if case.owner == who}
        assert {case.id for case in store.cases_of(world.pseudonym(who), None, 50)[0]} == own
    found, _ = store.queue(AGENCY, None, 50)
    assert {case.id for case in found} == {c.id for c in cases.values() if c.received and c.turn == "agency"}
    assert [case.due or dt.date.max for case in found] == sorted(case.due or dt.date.max for case in found)
    for state in {case.state for case in cases.values() if case.received and case.turn != "nobody"}:
        there = {case.id for case in cases.values() if case.state == state}
        assert {case.id for case in store.in_state(AGENCY, state, None, 50)[0]} == there
    for who in ROLES:
        desk = {case.id for case in cases.values() if case.holder == who}
        assert {case.id for case in store.on_desk(world.pseudonym(who), None, 50)[0]} == desk


def histories(world: World, cases: Cases, licences: Licences) -> None:
    """Nothing is missing, doubled or altered in a history, and it leads to where the application stands."""
    for case in cases.values():
        events = world.history(case.id)
        if not world.anew(case.id, len(events), len(case.events), case.state):
            continue
        assert chain_is_whole(events), case.id
        told = [event.type.removeprefix("biz.") for event in events]
        assert told == case.events, (told, case.events)
        row = world.row(case.id)
        assert row.data["head"] == {"seq": len(events), "hash": events[-1].hash}
        assert replayed(events) == (row.data["state"], row.data["licence"]) == (case.state, case.licence)
    for licence in licences.values():
        events = world.town.journal.history(f"LIC#{licence.no}")
        assert chain_is_whole(events)
        changes = [event.type.removeprefix("biz.") for event in events]
        changes = [each for each in changes if each != "licence.expired"]
        assert changes == licence.events, (changes, licence.events)


def replayed(events: list[Event]) -> tuple[str, str | None]:
    """The state and the licence that the events lead to."""
    state, licence = "", None
    for event in events:
        assert event.data.get("from", state) == state, "a move begins where the last one ended"
        state, licence = event.data.get("to", state), event.data.get("licence", licence)
    assert state in TURNS
    return state, licence


def clocks(world: World, cases: Cases, today: dt.date) -> None:
    """The room's clock, jumping over its ledger, and the one of the history, day by day, say the same."""
    for case in cases.values():
        kept = world.town.biz.store.find_case(case.id)
        if not world.anew(f"clock of {case.id}", kept.version, today, case.look, case.overdue, case.reasons_by):
            continue
        seen = room_clock.view(kept, world.town.biz.office.book(kept), today)
        marks = [(entry.kind, (entry.at + dt.timedelta(hours=7)).date()) for entry in kept.ledger]
        stops = [day for kind, day in marks if kind == "pause"]
        resumes = [day for kind, day in marks if kind == "resume"]
        pauses = tuple(zip(stops, [*resumes, *[None] * (len(stops) - len(resumes))], strict=True))
        mine = recomputed(case.service, world.history(case.id), today)
        theirs = Clock(seen.state, seen.due, seen.overdue, pauses)
        assert theirs == mine, (theirs, mine)
        assert (kept.overdue, kept.next_check, kept.reasons_by) == (case.overdue, case.look, case.reasons_by)
        assert kept.due == (mine.due if mine.state in ("running", "stopped") else None)


def money(world: World, cases: Cases, bank: Mapping[str, Any]) -> None:
    """Every satang that the bank says is here lies somewhere, once; and no fee is booked twice."""
    rows = [row for row in world.table.rows("MONEY#") if row.key.sk == "META"]
    found = [money for row in rows if (money := world.town.biz.counter.till.store.money(row)) is not None]
    assert len(found) == len(bank)
    for money_ in found:
        account = bank[money_.transaction]
        parts = money_.open + money_.booked + money_.refund + money_.written_off
        assert parts == (account["satang"] if account["here"] else 0), money_.transaction
    booked = Counter[str | None]()
    for money_ in found:
        booked[money_.case] += money_.booked
    for case in cases.values():
        assert booked[case.id] == (FEE if case.paid else 0), case.id


def licences(world: World, cases: Cases, given: Licences) -> None:
    """One licence per application at most, none without its fee, and everywhere the same word about it."""
    rows = world.table.rows("LIC#", "META")
    assert sorted(row.key.pk[4:] for row in rows) == sorted(given)
    of = Counter(str(row.data["case"]) for row in rows)
    assert all(number == 1 and cases[case].was_paid for case, number in of.items())
    store = world.town.biz.store
    for licence in given.values():
        kept = store.find_licence(licence.no)
        assert kept.status == licence.status, licence.no
        bit = store.flipped(kept.list_id).get(kept.index, int(STATUS["valid"]))
        assert bit == int(STATUS[kept.status]), "the status list says something else"


def at_rest(world: World, cases: Cases, given: Licences, today: dt.date) -> None:
    """When all messages are delivered: each was told once, each licence is in a wallet, and people see it."""
    town = world.town
    assert not world.unsent() and not town.post.sent
    rows = [*world.table.rows("CASE#", "EVT#"), *world.table.rows("LIC#", "EVT#"), *world.table.rows("MONEY#", "EVT#")]
    events = [Event(**row.data) for row in rows]
    heard = {event.id for event in events if event.queue and event.type != "biz.licence.issued"}
    assert set(town.neighbours.letters) == heard
    papers = Counter(paper.kind for _, paper in town.neighbours.papers.values())
    assert papers["licence"] == len(given)
    for case in cases.values():
        told = town.ok(case.owner, "GET", f"/applications/{case.id}")
        assert (told["state"], told["licence"]) == (case.state, case.licence)
        if case.received:
            seen = town.ok(BUNDIT, "GET", f"/applications/{case.id}/clock")["clock"]
            mine = recomputed(case.service, world.history(case.id), today)
            assert (seen["due"], seen["overdue"]) == (mine.due and mine.due.isoformat(), mine.late)
    for licence in given.values():
        file = town.ok(BUNDIT, "GET", f"/licences/{licence.no}")
        (shown,) = town.ok(None, "GET", f"/licences?no={licence.no}")["items"]
        assert file["status"] == shown["status"] == licence.standing(today)
    assert "ZEBRA" not in json.dumps(town.ok(None, "GET", f"/licences?agency={AGENCY.replace('/', '%2F')}"))
