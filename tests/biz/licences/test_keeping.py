"""A licence's life: who may change it and who learns why, its history, its status list, what its calendar tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.shared import status_list
from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.storage import Page
from tests.support.memory import MemoryTable

from ..town import ANONG, BUNDIT, MALEE, SOMCHAI, THANA, Town, pointers

RATS = {"reasons": {"th": "ตรวจพบหนูในครัว", "en": "Rats were found in the kitchen."}}
CLEAN = {"reasons": {"th": "แก้ไขแล้ว", "en": "It is clean again."}}
LIST = "/status-lists/food-establishment-licence-2026"


@pytest.fixture
def licensed(town: Town) -> tuple[Town, str]:
    """A town with a licence whose papers were handed over."""
    _, no = town.licensed()
    town.run_queue()
    return town, no


def stands(town: Town, no: str) -> status_list.Status:
    """What the status list says now."""
    licence = town.biz.store.find_licence(no)
    reference = StatusReference(uri=f"https://klang.test/biz/v1{LIST}", idx=licence.index)
    token = town.call(None, "GET", LIST).text
    return status_list.look_up(token, reference, town.ok(None, "GET", "/jwks.json"), now=town.at)


class TestFile:
    def test_holder_and_agency_read_all_reasons_and_the_chained_history(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        town.pass_time(days=1)
        town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=RATS)
        town.pass_time(days=1)
        town.ok(BUNDIT, "POST", f"/licences/{no}/reinstate", json=CLEAN)
        for reader in (MALEE, ANONG):
            file = town.ok(reader, "GET", f"/licences/{no}")
            assert [(each["status"], each["reasons"]["en"]) for each in file["changes"]] == [
                ("suspended", "Rats were found in the kitchen."),
                ("valid", "It is clean again."),
            ]
            assert [(line["name"]["en"], line["by"]) for line in file["history"]] == [
                ("Issued", "system"),
                ("Suspended", "officer"),
                ("Valid again", "officer"),
            ]
            assert [line["prev"] for line in file["history"][1:]] == [line["hash"] for line in file["history"][:-1]]
            assert file["claims"]["operator_first_name"] == "มาลี"
            assert (file["status"], file["status_since"]) == ("valid", "2026-11-27")
        assert chain_is_whole(town.journal.history(f"LIC#{no}"))

    def test_for_everybody_else_it_does_not_exist(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        assert town.call(None, "GET", f"/licences/{no}").status == 401
        assert town.call(SOMCHAI, "GET", f"/licences/{no}").status == 404
        body = {"pid": SOMCHAI, "agency": "TH/LOCAL/TRAT", "roles": ["approver"], "name": "สมชาย ใจดี"}
        town.ok(THANA, "POST", "/officers", json=body)
        assert town.call(SOMCHAI, "GET", f"/licences/{no}").status == 404
        assert town.call(SOMCHAI, "POST", f"/licences/{no}/suspend", json=RATS).status == 404
        assert town.call(MALEE, "GET", "/licences/FE-2569-AAAA-BBBB-CCCC").status == 404

    def test_reasons_are_sealed_in_the_table_and_absent_from_events(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        town.ok(BUNDIT, "POST", f"/licences/{no}/revoke", json=RATS)
        everything = str([item for item, _ in town.memory._items.values() if not item.key.pk.startswith("ONCE#")])
        assert no in everything
        assert "หนู" not in everything and "Rats" not in everything and "ศรีสมุทร" not in everything


class TestStatus:
    def test_the_holder_is_told_why_and_until_when(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=RATS | {"until": "2026-12-09"})
        town.run_queue()
        assert town.neighbours.bodies(MALEE)[-1] == (
            "Your licence was suspended. It lasts until 9 December 2026. Reasons: Rats were found in the kitchen."
        )

    def test_nobody_decides_on_a_licence_of_their_own(self, town: Town) -> None:
        _, no = town.licensed()
        body = {"pid": MALEE, "agency": "TH/LOCAL/LAEMNGOP", "roles": ["approver"], "name": "มาลี"}
        town.ok(THANA, "POST", "/officers", json=body)
        for verb in ("suspend", "reinstate", "revoke"):
            assert town.call(MALEE, "POST", f"/licences/{no}/{verb}", json=RATS).status == 403
        assert town.ok(MALEE, "GET", f"/licences/{no}")["changes"] == []

    @pytest.mark.parametrize(
        ("verb", "body", "expected"),
        [
            ("suspend", {}, ["/reasons"]),
            ("suspend", {"reasons": {"th": "ก", "en": ""}}, ["/reasons/en"]),
            ("suspend", RATS | {"until": "2026-11-24"}, ["/until"]),
            ("suspend", RATS | {"until": "9 Dec"}, ["/until"]),
            ("revoke", RATS | {"until": "2026-12-09"}, ["/until"]),
            ("reinstate", RATS | {"until": "2026-12-09"}, ["/until"]),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_changed(
        self, licensed: tuple[Town, str], verb: str, body: Any, expected: list[str]
    ) -> None:
        town, no = licensed
        answer = town.call(BUNDIT, "POST", f"/licences/{no}/{verb}", json=body)
        assert (answer.status, pointers(answer)) == (422, expected)
        assert town.ok(MALEE, "GET", f"/licences/{no}")["changes"] == []

    @pytest.mark.parametrize("verb", ["suspend", "revoke"])
    def test_it_is_one_read_and_one_transaction_and_once_only(self, licensed: tuple[Town, str], verb: str) -> None:
        town, no = licensed
        town.call(BUNDIT, "GET", "/queue")
        town.memory.requests.clear()
        key = {"Idempotency-Key": "once"}
        first = town.ok(BUNDIT, "POST", f"/licences/{no}/{verb}", json=RATS, headers=key)
        assert town.memory.requests == ["get_many", "write"]
        again = town.call(BUNDIT, "POST", f"/licences/{no}/{verb}", json=RATS, headers=key)
        assert (again.json, again.headers["idempotent-replayed"]) == (first, "true")
        assert len(town.ok(MALEE, "GET", f"/licences/{no}")["changes"]) == 1


class TestStatusList:
    def test_a_change_is_seen_by_whoever_asks_next(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        answer = town.call(None, "GET", LIST)
        etag, kept = answer.headers["etag"], {"If-None-Match": answer.headers["etag"]}
        assert answer.headers["cache-control"] == "public, max-age=15"
        unchanged = town.call(None, "GET", LIST, headers=kept)
        assert (unchanged.status, unchanged.response.body, unchanged.headers["etag"]) == (304, b"", etag)
        town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=RATS)
        changed = town.call(None, "GET", LIST, headers=kept)
        assert (changed.status, changed.headers["etag"] != etag) == (200, True)
        assert stands(town, no) is status_list.Status.SUSPENDED

    def test_a_list_without_changes_is_signed_once_a_minute(self, licensed: tuple[Town, str]) -> None:
        town, _ = licensed
        first = town.call(None, "GET", LIST)
        town.pass_time(seconds=50)
        assert town.call(None, "GET", LIST).text == first.text
        town.pass_time(seconds=10)
        later = town.call(None, "GET", LIST, headers={"If-None-Match": f'W/"other", {first.headers["etag"]}'})
        assert (later.status, later.text != first.text) == (200, True), "a 304 would let an old list live on"

    def test_a_list_of_no_service_is_not_there(self, town: Town) -> None:
        for name in ("flying-licence-2026", "food-establishment-licence", "food-establishment-licence-1026", "x"):
            assert town.call(None, "GET", f"/status-lists/{name}").status == 404


def sweeping(town: Town, days: Iterator[dt.date]) -> dict[dt.date, list[str]]:
    """What the holder is told on which day; on each day the sweep runs twice."""
    told: dict[dt.date, list[str]] = {}
    before = len(town.neighbours.bodies(MALEE))
    for day in days:
        town.at = dt.datetime.combine(day, dt.time(17, 30), dt.UTC) - dt.timedelta(days=1)  # 00:30 in Thailand
        town.biz.sweep(town.at)
        town.run_queue()
        town.biz.sweep(town.at)
        town.run_queue()
        bodies = town.neighbours.bodies(MALEE)
        if bodies[before:]:
            told[day] = bodies[before:]
        before = len(bodies)
    return told


def dates(first: str, last: str) -> Iterator[dt.date]:
    """Every day from one to another."""
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return (start + dt.timedelta(days=number) for number in range((end - start).days + 1))


class TestCalendar:
    def test_each_reminder_and_the_end_come_once_and_on_their_day(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        told = sweeping(town, dates("2027-09-20", "2027-12-05"))
        reminder = (
            f"Licence {no} ends on 24 November 2027. Apply here for 'Renew the licence for a food establishment' "
            "from 25 September 2027 until 24 December 2027. "
            "After the last day of the licence it may cost more, and the business must rest meanwhile."
        )
        assert told == {
            dt.date(2027, 9, 25): [reminder],
            dt.date(2027, 10, 25): [reminder],
            dt.date(2027, 11, 17): [reminder],
            dt.date(2027, 11, 25): [
                f"Licence {no} ended with 24 November 2027. You may still apply for "
                "'Renew the licence for a food establishment' until 24 December 2027, "
                "but go on only with a new licence."
            ],
        }
        names = [line["name"]["en"] for line in town.ok(MALEE, "GET", f"/licences/{no}")["history"]]
        assert names == ["Issued", *["Holder reminded of its end"] * 3, "Expired"]
        assert chain_is_whole(town.journal.history(f"LIC#{no}"))

    def test_after_a_silence_of_months_one_letter_comes(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        assert list(sweeping(town, dates("2027-11-20", "2027-11-24"))) == [dt.date(2027, 11, 20)]
        assert list(sweeping(town, dates("2027-11-25", "2027-11-26"))) == [dt.date(2027, 11, 25)]
        assert stands(town, no) is status_list.Status.VALID, "the end stands in the credential, not in the list"

    def test_an_officer_who_comes_before_the_sweep_keeps_no_letter_back(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        sweeping(town, dates("2027-11-17", "2027-11-17"))
        town.at = dt.datetime(2027, 11, 24, 18, 0, tzinfo=dt.UTC)  # an hour after the last day ended in Thailand
        town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=RATS)
        town.biz.sweep(town.at)
        names = [line["name"]["en"] for line in town.ok(MALEE, "GET", f"/licences/{no}")["history"]]
        assert names[-2:] == ["Suspended", "Expired"]

    def test_a_letter_that_was_lost_on_the_way_comes_again(self, licensed: tuple[Town, str]) -> None:
        town, _ = licensed
        town.at = dt.datetime(2027, 9, 25, 3, 0, tzinfo=dt.UTC)
        town.post.deaf = True
        town.biz.sweep(town.at)
        town.post.deaf = False
        town.pass_time(minutes=2)
        town.biz.sweep(town.at)
        town.run_queue()
        town.run_queue()
        assert sum("Apply here for" in body for body in town.neighbours.bodies(MALEE)) == 1

    def test_a_revoked_licence_reminds_nobody(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        town.ok(BUNDIT, "POST", f"/licences/{no}/revoke", json=RATS)
        town.run_queue()
        assert sweeping(town, dates("2027-09-20", "2027-11-30")) == {}

    def test_a_suspension_is_lifted_in_the_list_too_when_its_time_is_over(self, licensed: tuple[Town, str]) -> None:
        town, no = licensed
        town.ok(BUNDIT, "POST", f"/licences/{no}/suspend", json=RATS | {"until": "2026-12-09"})
        town.run_queue()
        assert sweeping(town, dates("2026-11-26", "2026-12-09")) == {}
        assert stands(town, no) is status_list.Status.SUSPENDED
        assert sweeping(town, dates("2026-12-10", "2026-12-11")) == {
            dt.date(2026, 12, 10): ["Your licence is valid again."]
        }
        assert stands(town, no) is status_list.Status.VALID
        file = town.ok(MALEE, "GET", f"/licences/{no}")
        assert (file["changes"][-1]["reasons"]["en"], file["history"][-1]["by"]) == (
            "The time of the suspension is over.",
            "system",
        )
        assert list(sweeping(town, dates("2027-09-20", "2027-09-30"))) == [dt.date(2027, 9, 25)], "reminders go on"

    def test_days_without_anything_due_cost_a_look_at_the_index_alone(self, licensed: tuple[Town, str]) -> None:
        town, _ = licensed
        town.memory.requests.clear()
        assert town.biz.keeper.sweep(town.at) == 0
        assert town.memory.requests == ["query"] * 4


class Interrupted(MemoryTable):
    """A table in which something else happens right after the sweep has read what is due."""

    meanwhile: Callable[[], None] | None = None

    def query(self, pk: str, **given: Any) -> Page:
        found = super().query(pk, **given)
        if self.meanwhile is not None and pk.startswith("TELL#") and found.items:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


def test_an_officer_who_revokes_while_the_sweep_reminds_wins_and_the_next_sweep_sees_it() -> None:
    table = Interrupted()
    town = Town(table=table)
    _, no = town.licensed()
    town.run_queue()
    town.at = dt.datetime(2027, 9, 25, 3, 0, tzinfo=dt.UTC)
    table.meanwhile = lambda: town.ok(BUNDIT, "POST", f"/licences/{no}/revoke", json=RATS)
    town.biz.sweep(town.at)
    assert table.meanwhile is None
    town.biz.sweep(town.at)
    town.run_queue()
    assert town.neighbours.bodies(MALEE)[-1].startswith("Your licence was revoked.")
    assert not [body for body in town.neighbours.bodies(MALEE) if "renewal" in body]
    assert town.ok(None, "GET", f"/verify/{no}")["status"] == "revoked"
    assert chain_is_whole(town.journal.history(f"LIC#{no}"))
