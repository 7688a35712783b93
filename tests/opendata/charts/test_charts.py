"""Which chart a table gets, over all of its rows."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.charts import choice
from chalicelib.opendata.charts.look import charts
from chalicelib.opendata.charts.model import Choice, Points
from tests.opendata.recognition.tables import Small


def drawn(types: dict[str, str], rows: list[list[Any]], kind: str = "chart") -> Points | None:
    table = Small(types, rows)
    found = charts(table.connection, table.relation, table.known(), table.profile())[kind]
    return None if found is None else Points.of(found)


def test_a_number_by_year_is_a_line_of_sums_in_the_owners_era() -> None:
    rows = [["ตราด", 2566, 10], ["ภูเก็ต", 2566, 5], ["ตราด", 2567, 20]]
    found = drawn({"จังหวัด": "text", "ปี": "int8", "จำนวน": "int8"}, rows)
    assert found == Points(
        Choice("line", "จำนวน", "ปี", "sum", means="year_be"), ("2566", "2567"), (15.0, 20.0), False, 2, 3
    )


def test_a_number_by_name_is_bars_from_the_highest() -> None:
    rows = [[f"สาขา {number}", number * 3] for number in range(12)]
    found = drawn({"สาขา": "text", "ประชากร": "numeric"}, rows)
    assert found is not None
    assert (found.choice.kind, found.once, found.groups, len(found.labels)) == ("bars", True, 12, choice.BARS)
    assert found.values[0] == 33 and list(found.values) == sorted(found.values, reverse=True)


def test_shares_are_averaged_and_never_added() -> None:
    found = drawn({"ภาค": "text", "ร้อยละ": "float8"}, [["เหนือ", 10.0], ["เหนือ", 20.0], ["ใต้", 40.0]])
    assert found is not None
    assert (found.choice.how, found.labels, found.values) == ("mean", ("ใต้", "เหนือ"), (40.0, 15.0))


def test_dates_come_before_names() -> None:
    rows: list[list[Any]] = [["a", "2025-02-01", 3], ["b", "2025-01-01", 2]]
    found = drawn({"ชื่อ": "text", "วันที่": "date", "มูลค่า": "int8"}, rows)
    assert found is not None
    assert (found.choice.kind, found.labels, found.values) == ("line", ("2025-01-01", "2025-02-01"), (2.0, 3.0))


@pytest.mark.parametrize(
    ("step", "grain", "first"),
    [(1, "month", "2025-01-01"), (40, "year", "2025-01-01")],
)
def test_many_days_are_told_by_month_or_year(step: int, grain: str, first: str) -> None:
    table = Small({"วันที่": "date", "มูลค่า": "numeric"}, [])
    table.connection.execute(
        f"INSERT INTO small SELECT DATE '2025-01-01' + (i * {step})::INTEGER, i % 7 FROM range(120) AS each(i)"  # noqa: S608 - a number of the test
    )
    found = charts(table.connection, table.relation, table.known(), table.profile())["chart"]
    assert found["choice"]["grain"] == grain and found["labels"][0] == first
    assert (
        sum(found["values"]) == sum(number % 7 for number in range(120)) and 2 <= len(found["labels"]) <= choice.POINTS
    )


def test_rows_are_counted_where_there_is_nothing_to_add_up() -> None:
    rows = [[2566, "เมา"], [2566, "ง่วง"], [2567, "เมา"]]
    found = drawn({"ปี": "int8", "สาเหตุ": "text"}, rows)
    assert found is not None
    assert (found.choice.how, found.choice.value, found.labels, found.values) == (
        "count",
        "",
        ("2566", "2567"),
        (2.0, 1.0),
    )


def test_every_row_counts_however_many_there_are() -> None:
    table = Small({"ภาค": "text", "จำนวน": "int8"}, [])
    table.connection.execute("INSERT INTO small SELECT 'ภาค ' || (i % 4), i % 10 FROM range(100000) AS each(i)")
    found = charts(table.connection, table.relation, table.known(), table.profile())["chart"]
    assert found["rows"] == 100_000 and sum(found["values"]) == 450_000


@pytest.mark.parametrize(
    ("types", "rows"),
    [
        ({"ชื่อ": "text"}, [["a"], ["b"]]),
        ({"ชื่อ": "text", "รหัสจังหวัด": "int8"}, [["a", 10], ["b", 50]]),
        ({"ชื่อ": "text", "ละติจูด": "float8"}, [["a", 13.5], ["b", 14.5]]),
        ({"ชื่อ": "text", "ปี พ.ศ.": "int8"}, [["a", 2566], ["b", 2567]]),
        ({"ชื่อ": "text", "ที่": "int8"}, [["a", 1], ["b", 2], ["c", 3]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", 5], ["a", 6]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", 5], ["b", 5]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [["a", None], ["b", None]]),
        ({"ชื่อ": "text", "จำนวน": "int8"}, [[f"{number}", number * number] for number in range(300)]),
        ({"จำนวน": "int8", "ราคา": "numeric"}, [[1, 5], [4, 6]]),
        ({"ชื่อ-สกุล": "text", "จำนวน": "int8"}, [["สมชาย ใจดี", 5], ["สมหญิง ใจงาม", 6]]),
        ({}, []),
    ],
    ids=[
        "no number",
        "code",
        "coordinate",
        "year",
        "running number",
        "one group",
        "constant",
        "empty",
        "names",
        "no name",
        "people",
        "nothing",
    ],
)
def test_nothing_is_drawn_where_nothing_sensible_can_be(types: dict[str, str], rows: list[list[Any]]) -> None:
    assert drawn(types, rows) is None


def test_a_number_by_province_is_a_map_whatever_the_writing() -> None:
    rows = [["จ.ตราด", 10], ["ตราด", 5], ["กทม.", 7], ["Chiang Mai", 1], ["ไม่ระบุ", 3]]
    found = drawn({"จังหวัด": "text", "จำนวน": "int8"}, rows, "map")
    assert found is not None
    assert dict(zip(found.labels, found.values, strict=True)) == {"23": 15.0, "10": 7.0, "50": 1.0}
    assert (found.rows, found.left_out, found.choice.how) == (4, 1, "sum")


def test_a_mean_by_province_weighs_rows_not_spellings() -> None:
    rows = [["จ.ตราด", 10.0], ["ตราด", 20.0], ["ตราด", 30.0], ["กทม.", 7.0]]
    found = drawn({"จังหวัด": "text", "อัตรา": "float8"}, rows, "map")
    assert found is not None
    assert dict(zip(found.labels, found.values, strict=True)) == {"23": 20.0, "10": 7.0}


def test_codes_of_provinces_make_a_map_and_single_rows_are_not_counted() -> None:
    rows = [[code] for code in (10, 23, 50)]
    assert drawn({"รหัสจังหวัด": "int8"}, rows, "map") is None
    found = drawn({"รหัสจังหวัด": "int8"}, [*rows, [10]], "map")
    assert found is not None and (found.labels[0], found.values[0]) == ("10", 2.0)


def test_points_are_kept_as_they_were() -> None:
    points = Points(Choice("map", "", "จังหวัด", "count", means="province_name"), ("10",), (1.5,), False, 1, 2, 3)
    assert Points.of(points.as_json()) == points
