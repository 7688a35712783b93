"""What columns are recognised as, and what of them is kept to compare them with others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata.recognition import codes, places, shapes, sketch
from tests.opendata.recognition.tables import Small


@pytest.mark.parametrize(
    ("level", "text", "code"),
    [
        ("province", "เชียงใหม่", "50"),
        ("province", "จ.เชียงใหม่", "50"),
        ("province", "จังหวัด เชียงใหม่", "50"),
        ("province", " จ. ตราด ", "23"),
        ("province", "กทม.", "10"),
        ("province", "กรุงเทพฯ", "10"),
        ("province", "ลําพูน", "51"),  # sara am typed as two signs
        ("province", "Chonburi", "20"),
        ("province", "Phra Nakhon Si Ayutthaya Province", "14"),
        ("province", "จันทบุรี", "22"),
        ("amphoe", "อ.เมืองตราด", "2301"),
        ("amphoe", "เขตบางรัก", "1004"),
        ("amphoe", "กิ่งอำเภอเกาะกูด", "2306"),
        ("amphoe", "Mueang Trat", "2301"),
        ("tambon", "ต.แหลมงอบ", "230501"),
        ("province", "แหลมงอบ", ""),
        ("tambon", "คลองใหญ่", ""),  # three places have this name
    ],
)
def test_places_are_known_however_they_are_written(level: str, text: str, code: str) -> None:
    assert places.code_of_name(level, text) == code


def test_a_name_that_many_have_is_one_place_inside_of_a_larger_one() -> None:
    assert places.code_of_name(codes.AMPHOE, "เมือง", "23") == "2301"
    assert places.code_of_name(codes.TAMBON, "คลองใหญ่", "2302") == "230201"


@pytest.mark.parametrize("level", [codes.PROVINCE, codes.AMPHOE, codes.TAMBON])
def test_every_place_of_the_reference_is_found_by_both_its_names_and_its_code(level: str) -> None:
    assert len(places.codes(level)) == {"province": 77, "amphoe": 928, "tambon": 7436}[level]
    for code in places.codes(level):
        assert code in places.named(level, places.name(level, code))
        assert code in places.named(level, places.name(level, code, "en"))
        assert places.code_of(level, code) == code == places.code_of(level, int(code))
        assert level == codes.PROVINCE or code[:-2] in places.codes(
            codes.AMPHOE if level == codes.TAMBON else codes.PROVINCE
        )


PROVINCES = ("ตราด", "กรุงเทพมหานคร", "เชียงใหม่", "ภูเก็ต")


@pytest.mark.parametrize(
    ("types", "rows", "means"),
    [
        ({"จังหวัด": "text"}, [[each] for each in PROVINCES], {"จังหวัด": "province_name"}),
        ({"จังหวัด": "text"}, [["ตราด"]], {"จังหวัด": "province_name"}),
        ({"ที่ตั้ง": "text"}, [[each] for each in PROVINCES], {"ที่ตั้ง": "province_name"}),
        ({"ทิศ": "text"}, [["ตราด"], ["เหนือ"]], {}),
        ({"รหัสจังหวัด": "int8"}, [[10], [23]], {"รหัสจังหวัด": "province_code"}),
        ({"อายุ": "int8"}, [[10], [23], [50]], {}),
        ({"dcode": "text"}, [["1004"], ["2305"]], {"dcode": "amphoe_code"}),
        ({"รหัส": "int8"}, [[code] for code in (230501, 230201, 100101, 500101, 830101)], {"รหัส": "tambon_code"}),
        ({"ปี": "int8/BE"}, [[2566], [2567]], {"ปี": "year_be"}),
        ({"fiscal_year": "int8"}, [[2023], [2024]], {"fiscal_year": "year_ce"}),
        ({"จำนวน": "int8"}, [[2566], [2567]], {}),
        ({"วันที่": "date"}, [["2026-01-31"]], {"วันที่": "date"}),
        ({"หน่วยงาน": "text"}, [["กรมที่ดิน"], ["เทศบาลตำบลแหลมงอบ"]], {"หน่วยงาน": "organization_name"}),
        ({"รหัสไปรษณีย์": "int8"}, [[23120], [10110]], {"รหัสไปรษณีย์": "postal_code"}),
        ({"lat": "float8", "lon": "float8"}, [[12.1, 102.5]], {"lat": "latitude", "lon": "longitude"}),
        ({"lat": "float8"}, [[1200.5], [3.5]], {}),
        ({"พิกัด": "text"}, [["12.17, 102.39"], ["13.75,100.50"]], {"พิกัด": "point"}),
        ({"geom": "text"}, [["POINT (102.39 12.17)"]], {"geom": "geometry"}),
        ({"เลข": "text"}, [["3100600445635"], ["1101700230708"]], {"เลข": "national_id"}),
        ({"เลข": "text"}, [["3100600445636"], ["1101700230709"]], {}),
        ({"ติดต่อ": "text"}, [["02-534-7000"], ["081 234 5678"]], {"ติดต่อ": "phone"}),
        ({"ติดต่อ": "text"}, [["a@b.example"]], {"ติดต่อ": "email"}),
        ({"ชื่อ-สกุล": "text"}, [["สมชาย ใจดี"]], {"ชื่อ-สกุล": "person_name"}),
        ({"หมายเหตุ": "text"}, [[None], [None]], {}),
    ],
)
def test_columns_are_recognised(types: dict[str, str], rows: list[list[Any]], means: dict[str, str]) -> None:
    assert Small(types, rows).means() == means


def test_what_does_not_fit_is_listed_with_its_row_and_totals_do_not_count() -> None:
    names = [places.name(codes.PROVINCE, code) for code in places.codes(codes.PROVINCE)]
    rows = [[name] for name in names] + [["เมืองลับแล"], ["รวมทั้งประเทศ"], ["ไม่ระบุ"], ["เมืองลับแล"]]
    found = Small({"จังหวัด": "text"}, rows).recognised()["columns"]["จังหวัด"]
    assert found["means"] == "province_name" and 0.98 < found["share"] < 1
    assert found["misfits"] == [{"value": "เมืองลับแล", "row": 78, "rows": 2}] and found["misfits_in_all"] == 1
    assert len(sketch.codes(codes.PROVINCE, found["sketch"])) == 77


def test_one_in_ten_that_is_wrong_is_too_many() -> None:
    rows = [[places.name(codes.PROVINCE, code)] for code in places.codes(codes.PROVINCE)[:18]] + [["x"], ["y"]]
    assert Small({"จังหวัด": "text"}, rows).means() == {}


def test_names_that_places_share_are_told_apart_by_the_other_columns() -> None:
    rows = [["ตราด", "เมือง", "คลองใหญ่"], ["ตราด", "คลองใหญ่", "คลองใหญ่"], ["เชียงใหม่", "เมือง", "ศรีภูมิ"]]
    found = Small({"จังหวัด": "text", "อำเภอ": "text", "ตำบล": "text"}, rows).recognised()["columns"]
    assert found["อำเภอ"]["within"] == ["จังหวัด"] and found["ตำบล"]["within"] == ["จังหวัด", "อำเภอ"]
    assert sketch.codes(codes.AMPHOE, found["อำเภอ"]["sketch"]) == ["2301", "2302", "5001"]
    assert "230201" in sketch.codes(codes.TAMBON, found["ตำบล"]["sketch"])


def test_the_box_holds_what_lies_somewhere() -> None:
    table = Small({"lat": "float8", "lon": "float8"}, [[12.1, 102.5], [13.7, 100.5], [0.0, 0.0], [None, 99.0]])
    found = table.recognised()
    assert found["points"] == [{"latitude": "lat", "longitude": "lon"}] and found["bbox"] == [100.5, 12.1, 102.5, 13.7]
    shape = '{"type": "Polygon", "coordinates": [[[100, 13], [101, 13], [101, 14], [100, 13]]]}'
    assert Small({"geometry": "text"}, [[shape]]).recognised()["bbox"] == [100, 13, 101, 14]
    assert Small({"a": "text"}, [["x"]]).recognised()["bbox"] is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("POINT Z (1 2 3)", "Point"),
        ("MULTIPOINT ((1 2),(3 4))", "MultiPoint"),
        ("MULTIPOINT (1 2, 3 4)", "MultiPoint"),
        ("LINESTRING(1 2, 3 4)", "LineString"),
        ("MULTIPOLYGON (((1 2,3 4,5 6,1 2)))", "MultiPolygon"),
        ('{"type":"Feature","geometry":{"type":"Point","coordinates":[100,13]}}', "Point"),
        ('{"type":"Point","coordinates":["a"]}', ""),
        ("POLYGON ((", ""),
        ("POINT EMPTY", ""),
        ("{" * 2000, ""),
        ("x", ""),
    ],
)
def test_shapes_are_read_from_both_writings(text: str, kind: str) -> None:
    found = shapes.geometry(text)
    assert (found or {"type": ""})["type"] == kind


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(places.codes(codes.TAMBON))), st.sets(st.sampled_from(places.codes(codes.TAMBON))))
def test_the_share_of_places_is_exact(one: set[str], other: set[str]) -> None:
    mine, theirs = (sketch.of_places(codes.TAMBON, each) for each in (one, other))
    assert set(sketch.codes(codes.TAMBON, mine)) == one
    told = sketch.share(codes.TAMBON, mine, theirs)
    assert told == ((len(one & other) / len(one), True) if one else None)


def test_the_share_of_other_values_is_exact_for_few_and_near_for_many() -> None:
    few = sketch.of_values(["a", "b", "c", "d"])
    assert sketch.share("organization", few, sketch.of_values(["a", "b", "z"])) == (0.5, True)
    many, half = (sketch.of_values(str(number) for number in range(first, 8_000)) for first in (0, 4_000))
    told = sketch.share("organization", many, half)
    assert told is not None and told[1] is False and abs(told[0] - 0.5) < 0.15
    assert len(str(many)) < 1_000
