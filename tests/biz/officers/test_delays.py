"""An agency that is late: what the sweep notices, what officers must write, what the applicant and OPDC get."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from chalicelib.shared.measures import measuring
from tests.biz.town import AGENCY, ANONG, BUNDIT, MALEE, THANA, Town

from .conftest import OVERSEER

WHY = {"reasons": {"th": "ผู้ตรวจลาป่วย", "en": "The inspector was ill."}}
DUE = dt.date(2026, 12, 25)
"""Of a case filed on the town's first day."""


def on(town: Town, day: dt.date, *, sweep: bool = True) -> None:
    """Noon in Thailand on that day, with the sweep having run."""
    town.at = dt.datetime.combine(day, dt.time(5), dt.UTC)
    if sweep:
        town.biz.sweep(town.at)
        town.biz.sweep(town.at)


def mailbox(town: Town, month: str) -> list[tuple[str, int]]:
    items = town.ok(OVERSEER, "GET", f"/oversight?month={month}")["items"]
    return [(item["kind"], item["count"]) for item in reversed(items)]


def test_reasons_go_to_the_applicant_with_a_copy_to_the_overseer(town: Town) -> None:
    case = town.filed()
    town.run_queue()
    on(town, DUE + dt.timedelta(days=1))
    town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY)
    town.run_queue()
    last = town.neighbours.bodies(MALEE)[-1]
    assert "The inspector was ill." in last
    assert "2 January 2027" in last
    seen = town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]
    assert (seen["overdue"], seen["due"], seen["reasons_by"], seen["missed"]) == (True, "2026-12-25", "2027-01-02", 0)
    assert [(item["number"], item["reasons"], item["law"]) for item in seen["items"]] == [
        (1, WHY["reasons"], "lfa-2558.s10")
    ]
    assert "by" not in seen["items"][0]
    late, copy = reversed(town.ok(OVERSEER, "GET", "/oversight")["items"])
    assert (late["kind"], late["case"], late["agency"], late["due"]) == ("late", case, AGENCY, "2026-12-25")
    assert (copy["kind"], copy["reasons"]) == ("late_reasons", WHY["reasons"])


def test_reasons_in_time_are_never_reported_as_missing(town: Town) -> None:
    case, given = town.filed(), []
    for number in range(60):
        day = DUE + dt.timedelta(days=1 + number)
        on(town, day)
        if number % 7 == 3:
            town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY)
            given.append(day)
    seen = town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]
    assert (len(seen["items"]), seen["missed"]) == (len(given), 0)
    assert "reasons_missing" not in dict(mailbox(town, "2027-01") + mailbox(town, "2027-02"))


def test_a_day_without_reasons_is_reported_and_the_next_seven_days_begin(town: Town) -> None:
    case = town.filed()
    for day in range(1, 16):
        on(town, DUE + dt.timedelta(days=day))
    assert mailbox(town, "2026-12") == [("late", 1)]
    assert mailbox(town, "2027-01") == [("reasons_missing", 1), ("reasons_missing", 1)]
    assert town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]["reasons_by"] == "2027-01-15"


def test_a_sweep_that_slept_counts_every_day_that_was_missed(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=22))
    assert mailbox(town, "2027-01") == [("late", 1), ("reasons_missing", 3)]
    assert town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]["missed"] == 3


def test_reasons_given_before_the_sweep_ran_mark_the_case_themselves(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=9), sweep=False)
    card = town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY)
    assert card["overdue"] is True
    assert mailbox(town, "2027-01") == [("late", 1), ("reasons_missing", 1), ("late_reasons", 1)]
    town.biz.sweep(town.at)
    assert len(mailbox(town, "2027-01")) == 3


def test_who_is_not_late_has_nothing_to_explain(town: Town) -> None:
    case = town.filed()
    on(town, DUE)
    assert town.call(ANONG, "POST", f"/applications/{case}/letters", json=WHY).status == 409
    on(town, DUE + dt.timedelta(days=1))
    missing = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    assert town.call(ANONG, "POST", f"/applications/{case}/letters", json=WHY).status == 409


def test_while_the_applicant_mends_a_list_no_reasons_are_owed(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    missing = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    for day in range(2, 40, 5):
        on(town, DUE + dt.timedelta(days=day))
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    on(town, dt.date(2027, 2, 1))
    seen = town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]
    assert (seen["missed"], seen["reasons_by"]) == (0, "2027-02-07")
    assert mailbox(town, "2027-01") == []


