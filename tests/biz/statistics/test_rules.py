"""From cases to facts, and from facts to rows and files."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from chalicelib.biz.statistics import rules
from chalicelib.biz.statistics.files import COLUMNS, Names, dictionary, month_files
from chalicelib.biz.statistics.model import Fact, Outcome, Place
from chalicelib.biz.statistics.service import months_until
from chalicelib.biz.statistics.suppression import protected
from chalicelib.shared.provinces import code_of, provinces
from chalicelib.shared.thai import Text

from ..samples import food
from ..town import ANONG, BUNDIT, MALEE, Town


def fact(town: Town, case: str) -> Fact:
    found = town.biz.store.find_case(case)
    made = rules.fact_of(found, town.biz.office.book(found))
    assert made is not None
    return made


def made(outcome: Outcome = "open", days: int | None = None, **changes: object) -> Fact:
    plain: dict[str, object] = {
        "service": "s", "agency": "a", "province": "23", "received_on": dt.date(2026, 11, 25), "outcome": outcome,
        "days": days, "returned": 0, "overdue": False, "omission": False, "seen": 1,
    }  # fmt: skip
    return Fact.model_validate({**plain, **changes})


def test_a_draft_is_no_fact(town: Town) -> None:
    case = town.biz.store.find_case(town.draft())
    assert rules.fact_of(case, town.biz.office.book(case)) is None


def test_a_case_on_its_way(town: Town) -> None:
    found = fact(town, town.filed())
    assert (found.service, found.agency, found.province) == ("food-establishment-licence", "TH/LOCAL/LAEMNGOP", "23")
    assert (found.month, found.outcome, found.days, found.returned) == ("2026-11", "open", None, 0)


def test_a_decision_counts_working_days_without_the_waiting_for_the_applicant(town: Town) -> None:
    case = town.filed()  # Wednesday
    town.pass_time(days=1)
    missing = {"items": [{"document": "site_map", "th": "ไม่ชัด", "en": "Unclear."}]}
    town.ok(ANONG, "POST", f"/applications/{case}/deficiencies", json=missing)
    town.pass_time(days=4)  # Monday: the applicant's time
    town.send(case, "site_map")
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    town.pass_time(days=2)
    town.inspected(case)
    town.act(BUNDIT, case, "approve")
    found = fact(town, case)
    assert (found.outcome, found.days, found.returned, found.omission) == ("granted", 3, 1, False)


def test_refused_and_withdrawn(town: Town) -> None:
    refused, withdrawn = town.filed(), town.filed()
    town.inspected(refused)
    town.act(BUNDIT, refused, "refuse", reasons={"th": "ไม่ผ่าน", "en": "Not fit."})
    town.ok(MALEE, "POST", f"/applications/{withdrawn}/withdraw")
    assert (fact(town, refused).outcome, fact(town, refused).days) == ("refused", 0)
    assert (fact(town, withdrawn).outcome, fact(town, withdrawn).days) == ("withdrawn", None)


def test_a_late_one_is_overdue(town: Town) -> None:
    case = town.filed()
    town.pass_time(days=70)
    town.biz.sweep(town.at)
    assert fact(town, case).overdue is True


def test_a_fact_says_nothing_of_the_person(town: Town) -> None:
    found = fact(town, town.filed()).model_dump_json()
    assert not [word for word in (MALEE, "มาลี", town.keyring.pseudonym(MALEE)) if word in found]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ตราด", "23"), ("จังหวัดตราด", "23"), ("Trat", "23"), ("23", "23"), ("มาลี", ""), (None, ""), (7, ""), ("", "")],
)
def test_provinces(name: object, expected: str) -> None:
    assert code_of(name) == expected


def test_there_are_seventy_seven_provinces() -> None:
    assert len(provinces()) == 77
    assert len({each.th for each in provinces().values()} | {each.en for each in provinces().values()}) == 154


def test_rows_count_and_durations_need_enough_cases() -> None:
    facts = [made("granted", days) for days in (1, 2, 3, 4)] + [
        made("refused", 10),
        made(returned=1),
        made(overdue=True),
    ]
    (row,) = rules.rows_of(facts)
    assert row.place == Place("s", "a", "23")
    assert row.counts == {
        "received": 7, "granted": 4, "refused": 1, "withdrawn": 0, "returned_once": 1, "returned_more": 0,
        "overdue": 1, "omissions": 0,
    }  # fmt: skip
    assert (row.median_days, row.p90_days) == (3, None)
    (many,) = rules.rows_of(made("granted", days) for days in range(1, 21))
    assert (many.median_days, many.p90_days) == (10.5, 18)
    (few,) = rules.rows_of(made("granted", days) for days in range(4))
    assert few.median_days is None


def test_totals_stand_where_they_say_something_more() -> None:
    facts = [made(), made(agency="b"), made(service="t")]
    assert [row.place for row in rules.rows_of(facts)] == [
        Place(), Place("s"), Place("s", "a", "23"), Place("s", "b", "23"), Place("t", "a", "23"),
    ]  # fmt: skip
    assert [row.counts["received"] for row in rules.rows_of(facts)] == [3, 2, 1, 1, 1]
    assert [row.place for row in rules.rows_of([made(province="")])] == [Place("s", "a", "-")]


def test_an_officer_s_omission_is_one_of_those_returned_again() -> None:
    (row,) = rules.rows_of([made(returned=2, omission=True), made(returned=2), made(returned=1)])
    assert (row.counts["returned_once"], row.counts["returned_more"], row.counts["omissions"]) == (1, 2, 1)


NAMES = Names(
    lambda of: Text(th=f"บริการ {of}", en=f"Service {of}"), lambda of: Text(th=f"หน่วยงาน {of}", en=f"Agency {of}")
)


def test_a_month_s_file_has_both_languages_and_leaves_hidden_cells_empty() -> None:
    facts = [made("granted", 2)] * 6 + [made("refused", 2)] * 2
    files = month_files("2026-11", protected(rules.rows_of(facts)), NAMES)
    ((name, content),) = files.items()
    header, line = list(csv.reader(io.StringIO(content)))
    assert name == "licensing-2026-11.csv"
    assert header == [column.header for column in COLUMNS] and "received (ได้รับ)" in header
    found = dict(zip((column.name for column in COLUMNS), line, strict=True))
    assert (found["month"], found["service_en"], found["province_th"]) == ("2026-11", "Service s", "ตราด")
    assert found["refused"] == "" and "refused" in found["hidden"].split()
    assert all(found[name] == "" for name in found["hidden"].split())


def test_the_dictionary_tells_every_column() -> None:
    lines = list(csv.reader(io.StringIO(dictionary())))
    assert [line[0] for line in lines[1:]] == [column.header for column in COLUMNS]
    assert all(all(cell for cell in line) for line in lines)


def test_a_month_with_many_rows_has_several_files() -> None:
    facts = [made(agency=f"a{number}") for number in range(10_050)]
    rows = rules.rows_of(facts)
    assert sorted(month_files("2026-11", rows, NAMES)) == ["licensing-2026-11-2.csv", "licensing-2026-11.csv"]


def test_thirteen_months_still_move() -> None:
    found = months_until(dt.date(2027, 1, 5))
    assert (len(found), found[0], found[-1]) == (13, "2026-01", "2027-01")
    assert food()["credential"]["claims"]["province"] == "/premises/province"
