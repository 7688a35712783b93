"""What is found in a table, and what is not: planted values in every writing, and columns that look like trouble."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.firewall.judging import by_chance
from chalicelib.opendata.firewall.look import look, of_records
from chalicelib.opendata.firewall.model import Finding
from chalicelib.shared.thai import is_national_id
from tests.opendata.firewall.town import IDS, ids, national_id

THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
Found = list[tuple[str, str, str, int]]


def found(**columns: Sequence[Any]) -> Found:
    """Of columns of texts: column, kind, certainty and rows of each finding."""
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return told(of_records([{"id": name, "type": "text"} for name in columns], rows))


def told(findings: Sequence[Finding]) -> Found:
    return [(each.column, each.kind, each.certainty, each.rows) for each in findings]


def grouped(number: str, mark: str) -> str:
    return mark.join((number[0], number[1:5], number[5:10], number[10:12], number[12]))


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda number: number.translate(THAI),
        lambda number: grouped(number, "-"),
        lambda number: grouped(number, " "),
        lambda number: grouped(number, "-").translate(THAI),
        lambda number: f"  {number} ",
        lambda number: f"ผู้ร้องเลขที่ {number} ยื่นเรื่องแล้ว",
        lambda number: f"({grouped(number, '-')}),ตราด",
    ],
)
def test_a_national_id_is_found_in_any_writing(write: Any) -> None:
    assert found(a=[write(each) for each in IDS]) == [("a", "national_id", "sure", len(IDS))]


def test_two_ids_in_one_cell_are_one_row() -> None:
    pairs = [mark.join(pair) for pair, mark in zip(zip(IDS[::2], IDS[1::2], strict=True), ", /;\t|-x: ", strict=True)]
    assert found(a=pairs) == [("a", "national_id", "sure", 10)]


def test_ids_that_became_numbers_are_found_and_their_rows_named() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(?::BIGINT[]) AS code", [[7, 8, *map(int, IDS)]])
        answer = look(connection, "t", [{"id": "code", "type": "int8"}])
    assert answer["rows"] == 22
    (only,) = answer["findings"]
    assert (only["kind"], only["certainty"], only["rows"], only["at"]) == ("national_id", "sure", 20, [3, 4, 5, 6, 7])
    assert only["share"] == round(20 / 22, 4)


def test_a_single_id_in_a_long_text_column_is_likely() -> None:
    notes = ["เรียบร้อย"] * 499 + [f"โปรดติดต่อ {IDS[0]}"]
    assert found(หมายเหตุ=notes) == [("หมายเหตุ", "national_id", "likely", 1)]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True), min_size=3, max_size=12, unique=True))
def test_whatever_the_register_would_take_is_found(twelves: list[str]) -> None:
    numbers = [national_id(each) for each in twelves]
    assert all(map(is_national_id, numbers))
    assert found(a=numbers) == [("a", "national_id", "sure", len(numbers))]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True), min_size=3, max_size=12), st.integers(1, 9))
def test_what_the_register_would_not_take_is_nothing(twelves: list[str], off: int) -> None:
    wrong = [each + str((int(national_id(each)[12]) + off) % 10) for each in twelves]
    assert not any(map(is_national_id, wrong))
    assert found(a=wrong) == []


RANDOM = random.Random(7)
HARMLESS: dict[str, Sequence[str]] = {
    "barcodes": [f"885{RANDOM.randrange(10**10):010d}" for _ in range(4_000)],
    "codes that end in one": [f"1{each:011d}1" for each in range(4_000)],
    "a running number": [str(1_000_000_000_000 + each) for each in range(4_000)],
    "one code again and again": ["1101700230708"[:12] + "9"] * 500,
    "juristic persons": [f"0105{each:09d}" for each in range(3_000)],
    "school codes": [f"10{each:08d}" for each in range(3_000)],
    "ten digits, a few begin with 08": [f"{RANDOM.randrange(10**10):010d}" for _ in range(3_000)],
    "document numbers": [f"ตร 0023.{each}/ว {RANDOM.randrange(10**4)}" for each in range(500)],
    "coordinates": [f"13.08{RANDOM.randrange(10**9):09d}" for _ in range(500)],
    "shares": [f"0.8{RANDOM.randrange(10**9):09d}" for _ in range(500)],
    "budgets": [f"{RANDOM.randrange(10**12, 10**13):,}" for _ in range(500)],
    "dates and times": [f"2566-08-{day:02d} 12:30:59" for day in range(1, 29)],
    "switchboards": [f"0 - 2{each:03d}-7000" for each in range(200)],
    "ranges of switchboards": [f"0-2246-1{each:03d}-28" for each in range(200)],
    "office mail": [f"saraban{each}@agency.go.th" for each in range(50)],
    "offices": ["นายกเทศมนตรี ตำบลแหลมงอบ", "นายอำเภอ เมืองตราด", "นายแพทย์สาธารณสุข จังหวัดตราด", "นายก อบต บางปิด"],
    "places": ["อำเภอนางรอง จังหวัดบุรีรัมย์", "ถนนนางลิ้นจี่ แขวงช่องนนทรี", "นางเลิ้ง เขตป้อมปราบ", "วัดนางชี ภาษีเจริญ"],
    "hospitals": ["โรงพยาบาลตราด", "ศูนย์การแพทย์ สมเด็จ", "คลินิกหมอสมชาย ตลาดสด"],
    "shops": ["บริษัท ใจดี จำกัด", "หจก. สมชาย การช่าง", "ร้านนางฟ้า บิวตี้"],
    "web": ["https://agency.go.th/online/12", "pipeline: offline"],
}  # fmt: skip


def test_harmless_columns_are_left_alone() -> None:
    longest = max(map(len, HARMLESS.values()))
    columns = {name: [*values, *[None] * (longest - len(values))] for name, values in HARMLESS.items()}
    assert [each for each in found(**columns) if each[2] != "hint"] == []


def test_ids_among_codes_stand_out_when_there_are_too_many_for_chance() -> None:
    barcodes = list(HARMLESS["barcodes"])[:1_000]
    mixed = barcodes + ids(400)
    ((_, kind, certainty, rows),) = found(a=mixed)
    valid = sum(map(is_national_id, barcodes))
    assert (kind, certainty, rows) == ("national_id", "likely", 400 + valid)


@pytest.mark.parametrize(
    ("candidates", "valid", "ones", "chance"),
    [
        (1, 1, 0.0, True),  # expected 0.09: up to 1.3
        (2, 2, 0.0, True),  # 0.18: 1.97, and two are more than that
        (3, 3, 0.0, False),  # 0.27: 2.5
        (1_100, 100, 0.0, True),  # just as expected
        (1_100, 189, 0.0, True),  # 150 + 40 = 190
        (1_100, 191, 0.0, False),
        (1_100, 350, 1.0, True),  # all end in 1: 200 expected, 300 + 56.6
        (1_100, 357, 1.0, False),
    ],
)
def test_what_chance_explains(candidates: int, valid: int, ones: float, chance: bool) -> None:
    if (candidates, valid) == (2, 2):
        chance = 2 <= 1.5 * (2 / 11) + 4 * (2 / 11) ** 0.5
    assert by_chance(candidates, valid, ones) is chance


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"โทร": ["081-234-5678", "02-123-4567"]}, [("โทร", "mobile_phone", "sure", 1)]),
        ({"โทรศัพท์": ["02-123-4567"] * 9 + ["089 123 4567"]}, [("โทรศัพท์", "mobile_phone", "likely", 1)]),
        ({"tel": ["+66 81 234 5678"] * 3}, [("tel", "mobile_phone", "sure", 3)]),
        ({"a": ["๐๘๑-๒๓๔-๕๖๗๘"] * 3}, [("a", "mobile_phone", "likely", 3)]),
        ({"a": ["0812345678"] * 3}, [("a", "mobile_phone", "likely", 3)]),
        ({"mail": ["somchai@gmail.com", "info@agency.go.th"]}, [("mail", "email", "likely", 1)]),
        ({"mail": [f"someone{each}@HOTMAIL.com" for each in range(3)]}, [("mail", "email", "sure", 3)]),
        ({"ไลน์": ["somchai99", "jaidee.77"]}, [("ไลน์", "line_id", "likely", 2)]),
        ({"a": ["ติดต่อ LINE ID: somchai99"]}, [("a", "line_id", "likely", 1)]),
        ({"ติดต่อ": ["LINE: @agency"]}, []),
        ({"a": ["นายสมชาย ใจดี", "นางสาวสมหญิง รักไทย", "ด.ช.กมล ศรีสุข"]}, [("a", "person_name", "sure", 3)]),
        ({"a": ["พ.ต.อ. สมชาย ใจดี", "ว่าที่ร้อยตรีกมล ศรีสุข", "Mr. Somchai Jaidee"]}, [("a", "person_name", "sure", 3)]),
        ({"a": ["ขาว"] * 200 + ["นายสมชาย ใจดี"]}, [("a", "person_name", "hint", 1)]),
        ({"a": ["ขาว"] * 40 + ["นายสมชาย ใจดี"]}, [("a", "person_name", "likely", 1)]),
        ({"ชื่อ-สกุล": ["สมชาย ใจดี", "กมล ศรีสุข"]}, [("ชื่อ-สกุล", "person_name", "sure", 2)]),
        (
            {"ชื่อ": ["สมชาย", "กมล"], "นามสกุล": ["ใจดี", "ศรีสุข"]},
            [("ชื่อ", "person_name", "sure", 2), ("นามสกุล", "person_name", "sure", 2)],
        ),
        ({"คำนำหน้า": ["นาย", "น.ส."], "ชื่อ": ["สมชาย", "กมล"]}, [("ชื่อ", "person_name", "sure", 2)]),
        ({"ชื่อ": ["แหลมงอบ", "บางปิด"]}, []),
        ({"passport": ["AA1234567", "B123456"]}, [("passport", "passport", "likely", 2)]),
        ({"เลขที่บัญชีธนาคาร": ["123-4-56789-0"]}, [("เลขที่บัญชีธนาคาร", "bank_account", "likely", 1)]),
        ({"HN": ["55-12345"]}, [("HN", "patient_number", "likely", 1)]),
        ({"ทะเบียนรถ": ["กข 1234", "1กข 999 ตราด"]}, [("ทะเบียนรถ", "car_plate", "likely", 2)]),
        ({"วันเกิด": ["2500-01-01"]}, []),
        ({"ที่อยู่": ["12/3 หมู่ 4 ต.บางปิด"]}, []),
    ],
)  # fmt: skip
def test_other_kinds(columns: dict[str, Sequence[str]], expected: Found) -> None:
    assert found(**columns) == expected


def test_what_says_little_by_itself_says_more_beside_names() -> None:
    columns = {
        "ชื่อ-สกุล": ["นายสมชาย ใจดี"] * 3,
        "วันเกิด": ["2500-01-01"] * 3,
        "ที่อยู่": ["12/3 หมู่ 4 ต.บางปิด"] * 3,
        "โทร": ["039-123-456"] * 3,
        "โทรที่ทำงาน": ["039-123-456"] * 3,
    }
    assert found(**columns) == [
        ("ชื่อ-สกุล", "person_name", "sure", 3),
        ("วันเกิด", "birth_date", "sure", 3),
        ("ที่อยู่", "home_address", "likely", 3),
        ("โทร", "phone", "likely", 3),
    ]


def counted(place: str, count: str, values: Sequence[int]) -> Found:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 'x' AS a, unnest(?::BIGINT[]) AS b", [list(values)])
        connection.execute(f'ALTER TABLE t RENAME a TO "{place}"')
        connection.execute(f'ALTER TABLE t RENAME b TO "{count}"')
        columns = [{"id": place, "type": "text"}, {"id": count, "type": "int8"}]
        return [(f["column"], f["kind"], f["certainty"], f["rows"]) for f in look(connection, "t", columns)["findings"]]


@pytest.mark.parametrize(
    ("place", "count", "values", "rows"),
    [
        ("ตำบล", "จำนวนผู้ป่วย", [0, 1, 4, 5, 90], 2),
        ("ตำบล", "จำนวนผู้ป่วย", [0, 5, 90], 0),
        ("จังหวัด", "จำนวนผู้ป่วย", [1, 2], 0),
        ("ตำบล", "จำนวนถังขยะ", [1, 2], 0),
    ],
)
def test_small_counts_of_people_in_small_places(place: str, count: str, values: list[int], rows: int) -> None:
    assert counted(place, count, values) == ([(count, "small_cells", "likely", rows)] if rows else [])


def test_a_column_whose_very_name_is_somebodys_is_named_by_its_place() -> None:
    first = {IDS[0]: ["1"], "นายสมชาย ใจดี": ["2"], "0812345678": ["3"], "ตำบล": ["4"]}
    findings = of_records([{"id": name, "type": "text"} for name in first], [dict.fromkeys(first, "x")])
    assert [(each.column, each.kind, each.where[1]) for each in findings] == [
        ("", "national_id", "#1"),
        ("", "person_name", "#2"),
        ("", "mobile_phone", "#3"),
    ]


def test_a_column_and_its_original_writing_are_told_once() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest(?::VARCHAR[]) AS o", [IDS])
        connection.execute("CREATE TABLE u AS SELECT CAST(o AS BIGINT) AS code, o AS code_original FROM t")
        columns = [{"id": "code", "type": "int8"}, {"id": "code_original", "type": "text", "original_of": "code"}]
        findings = look(connection, "u", columns)["findings"]
    assert [each["column"] for each in findings] == ["code"]


def test_it_takes_two_scans_whatever_there_is() -> None:
    class Counting:
        def __init__(self, connection: Any) -> None:
            self.connection, self.scans = connection, 0

        def execute(self, sql: str, *more: Any) -> Any:
            self.scans += "FROM t" in sql
            return self.connection.execute(sql, *more)

    with duckdb.connect() as real:
        columns = [{"id": f"c{each}", "type": "text"} for each in range(15)]
        names = ", ".join(f"c{each}" for each in range(15))
        real.execute(f"CREATE TABLE t ({', '.join(f'c{each} VARCHAR' for each in range(15))})")
        real.execute(f"INSERT INTO t ({names}) VALUES ({', '.join(['?'] * 15)})", [f"{IDS[0]} นายสมชาย ใจดี"] * 15)  # noqa: S608 - names of the test
        connection: Any = Counting(real)
        assert len(look(connection, "t", columns)["findings"]) == 30
    assert connection.scans == 2


def test_an_empty_table_has_nothing() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a VARCHAR)")
        assert look(connection, "t", [{"id": "a", "type": "text"}]) == {"rules": "1", "rows": 0, "findings": []}
    assert of_records([], [{}]) == ()
    assert of_records([{"id": "a", "type": "text"}], []) == ()