def test_an_officers_move_brings_no_second_word_of_the_same_lateness(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    town.act(ANONG, case, "accept")
    on(town, DUE + dt.timedelta(days=2))
    late = [event for event in town.journal.history(f"CASE#{case}") if event.type == "biz.application.overdue"]
    assert len(late) == 1


def test_a_decided_case_owes_nothing_more(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    town.inspected(case)
    town.act(BUNDIT, case, "refuse", reasons=WHY["reasons"])
    on(town, DUE + dt.timedelta(days=30))
    seen = town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]
    assert (seen["overdue"], seen["reasons_by"], seen["missed"]) == (True, None, 0)


def test_a_second_list_for_the_officers_omission_is_reported(town: Town) -> None:
    case = town.filed()
    missing: dict[str, Any] = {"items": [{"document": "site_map", "th": "แผนที่ไม่ชัด", "en": "The map is unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    town.pass_time(days=1)
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    omission = "I overlooked the second page."
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json={**missing, "officer_omission": omission})
    (told,) = town.ok(OVERSEER, "GET", "/oversight")["items"]
    assert (told["kind"], told["count"], told["words"], told["law"]) == ("second_list", 2, omission, "lfa-2558.s8")


def test_only_the_overseer_reads_the_mailbox_and_only_the_agency_explains(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    for who in (ANONG, BUNDIT, MALEE, THANA):
        assert town.call(who, "GET", "/oversight").status == 403
    assert town.call(MALEE, "POST", f"/applications/{case}/letters", json=WHY).status == 403
    assert town.call(OVERSEER, "GET", f"/applications/{case}").status == 404
    elsewhere = {"pid": MALEE, "agency": "TH/LOCAL/TRAT", "roles": ["intake"], "name": "มาลี"}
    town.ok(THANA, "POST", "/officers", json=elsewhere)
    other = town.filed("3990100003032")
    assert town.call(MALEE, "POST", f"/applications/{other}/letters", json=WHY).status == 404


def test_reasons_that_are_sent_twice_are_given_once(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    for _ in range(2):
        town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY, headers={"Idempotency-Key": "k"})
    assert len(town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]["items"]) == 1
    assert mailbox(town, "2026-12") == [("late", 1), ("late_reasons", 1)]


@pytest.mark.parametrize("body", [{}, {"reasons": {"th": "ก"}}, {"reasons": {"th": "", "en": "x"}}, {"reasons": "x"}])
def test_reasons_need_both_languages(town: Town, body: Any) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    assert town.call(ANONG, "POST", f"/applications/{case}/letters", json=body).status == 422
    assert town.ok(MALEE, "GET", f"/applications/{case}/letters")["delays"]["items"] == []


def test_the_mailbox_has_pages_and_refuses_a_month_that_is_none(town: Town) -> None:
    for _ in range(3):
        town.filed()
    on(town, DUE + dt.timedelta(days=1))
    first = town.ok(OVERSEER, "GET", "/oversight?limit=2")
    rest = town.ok(OVERSEER, "GET", f"/oversight?limit=2&cursor={first['next']}")
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 3
    assert town.call(OVERSEER, "GET", "/oversight?month=2026-13").status == 422
    assert town.call(OVERSEER, "GET", f"/oversight?month=2026-11&cursor={first['next']}").status == 400


def test_what_was_written_lies_sealed_in_the_table(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY, headers={"Idempotency-Key": "k"})
    rows = str([item.data for item, _ in town.memory._items.values()])
    assert "The inspector was ill." not in rows


def test_giving_reasons_is_one_read_and_one_transaction(town: Town) -> None:
    case = town.filed()
    on(town, DUE + dt.timedelta(days=1))
    town.call(ANONG, "GET", "/queue")
    town.memory.requests.clear()
    town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY, headers={"Idempotency-Key": "k"})
    assert town.memory.requests == ["get_many", "write"]


def test_late_clocks_are_measured_by_whether_the_agency_explained_itself(town: Town) -> None:
    case = town.filed()
    with measuring() as taken:
        on(town, DUE + dt.timedelta(days=1))
        town.ok(ANONG, "POST", f"/applications/{case}/letters", json=WHY)
        on(town, DUE + dt.timedelta(days=20))
    told = [(each.name, *dict(each.by).values()) for each in taken if each.name.startswith("Clocks")]
    assert told == [("ClocksBroken", "due"), ("ClocksExplained",), ("ClocksBroken", "reasons")]
