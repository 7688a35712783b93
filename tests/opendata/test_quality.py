"""The quality of a dataset: each dimension by a table, and what must hold of any dataset."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import quality as rules
from chalicelib.opendata.model import Dataset, DatasetId, File, GroupId, Package, Problem, Resource, ResourceId, Table
from chalicelib.opendata.quality import Finding, Quality, quality
from tests.opendata.portal import METADATA
from tests.support.tokens import NOW

FIELDS = {name: value for name, value in METADATA.items() if name != "tag_string"} | {
    "tags": ["ใบอนุญาต", "น้ำ", "อาหาร"],
    "notes": "ใบอนุญาตที่ออกแล้ว " * 10,
}
REPORT = {
    "encoding": "utf-8",
    "rows": 10,
    "blank_rows_dropped": 0,
    "columns": [{"name": "จังหวัด", "filled": 10}, {"name": "จำนวน", "filled": 10}],
}
FILE = File(
    1, "a.csv", "text/csv", 10, "0" * 64, "files/a", NOW.isoformat(), (Table(1, "", "tables/a", (), 10, 1),), REPORT
)


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
        Finding("missing_fields", {"fields": ["tags", "objective"]}),
        Finding("short_notes"),
        Finding("few_tags"),
        Finding("undescribed_files"),
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
        (a_package(a_resource(file=None)), 7, 15, []),
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
        ([], 0, []),
    ],
)
def test_machines_read_the_best_format(formats: list[str], points: float, mend: list[str]) -> None:
    found = quality(a_package(*(a_link(format=each) for each in formats)), NOW)
    assert dimension(found, "machine").points == points
    assert keys(found, "machine") == mend


def a_table(**report: Any) -> Resource:
    return a_resource(file=replace(FILE, report={**REPORT, **report}))


@pytest.mark.parametrize(
    ("resource", "points", "mend"),
    [
        (a_table(), 25, []),
        (a_table(encoding="cp874"), 20, ["not_utf8"]),
        (a_table(blank_rows_dropped=3), 23, ["blank_rows"]),
        (a_table(columns=[{"name": "column_1", "filled": 10}]), 21, ["unnamed_columns"]),
        (a_table(columns=[{"name": "a", "filled": 10}, {"name": "b", "filled": 0}]), 21, ["empty_cells"]),
        (a_resource(problem=Problem("เสีย", "broken", NOW.isoformat())), 20, ["unreadable"]),
        (a_resource(file=None, problem=Problem("เสีย", "broken", NOW.isoformat())), 0, ["unreadable"]),
    ],
)
def test_validity_is_what_the_ingest_found(resource: Resource, points: float, mend: list[str]) -> None:
    found = quality(a_package(resource), NOW)
    assert dimension(found, "validity").points == pytest.approx(points)
    assert keys(found, "validity") == mend


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
