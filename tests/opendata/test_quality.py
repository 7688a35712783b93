"""The quality of a dataset: each dimension by a table, and what must hold of any dataset."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import quality as rules
from chalicelib.opendata.links.model import Link
from chalicelib.opendata.model import Dataset, DatasetId, File, GroupId, Package, Problem, Resource, ResourceId, Table
from chalicelib.opendata.page.words import Words
from chalicelib.opendata.quality import Finding, Quality, marks, quality
from chalicelib.opendata.quality.saying import said
from chalicelib.opendata.quality.timeliness import next_change
from tests.opendata.portal import METADATA
from tests.support.tokens import NOW

FIELDS = {name: value for name, value in METADATA.items() if name != "tag_string"} | {
    "tags": ["ใบอนุญาต", "น้ำ", "อาหาร"],
    "notes": "ใบอนุญาตที่ออกแล้ว " * 10,
}
REPORT = {"encoding": "utf-8", "rows": 10, "blank_rows_dropped": 0}


def table_of(**filled: int) -> Table:
    """Ten rows, and how many of them have a value in each column."""
    columns = tuple({"id": name, "type": "text", "filled": count} for name, count in filled.items())
    return Table(1, "", "tables/a", columns, 10, 1)


TABLE = table_of(จังหวัด=10, จำนวน=10)
FILE = File(1, "a.csv", "text/csv", 10, "0" * 64, "files/a", NOW.isoformat(), (TABLE,), REPORT)


def a_resource(**changes: Any) -> Resource:
    fields = {"name": "แฟ้ม", "description": "รายปี", "format": "CSV"} | changes.pop("fields", {})
    made = Resource(ResourceId("r"), DatasetId("d"), fields, NOW.isoformat(), NOW.isoformat(), file=FILE, uploads=1)
    return replace(made, **changes)


def a_link(url: str = "https://agency.example/a.csv", **fields: str) -> Resource:
    return a_resource(url=url, file=None, uploads=0, fields=fields)


def a_package(*resources: Resource, **fields: Any) -> Package:
    made = {name: value for name, value in {**FIELDS, **fields}.items() if value is not None}
    dataset = Dataset(DatasetId("d"), "food", GroupId("o"), False, made, "x", NOW.isoformat(), NOW.isoformat())
    return Package(dataset, resources)


def dimension(found: Quality, name: str) -> rules.Dimension:
    return next(each for each in found.dimensions if each.name == name)


def keys(found: Quality, name: str) -> list[str]:
    return [finding.key for finding in dimension(found, name).findings]


def test_a_complete_dataset_with_a_clean_table_has_all_points() -> None:
    found = quality(a_package(a_resource()), NOW)
    assert [(each.name, each.points, each.measured) for each in found.dimensions] == [
        ("metadata", 20, 20),
        ("timeliness", 20, 20),
        ("access", 15, 15),
        ("machine", 20, 20),
        ("validity", 25, 25),
    ]
    assert (found.score, found.grade) == (100, "A")
    assert not any(each.findings for each in found.dimensions)


def test_the_weights_are_those_of_the_statistical_office() -> None:
    assert sum(rules.WEIGHTS.values()) == 100
    assert rules.WEIGHTS == {"metadata": 20, "timeliness": 20, "access": 15, "machine": 20, "validity": 25}


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A"), (90, "A"), (89, "B"), (75, "B"), (74, "C"), (60, "C"), (59, "D"), (40, "D"), (39, "E"), (0, "E")],
)
def test_grades_begin_where_the_method_says(score: int, grade: str) -> None:
    assert Quality((rules.Dimension("metadata", 100, 100, score),)).grade == grade


def test_metadata_names_the_fields_to_fill_in() -> None:
    found = quality(a_package(a_resource(fields={"description": ""}), notes="สั้น", tags=[], objective=None), NOW)
    assert dimension(found, "metadata").points == 12
    assert dimension(found, "metadata").findings == (
        Finding("missing_fields", {"fields": ["tags", "objective"]}, 2),
        Finding("short_notes", {"letters": 4}, 2),
        Finding("few_tags", {"tags": 0}, 2),
        Finding("undescribed_files", {"files": ["แฟ้ม"]}, 2),
    )


@pytest.mark.parametrize(
    ("unit", "interval", "age", "points"),
    [
        ("เดือน", "1", 31, 20),
        ("เดือน", "1", 32, 15),
        ("เดือน", "1", 62, 10),
        ("เดือน", "1", 93, 5),
        ("เดือน", "1", 94, 0),
        ("เดือน", "6", 186, 20),
        ("ปี", None, 366, 20),
        ("ปี", "nonsense", 366, 20),
        ("ตามเวลาจริง", "1", 2, 10),
        (rules.NEVER_UPDATED, None, 5_000, 20),
    ],
)
def test_timeliness_compares_the_age_with_what_was_promised(
    unit: str, interval: str | None, age: int, points: float
) -> None:
    package = a_package(a_resource(), update_frequency_unit=unit, update_frequency_interval=interval)
    found = quality(package, NOW + timedelta(days=age))
    assert dimension(found, "timeliness").points == points


@pytest.mark.parametrize("unit", ["ไม่ทราบ", "อื่นๆ", None])
def test_timeliness_without_a_promise_is_not_measured_and_says_why(unit: str | None) -> None:
    found = quality(a_package(a_resource(), update_frequency_unit=unit), NOW)
    assert dimension(found, "timeliness").measured == 0
    assert keys(found, "timeliness") == ["no_frequency"]


def test_a_link_is_as_old_as_its_owner_says_not_as_our_record_of_it() -> None:
    assert keys(quality(a_package(a_link()), NOW), "timeliness") == ["no_date"]
    told = quality(a_package(a_link(), last_updated_date="2026-11-20"), NOW)
    assert dimension(told, "timeliness").points == 20
    of_the_file = quality(a_package(a_link(last_updated_date="2025-01-01")), NOW)
    assert dimension(of_the_file, "timeliness").points == 0
    assert keys(quality(a_package(a_link(), last_updated_date="2999-01-01"), NOW), "timeliness") == ["no_date"]


@pytest.mark.parametrize(
    ("package", "points", "measured", "mend"),
    [
        (a_package(a_resource()), 15, 15, []),
        (a_package(a_link()), 12, 12, ["links_unchecked"]),
        (a_package(a_link("http://agency.example/a.csv")), 12, 15, ["insecure_link"]),
        (a_package(a_resource(), license_id="License not specified"), 10, 15, ["closed_licence"]),
        (a_package(a_resource(), accessible_condition="ขออนุญาตก่อน"), 13, 15, ["condition"]),
        (a_package(a_resource(file=None)), 7, 15, ["nothing_opens"]),
        (a_package(), 7, 15, ["no_resources"]),
    ],
    ids=["file", "link", "http", "licence", "condition", "not taken in", "nothing"],
)
def test_access(package: Package, points: float, measured: float, mend: list[str]) -> None:
    found = quality(package, NOW)
    assert (dimension(found, "access").points, dimension(found, "access").measured) == (points, measured)
    assert keys(found, "access") == mend


@pytest.mark.parametrize(
    ("formats", "points", "mend"),
    [
        (["CSV"], 20, []),
        (["geojson"], 20, []),
        ([".json"], 20, []),
        (["XLSX"], 14, ["format"]),
        (["PDF"], 4, ["format"]),
        (["JPEG"], 0, ["format"]),
        ([""], 0, ["no_format"]),
        (["PDF", "CSV"], 20, []),
        ([], 0, ["format"]),
    ],
)
def test_machines_read_the_best_format(formats: list[str], points: float, mend: list[str]) -> None:
    found = quality(a_package(*(a_link(format=each) for each in formats)), NOW)
    assert dimension(found, "machine").points == points
    assert keys(found, "machine") == mend


def a_table(table: Table = TABLE, **report: Any) -> Resource:
    return a_resource(file=replace(FILE, tables=(table,), report={**REPORT, **report}))


def check(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "rows": 3, "at": [2, 5, 9], **more}


BROKEN = Problem("เสีย", "broken", NOW.isoformat())


@pytest.mark.parametrize(
    ("resource", "points", "mend"),
    [
        (a_table(), 25, []),
        (a_table(encoding="cp874"), 22, ["not_utf8"]),
        (a_table(blank_rows_dropped=3), 23, ["blank_rows"]),
        (a_table(table_of(column_1=10)), 22, ["unnamed_columns"]),
        (a_table(table_of(a=10, b=9)), 25, []),  # 5 % empty: not yet
        (a_table(table_of(a=10, b=8)), 25 - 3 * 0.1 / 0.25, ["empty_cells"]),
        (a_table(table_of(a=10, b=5)), 22, ["empty_cells"]),
        (a_table(table_of(a=10, b=0)), 20, ["blank_columns", "empty_cells"]),
        (a_table(checks=[check("duplicate_rows")]), 23, ["duplicate_rows"]),
        (a_table(checks=[check("odd_values", column="จำนวน")]), 23, ["odd_values"]),
        (a_table(checks=[check("mixed_years", column="ปี"), check("odd_values")]), 23, ["mixed_years", "odd_values"]),
        (a_table(checks=[check("unknown_places", column="จังหวัด")]), 23, ["unknown_places"]),
        (a_table(checks=[check("dates_out_of_range", column="วันที่")]), 23, ["dates_out_of_range"]),
        (a_resource(problem=BROKEN), 21, ["unreadable"]),
        (a_resource(problem=BROKEN, held=FILE), 25, []),  # what waits for a steward is sound
        (a_resource(file=None, problem=BROKEN), 0, ["unreadable"]),
    ],
)  # fmt: skip
def test_validity_is_what_the_ingest_found(resource: Resource, points: float, mend: list[str]) -> None:
    found = quality(a_package(resource), NOW)
    assert dimension(found, "validity").points == pytest.approx(points)
    assert keys(found, "validity") == mend


def a_known_link(state: Any) -> Link:
    return Link("r", "d", "https://agency.example/a.csv", False, state)


@pytest.mark.parametrize(
    ("state", "points", "measured", "mend"),
    [
        ("ok", 15, 15, []),
        ("large", 15, 15, []),
        ("gone", 7, 15, ["nothing_opens", "broken_links"]),
        ("away", 7, 15, ["nothing_opens", "broken_links"]),
        ("unknown", 12, 12, ["links_unchecked"]),
    ],
)
def test_links_that_were_looked_at_are_measured(state: str, points: float, measured: float, mend: list[str]) -> None:
    found = quality(a_package(a_link()), NOW, {"r": a_known_link(state)})
    assert (dimension(found, "access").points, dimension(found, "access").measured) == (points, measured)
    assert keys(found, "access") == mend


def test_a_finding_names_the_rows_and_gives_its_points_back_once() -> None:
    checks = [check("odd_values", column="จำนวน"), check("odd_values", column="ราคา")]
    found = dimension(quality(a_package(a_table(checks=checks)), NOW), "validity").findings
    assert found == (
        Finding("odd_values", {"column": "จำนวน", "rows": 3, "at": [2, 5, 9]}, 2),
        Finding("odd_values", {"column": "ราคา", "rows": 3, "at": [2, 5, 9]}, 0),
    )
    assert said(found[0], Words("en")) == ("จำนวน holds numbers nearly everywhere, but not in 3 rows (rows 2, 5, 9).")


@pytest.mark.parametrize(("age", "falls"), [(0, 31), (31, 31), (32, 46.5), (50, 62), (70, 93), (93, 93), (94, None)])
def test_it_is_known_when_the_grade_will_fall_next(age: float, falls: float | None) -> None:
    next_one = next_change(a_package(a_resource()), NOW + timedelta(days=age))
    assert next_one == (None if falls is None else NOW + timedelta(days=falls))


def test_what_is_never_updated_does_not_fall() -> None:
    assert next_change(a_package(a_resource(), update_frequency_unit=rules.NEVER_UPDATED), NOW) is None


@pytest.mark.parametrize(
    ("package", "stars"),
    [
        (a_package(), 0),
        (a_package(a_link(format="PDF")), 1),
        (a_package(a_link(format="XLSX")), 2),
        (a_package(a_link(format="CSV")), 3),
        (a_package(a_resource(fields={"format": "XLSX"})), 3),  # a table was made of it
        (a_package(a_link(format="TTL")), 4),
        (a_package(a_link(format="TTL"), reference_url_catalog="https://other.example"), 5),
        (a_package(a_link(format="TTL"), license_id="License not specified"), 0),
    ],
)
def test_stars(package: Package, stars: int) -> None:
    found = marks.stars(package)
    assert [each.key for each in found] == [f"star_{number}" for number in range(1, 6)]
    assert marks.count(found) == stars


def test_the_checklist_of_high_value_datasets() -> None:
    def lacking(package: Package) -> set[str]:
        return {each.key for each in marks.high_value(package, quality(package, NOW)) if not each.given}

    assert lacking(a_package(a_resource(), high_value_dataset="True")) == set()
    assert lacking(a_package(a_resource())) == {"hvd_flag"}
    assert lacking(a_package(a_link(format="CSV"))) == {"hvd_flag", "hvd_api", "hvd_timely"}
    assert lacking(a_package(a_link(format="PDF", description=""), maintainer_email=None)) == {
        "hvd_flag", "hvd_format", "hvd_api", "hvd_bulk", "hvd_documented", "hvd_contact", "hvd_timely",
    }  # fmt: skip


def test_what_cannot_be_measured_is_left_out_and_too_little_gives_no_grade() -> None:
    found = quality(a_package(a_link()), NOW)
    assert dimension(found, "validity").measured == 0
    assert found.measured == 20 + 12 + 20
    assert found.grade is None
    assert quality(a_package(a_link(), last_updated_date="2026-11-20"), NOW).grade == "A"


VALUES = st.one_of(st.none(), st.text(max_size=5), st.lists(st.text(max_size=3), max_size=3))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*FIELDS, "last_updated_date", "accessible_condition"]), VALUES),
    st.lists(
        st.builds(
            a_link, st.text(max_size=10).map(lambda path: f"https://a.example/{path}"), format=st.text(max_size=5)
        ),
        max_size=3,
    ),
    st.datetimes(min_value=datetime(2026, 12, 1), max_value=datetime(2100, 1, 1)),
)
def test_any_dataset_has_a_score_between_none_and_all(
    fields: dict[str, Any], resources: list[Resource], now: datetime
) -> None:
    found = quality(a_package(*resources, **fields), now.replace(tzinfo=NOW.tzinfo))
    assert 0 <= found.score <= 100
    for each in found.dimensions:
        assert 0 <= each.points <= each.measured <= each.weight
        assert each.points < each.measured or not each.findings or each.measured < each.weight
        # every point that is lost is told, with what would bring it back
        assert sum(finding.points for finding in each.findings) == pytest.approx(each.measured - each.points)
