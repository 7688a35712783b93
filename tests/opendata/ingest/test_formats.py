"""Each kind of file becomes the same typed tables; its content tells what it is, never its name."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from chalicelib.opendata.tables.ingest.model import Built, Unreadable
from tests.opendata.ingest.files import (
    PROVINCES,
    build,
    codes,
    column,
    described,
    ods,
    ods_row,
    types_of,
    workbook,
    zipped,
)

TYPES = {"abbr": "text", "province": "text", "area": "numeric"}
ROWS: list[list[Any]] = [["abbr", "province", "area"], ["กจ", "กาญจนบุรี", 19483.2], ["ชม", "เชียงใหม่", 20107]]
RECORDS = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]


def parquet(folder: Path, select: str) -> bytes:
    """A Parquet file of a SELECT."""
    target = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({select}) TO '{target}' (FORMAT parquet)")
    return target.read_bytes()


def same(built: Built) -> None:
    """The provinces, whatever they came in."""
    assert types_of(built) == TYPES
    assert column(built, "province") == ["กาญจนบุรี", "เชียงใหม่"]
    assert column(built, "area") == [19483.2, 20107.0]


@pytest.mark.parametrize(
    ("format", "content"),
    [
        ("CSV", PROVINCES.replace(",", ";").encode()),
        ("TSV", PROVINCES.replace(",", "\t").encode("cp874")),
        ("XLSX", workbook({"ก": ROWS})),
        ("ODS", ods("".join(ods_row(row) for row in ROWS))),
        ("JSON", json.dumps(RECORDS).encode()),
        (
            "JSON",
            json.dumps({"meta": {"n": 2}, "result": {"records": RECORDS}}, ensure_ascii=False).encode("utf-8-sig"),
        ),
        ("JSONL", "".join(json.dumps(record) + "\n" for record in RECORDS).encode()),
        ("GZ", gzip.compress(PROVINCES.encode())),
        ("ZIP", zipped({"a/b/จังหวัด.csv": PROVINCES.encode()})),
    ],
)
def test_every_format_gives_the_same_table(tmp_path: Path, format: str, content: bytes) -> None:
    built = build(tmp_path, content)
    assert built.report["format"] == format
    same(built)


def test_a_mislabelled_file_is_taken_for_what_it_is_and_told(tmp_path: Path) -> None:
    built = build(tmp_path, workbook({"ก": ROWS}), file_name="จังหวัด.csv")
    same(built)
    assert "mislabelled" in codes(built)


def test_each_filled_visible_sheet_is_a_table_and_the_others_are_told(tmp_path: Path) -> None:
    day = dt.datetime(2024, 1, 31)
    content = workbook(
        {
            "ฝุ่น": [["วันที่", "02T"], [day, 38.3], [day + dt.timedelta(days=1), "N/A"], [], ["หมายเหตุ : N/A ไม่มีข้อมูล"]],
            "ว่าง": [],
            "ลับ": [["a", "b"], [1, 2]],
            "สถานี": [["ลำดับ", "ชื่อ"], [1, "ธนบุรี"], ["รวม", 1]],
        },
        hidden=["ลับ"],
    )
    built = build(tmp_path, content)
    assert [(table.name, table.rows) for table in built.tables] == [("ฝุ่น", 2), ("สถานี", 2)]
    assert types_of(built) == {"วันที่": "date", "02T": "numeric"}
    assert column(built, "02T") == [38.3, None]
    assert column(built, "02T_original") == ["38.3", "N/A"]
    assert built.tables[0].report["footers"] == ["หมายเหตุ : N/A ไม่มีข้อมูล"]
    assert {"left_out", "footers", "missing_words", "total_row"} <= codes(built)
    (tmp_path / "again").mkdir()
    chosen = build(tmp_path / "again", content, {"sheets": ["ลับ"]})
    assert types_of(chosen) == {"a": "int8", "b": "int8"}


def test_merged_headers_are_joined_and_merged_rows_get_their_value(tmp_path: Path) -> None:
    rows = [
        ["ตารางประชากร", None, None, None],
        ["ภาค", "ประชากร", None, "บ้าน"],
        [None, "ชาย", "หญิง", None],
        ["เหนือ", 1, 2, 3],
        [None, 4, 5, 6],
    ]
    built = build(tmp_path, workbook({"ก": rows}, merged="A1:D1,A2:A3,B2:C2,D2:D3,A4:A5"))
    assert list(types_of(built)) == ["ภาค", "ประชากร ชาย", "ประชากร หญิง", "บ้าน"]
    assert column(built, "ภาค") == ["เหนือ", "เหนือ"]
    assert built.tables[0].report["titles"] == ["ตารางประชากร"]
    assert {"titles", "header_rows", "merged_cells"} <= codes(built)


def test_an_ods_may_repeat_a_row_and_a_million_blank_ones(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="1024"/>'
    blank = f'<table:table-row table:number-rows-repeated="1048000">{cell}</table:table-row>'
    built = build(tmp_path, ods(ods_row(["a", "b"]) + ods_row([1, 2.5], repeated=3) + blank))
    assert column(built, "b") == [2.5, 2.5, 2.5]


def test_json_members_that_come_late_and_nested_values(tmp_path: Path) -> None:
    records = [{"id": 1, "price": 1.5}, {"id": 2, "tags": ["ก", {"x": None}], "ok": True}, {"id": None, "price": 2}, 7]
    built = build(tmp_path, json.dumps(records, ensure_ascii=False).encode())
    assert types_of(built) == {"id": "int8", "price": "numeric", "tags": "text", "ok": "bool"}
    assert column(built, "tags") == [None, '["ก",{"x":null}]', None]
    assert {"nested", "not_objects"} <= codes(built)


def test_geojson_keeps_its_geometry_and_tells_its_bounds(tmp_path: Path) -> None:
    def feature(name: str, x: float, y: float) -> dict[str, object]:
        ring = [[x, y], [x + 1, y], [x + 1, y + 1.25], [x, y]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"ชื่อ": name, "ปี": 2566}, "geometry": geometry}

    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32647"}}
    features = [feature("น่าน", 100.5, 18), feature("เลย", 101, 17.5)]
    told = {"type": "FeatureCollection", "crs": crs, "features": features}
    built = build(tmp_path, json.dumps(told).encode())
    assert types_of(built) == {"ชื่อ": "text", "ปี": "int8", "ปี_ce": "int8", "geometry": "text"}
    assert json.loads(column(built, "geometry")[0])["coordinates"][0][0] == [100.5, 18]
    assert built.report["bbox"] == [100.5, 17.5, 102.0, 19.25]
    assert described(built, "geometry")["means"] == "geometry"
    assert "crs" in codes(built)


def test_parquet_keeps_its_types_and_nested_values_become_json(tmp_path: Path) -> None:
    content = parquet(
        tmp_path,
        "SELECT 1::INTEGER AS i, 1.25::DECIMAL(9,2) AS n, 0.1::FLOAT AS f, DATE '2024-01-02' AS d, true AS b,"
        " TIMESTAMP '2024-01-02 03:04:05' AS t, 'ก' AS s, [1, 2] AS l, {'a': 1} AS o,"
        " 18446744073709551615::UBIGINT AS u, 'nan'::DOUBLE AS x",
    )
    built = build(tmp_path, content)
    assert types_of(built) == {
        "i": "int8", "n": "numeric", "f": "float8", "d": "date", "b": "bool", "t": "timestamp", "s": "text",
        "l": "text", "o": "text", "u": "text", "x": "float8",
    }  # fmt: skip
    assert built.tables[0].preview["records"] == [
        [1, 1.25, 0.1, "2024-01-02", True, "2024-01-02T03:04:05", "ก", "[1,2]", '{"a":1}', "18446744073709551615", None]
    ]


def test_an_archive_of_several_files_gives_several_tables(tmp_path: Path) -> None:
    members = {
        "2566/ม.ค..csv": b"a,b\n1,2\n",
        "x.xlsx": workbook({"s1": ROWS}),
        "README.pdf": b"%PDF-1.7",
        ".DS_Store": b"x",
    }
    built = build(tmp_path, zipped(members))
    assert [table.name for table in built.tables] == ["ม.ค..csv", "x.xlsx"]
    assert "left_out" in codes(built)


@pytest.mark.parametrize(
    ("options", "kind", "names"),
    [
        ({"header": 1}, "json", "header"),
        ({"delimiter": "tab"}, "xlsx", "delimiter"),
        ({"missing": ["x"], "sheets": ["x"]}, "parquet", "missing, sheets"),
    ],
)
def test_an_option_that_means_nothing_for_a_kind_is_refused(
    tmp_path: Path, options: dict[str, object], kind: str, names: str
) -> None:
    made = {
        "json": json.dumps(RECORDS).encode(),
        "xlsx": workbook({"ก": ROWS}),
        "parquet": parquet(tmp_path, "SELECT 1 AS a"),
    }
    with pytest.raises(Unreadable, match=names):
        build(tmp_path, made[kind], options)
