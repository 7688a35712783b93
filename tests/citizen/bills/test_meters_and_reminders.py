"""Saved meters, reminders before a bill is due, disputes, a copy of everything and its erasure."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.citizen.bills.ledger import Ledger
from chalicelib.citizen.bills.model import Bill
from chalicelib.citizen.bills.reminding import Reminding
from chalicelib.citizen.bills.store import SHARDS, Store
from chalicelib.citizen.model import Person
from chalicelib.shared.errors import Invalid
from tests.citizen.bills.town import BILLING, OTHERS, PEA, Town
from tests.citizen.portal import MALEE

NAME = "Your bill of Provincial Electricity Authority is due soon"


def at(day: str, hour: int = 3) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=dt.UTC)


def sweep(town: Town, now: dt.datetime) -> None:
    """The clock stands there, and a minute passes."""
    town.now = now
    town.citizen.sweep(town.now)
    town.pump()


def test_the_biller_says_whose_a_meter_is(town: Town) -> None:
    town.biller.bills[OTHERS] = {}
    own = town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": PEA, "nickname": "บ้าน"})
    other = town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": OTHERS, "nickname": "บ้านแม่"})
    assert (own["yours"], own["holder"], own["watch"]) == (True, "นางมาลี ใ***", False), "watching is off at first"
    assert (other["yours"], other["holder"]) == (False, None)
    theirs = town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": PEA}, who="somchai")
    assert (theirs["yours"], theirs["holder"]) == (False, None)
    assert [each["nickname"] for each in town.ok("GET", "/me/billers")["items"]] == ["บ้าน", "บ้านแม่"]


def test_a_meter_is_saved_once_changed_and_forgotten(town: Town) -> None:
    body = {"biller": "pea", "customer_no": PEA, "nickname": "บ้าน"}
    key = {"Idempotency-Key": "meter-1"}
    first = town.ok("POST", "/me/billers", body, headers=key)
    assert town.ok("POST", "/me/billers", body, headers=key) == first
    again = town.ok("POST", "/me/billers", {**body, "nickname": "บ้านใหม่"})
    assert (again["id"], again["nickname"]) == (first["id"], "บ้านใหม่")
    path = f"/me/billers/{first['id']}"
    assert town.ok("PUT", path, {"nickname": "สวน", "watch": True})["check_at"]
    assert town.ok("PUT", path, {"nickname": "สวน", "watch": False})["check_at"] is None
    assert town.ask("PUT", path, {"nickname": "x"}, who="somchai").status == 404
    assert town.ask("DELETE", path, who="somchai").status == 404
    assert town.ask("DELETE", path).status == 204
    assert town.ask("DELETE", path).status == 404
    assert town.ok("POST", "/me/billers", body)["id"] != first["id"]


def test_a_watched_meter_is_asked_about_and_a_silent_one_is_not(town: Town) -> None:
    town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": PEA, "watch": True})
    town.biller.bills[OTHERS] = {}
    town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": OTHERS})
    town.biller.sends("B-1", "10.00", "2026-12-10")
    town.gdx.down(f"{BILLING}/bill")
    sweep(town, town.now)
    town.gdx.answering[f"{BILLING}/bill"] = town.biller.open
    assert town.home() == []
    sweep(town, town.now + dt.timedelta(hours=2))  # the outbox asks again
    assert len(town.home()) == 1
    asked = town.gdx.times(f"{BILLING}/bill")
    sweep(town, town.now + dt.timedelta(days=1))
    assert town.gdx.times(f"{BILLING}/bill") == asked
    sweep(town, town.now + dt.timedelta(days=7))
    assert town.gdx.times(f"{BILLING}/bill") == asked + 1
    assert {each.body["customer_no"] for each in town.gdx.asked if each.service == f"{BILLING}/bill"} == {PEA}


def test_a_bill_is_reminded_twice_and_each_time_once(town: Town) -> None:
    town.one_bill(due="2026-12-10")
    sweep(town, at("2026-12-05", 1))
    assert town.letters() == []
    for minute in range(3):
        sweep(town, at("2026-12-05", 2) + dt.timedelta(minutes=minute))
    assert town.letters() == [NAME]
    sweep(town, at("2026-12-09"))
    sweep(town, at("2026-12-12"))
    assert town.letters() == [NAME, NAME]


def test_a_sweep_that_was_away_for_days_reminds_once_and_never_after_the_day(town: Town) -> None:
    town.one_bill(due="2026-12-10")
    sweep(town, at("2026-12-09", 5))
    assert town.letters() == [NAME]
    late = Town()
    late.one_bill(due="2026-12-10")
    sweep(late, at("2026-12-11"))
    assert late.letters() == [] and late.bill(late.home()[0])["remind_at"] is None


class Late(Store):
    """What a sweep read before another one was through."""

    def __init__(self, town: Town, found: list[Bill]) -> None:
        super().__init__(town.memory, town.keyring)
        self.found = found

    def to_remind(self, shard: int, now: dt.datetime, limit: int) -> list[Bill]:
        return self.found if shard == 0 else []


def test_two_sweeps_at_once_remind_once(town: Town) -> None:
    town.one_bill(due="2026-12-10")
    town.now = at("2026-12-05")
    late = Ledger(town.citizen.hall, town.bills.billers)
    late.store = Late(town, [b for shard in range(SHARDS) for b in late.store.to_remind(shard, town.now, 9)])
    assert town.bills.reminding.sweep(town.now) == 1
    assert Reminding(late).sweep(town.now) == 0
    town.pump()
    assert town.letters() == [NAME]


def test_what_was_paid_here_or_by_somebody_else_is_not_reminded(town: Town) -> None:
    bill = town.one_bill(due="2026-12-10")
    town.looked_up(who="somchai")
    town.tells(town.notice(town.qr(bill)))
    sweep(town, at("2026-12-05"))
    assert NAME not in town.letters() and town.letters("somchai") == []


def test_a_dispute_goes_to_the_biller_and_silences_reminders_until_it_is_decided(town: Town) -> None:
    bill = town.one_bill(due="2026-12-10")
    path = f"/me/bills/{bill}/disputes"
    assert town.ask("GET", path).status == 404
    wrong = town.ask("POST", path, {"reason": "nope"})
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/reason")
    assert town.ask("POST", path, {"reason": "meter_misread"}, who="somchai").status == 404

    town.gdx.down(f"{BILLING}/dispute")
    key = {"Idempotency-Key": "dispute-1"}
    body = {"reason": "meter_misread", "text": "มิเตอร์ขึ้น 0451 ไม่ใช่ 4051"}
    filed = town.ok("POST", path, body, headers=key)
    assert town.ok("POST", path, body, headers=key) == filed
    town.pump()
    assert town.ok("GET", path)["state"] == "sending"
    assert town.ask("POST", path, {"reason": "already_paid"}).status == 409
    town.gdx.answering[f"{BILLING}/dispute"] = town.biller.dispute
    sweep(town, town.now + dt.timedelta(hours=2))
    assert town.bill(bill)["dispute"]["state"] == "received"
    (known,) = town.biller.disputes.values()
    assert (known["bill_no"], known["reason"], known["text"]) == ("B-1", "meter_misread", body["text"])

    sweep(town, at("2026-12-05"))
    assert town.letters() == []
    known |= {"state": "declined", "note": "อ่านถูกต้องแล้ว"}
    decided = town.ok("GET", path)
    assert (decided["state"], decided["note"]) == ("rejected", "อ่านถูกต้องแล้ว")
    sweep(town, at("2026-12-09"))
    assert town.letters() == [NAME]
    assert town.ok("POST", path, {"reason": "already_paid"})["state"] == "sending"


def test_a_dispute_that_the_biller_refuses_is_not_sent_for_ever(town: Town) -> None:
    bill = town.one_bill()
    town.gdx.answering[f"{BILLING}/dispute"] = Invalid("ไม่รับ", "Not accepted.")
    town.ok("POST", f"/me/bills/{bill}/disputes", {"reason": "not_my_account"})
    town.pump()
    assert town.bill(bill)["dispute"]["state"] == "rejected"


@pytest.mark.parametrize("paid", [False, True])
def test_a_copy_of_everything_and_what_goes_when_it_is_erased(town: Town, paid: bool) -> None:
    bill = town.one_bill()
    town.ok("POST", "/me/billers", {"biller": "pea", "customer_no": PEA, "nickname": "บ้าน"})
    if paid:
        town.tells(town.notice(town.qr(bill)))
    holding, person = town.citizen.hall.held()["bills"], Person(town.keyring.pseudonym(MALEE))
    copy = holding.export(person)
    assert [each["number"] for each in copy["bills"]] == ["B-1"] and copy["meters"][0]["nickname"] == "บ้าน"
    assert len(copy["receipts"]) == int(paid)
    for _ in range(2):
        holding.erase(person)
    kinds = {key.pk.partition("#")[0] for key in town.traces(MALEE)}
    assert kinds - {"LOG", "INBOX", "MESSAGE", "WALLET", "HOME"} == ({"BILL", "MONEY", "RCPT"} if paid else set())
    left = holding.export(person)
    assert left["meters"] == [] and len(left["bills"]) == len(left["receipts"]) == int(paid)
    assert town.home() == []
    if not paid:
        assert town.one_bill() == bill, "the same bill may be asked for again"
    assert all(kept.source and not kept.is_verified for kept in holding.keeps)
