"""Thai codes in the words of the EU's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.opendata.dcat import codes
from chalicelib.opendata.standard import fields as standard

FREQUENCIES = [
    ("ปี", "1", "ANNUAL"), ("ปี", "2", "BIENNIAL"), ("ปี", "7", "OTHER"), ("ครึ่งปี", "1", "ANNUAL_2"),
    ("ไตรมาส", "1", "QUARTERLY"), ("เดือน", "1", "MONTHLY"), ("เดือน", "3", "QUARTERLY"), ("เดือน", "06", "ANNUAL_2"),
    ("สัปดาห์", "2", "BIWEEKLY"), ("วัน", "1", "DAILY"), ("วันทำการ", "1", "OTHER"), ("ชั่วโมง", "12", "DAILY_2"),
    ("นาที", "5", "OTHER"), ("ตามเวลาจริง", None, "UPDATE_CONT"), ("ไม่ทราบ", "", "UNKNOWN"), ("อื่นๆ", "1", "OTHER"),
    ("ไม่มีการปรับปรุงหลังจากการจัดเก็บข้อมูล", "1", "NEVER"), ("", "1", None), (None, None, None),
]  # fmt: skip


@pytest.mark.parametrize("unit, interval, code", FREQUENCIES)
def test_frequencies(unit: Any, interval: Any, code: str | None) -> None:
    assert codes.frequency(unit, interval) == code


def test_every_unit_language_and_licence_of_the_standard_is_known_or_known_to_have_no_twin() -> None:
    lists: Mapping[str, Any] = {each.name: each.values for each in standard.thai_standard().fields}
    assert all(codes.frequency(unit, "1") for unit in lists["update_frequency_unit"])
    assert [each for each in lists["data_language"] if not codes.languages([each])] == ["ไม่ทราบ", "อื่นๆ"]
    without = {each["id"] for each in standard.licenses() if codes.licence(each["id"]) is None}
    assert without == {
        "License not specified", "Creative Commons Non-Commercial (Any)", "อื่นๆ", "notspecified", "other-open",
        "other-pd", "other-at", "cc-nc", "other-nc", "other-closed",
    }  # fmt: skip
    # places that are not surely inside Thailand
    assert [each for each in lists["geo_coverage"] if each not in codes.tables()["in_thailand"]] == [
        "ไม่มี", "โลก", "ทวีป/กลุ่มประเทศในทวีป", "กลุ่มประเทศทางเศรษฐกิจ", "ไม่ทราบ", "อื่นๆ",
    ]  # fmt: skip


def test_every_code_that_is_mapped_to_has_a_label() -> None:
    tables = codes.tables()
    assert {code for row in tables["frequency_of"].values() for code in row.values()} <= tables["frequency"].keys()
    for mapped, labels in (("licence_of", "licence"), ("dataset_type_of", "dataset_type")):
        assert set(tables[mapped].values()) <= tables[labels].keys()
    assert {row[2] for row in tables["licence"].values()} <= tables["licence_type"].keys()
    assert tables["data_theme_words"].keys() <= tables["data_theme"].keys()
    assert tables["hvd_words"].keys() <= tables["hvd_category"].keys()
    assert tables["language_tag"].keys() == tables["language"].keys()
    assert all(media is None or codes.media_type(media) for _, media in tables["format"].values())


DAYS = [
    ("2566", "2023"), ("พ.ศ. 2566", "2023"), ("๒๕๖๖", "2023"), ("2023", "2023"), ("ค.ศ.1999", "1999"),
    ("2566-01-31", "2023-01-31"), ("2566-02", "2023-02"), ("2023-01-31T10:00:00", "2023-01-31"),
    ("2023-02-30", None), ("2566-02-29", None), ("2567-02-29", "2024-02-29"), ("31/01/2566", None), ("66", None),
    ("", None), (None, None), ("0001", None), ("99999", None), ("2566-13", None), ("ปี 2566", None),
]  # fmt: skip


@pytest.mark.parametrize("given, iso", DAYS)
def test_days_of_either_era(given: Any, iso: str | None) -> None:
    assert codes.day(given) == iso


PERIODS: list[tuple[dict[str, str], tuple[str | None, str | None]]] = [
    ({"first_year_of_data": "2560", "last_year_of_data": "2566"}, ("2017", "2023")),
    ({"first_year_of_data": "2560"}, ("2017", None)),
    ({"last_year_of_data": "2566"}, (None, "2023")),
    ({"first_year_of_data": "2566", "last_year_of_data": "2560"}, (None, None)),
    ({"created_date": "2560-01-01", "last_updated_date": "2566-05-31"}, ("2017-01-01", "2023-05-31")),
    ({"created_date": "2560-01-01"}, (None, None)),
    ({"last_updated_date": "2560-01-01"}, (None, None)),
    ({"temporal_start": "2020-01-01", "first_year_of_data": "2560"}, ("2020-01-01", None)),
    ({}, (None, None)),
]


@pytest.mark.parametrize("fields, period", PERIODS)
def test_the_time_that_data_cover(fields: dict[str, str], period: tuple[str | None, str | None]) -> None:
    assert codes.period(fields) == period


@pytest.mark.parametrize(
    "texts, themes",
    [(["สาธารณสุข"], ["HEAL"]), (["Road traffic"], ["TRAN"]), (["ข้อมูลทั่วไป"], ["GOVE"]), ([], ["GOVE"])],
)
def test_themes_by_words(texts: list[str], themes: list[str]) -> None:
    assert codes.themes(texts) == themes


def test_formats() -> None:
    assert codes.file_format(" csv ") == ("CSV", "text/csv")
    assert codes.file_format("<b>") == codes.file_format(None) == (None, None)
    assert codes.media_type("Text/CSV; charset=tis-620") == "text/csv"
    assert [codes.media_type(each) for each in ("csv", "a/b/c", "text/<b>", "", None)] == [None] * 5
    assert codes.is_file("SHP") and not codes.is_file("WMS") and not codes.is_file("HTML") and not codes.is_file("?")


def test_publishers() -> None:
    assert codes.publisher_type("TH/LOCAL/LAEMNGOP") == "LocalAuthority"
    assert codes.publisher_type("TH/CENTRAL/DGA") == codes.publisher_type(None) == "NationalAuthority"
