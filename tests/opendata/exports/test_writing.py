"""Every form of a table says the same, and a spreadsheet runs nothing of it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest

from chalicelib.opendata.exports.describing import table_schema
from chalicelib.opendata.exports.forms import FORMS, Form
from chalicelib.opendata.exports.writing import write
from chalicelib.opendata.model import Table

COLUMNS: tuple[dict[str, Any], ...] = (
    {"id": "_id", "type": "int"},
    {"id": "ตำบล", "type": "text"},
    {"id": "n", "type": "int8"},
    {"id": "amount", "type": "numeric"},
    {"id": "lat", "type": "float8"},
    {"id": "ok", "type": "bool"},
    {"id": "day", "type": "date"},
    {"id": "at", "type": "timestamp"},
    {"id": "seen", "type": "timestamptz"},
)
ROWS = """
    SELECT * FROM (VALUES
        (1::BIGINT, '=HYPERLINK("http://x")', 1::BIGINT, 1.50::DECIMAL(15,2), 13.909067613192729::DOUBLE, true,
         DATE '2026-11-25', TIMESTAMP '2026-11-25 01:02:03', TIMESTAMPTZ '2026-11-25 01:02:03+07'),
        (2::BIGINT, 'น้ำเชี่ยว, "ใต้"' || chr(10) || 'บ้าน ๑ <&>', NULL, NULL, NULL, false, NULL, NULL, NULL),
        (3::BIGINT, NULL, -7::BIGINT, -0.25, 100.0, NULL, DATE '1911-04-01', NULL, NULL)
    ) t("_id", "ตำบล", n, amount, lat, ok, day, "at", seen) ORDER BY "_id"
"""
TEXT = 'น้ำเชี่ยว, "ใต้"\nบ้าน ๑ <&>'


def written(folder: Path, form: Form, rows: str = ROWS, values: tuple[Any, ...] = ()) -> bytes:
    path = folder / f"made.{form.ending}"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Bangkok'")  # a laptop's own must not show
        write(connection, rows, values, COLUMNS, form, path)
    return path.read_bytes()


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_delimited_file_holds_every_value(tmp_path: Path, name: str, delimiter: str) -> None:
    content = written(tmp_path, FORMS[name])
    assert content.count(b"\r\n") == 4
    read = list(csv.reader(content.decode().splitlines(keepends=True), delimiter=delimiter))
    assert read == [
        ["_id", "ตำบล", "n", "amount", "lat", "ok", "day", "at", "seen"],
        [
            "1", '=HYPERLINK("http://x")', "1", "1.50", "13.909067613192729", "true", "2026-11-25",
            "2026-11-25T01:02:03", "2026-11-24T18:02:03Z",
        ],
        ["2", TEXT, "", "", "", "false", "", "", ""],
        ["3", "", "-7", "-0.25", "100.0", "", "1911-04-01", "", ""],
    ]  # fmt: skip


def test_a_byte_order_mark_stands_first_when_asked_for(tmp_path: Path) -> None:
    plain = written(tmp_path, FORMS["csv"])
    assert written(tmp_path, replace(FORMS["csv"], bom=True)) == b"\xef\xbb\xbf" + plain
    assert [each.name for each in tmp_path.iterdir()] == ["made.csv"]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_no_formula_is_left_for_a_spreadsheet(tmp_path: Path, beginning: str) -> None:
    rows = ROWS.replace("'=HYPERLINK(\"http://x\")'", "?")
    content = written(tmp_path, replace(FORMS["csv"], safe=True), rows, (f"{beginning}cmd|' /C calc'!A0",))
    read = list(csv.reader(content.decode().splitlines(keepends=True)))
    assert read[1][1] == f"'{beginning}cmd|' /C calc'!A0"
    assert read[3][2:4] == ["-7", "-0.25"]  # a negative number is no formula
    assert read[2][1] == TEXT


def test_a_header_is_no_formula_either(tmp_path: Path) -> None:
    columns = [{"id": "=1+1", "type": "text"}]
    with duckdb.connect() as connection:
        path = tmp_path / "a.csv"
        write(connection, "SELECT 'a' AS \"=1+1\"", (), columns, replace(FORMS["csv"], safe=True), path)
    assert path.read_bytes() == b"'=1+1\r\na\r\n"


def test_json_has_the_shape_of_ckans_dump(tmp_path: Path) -> None:
    told = json.loads(written(tmp_path, FORMS["json"]))
    assert told["fields"] == [{"id": column["id"], "type": column["type"]} for column in COLUMNS]
    assert told["records"][1] == [2, TEXT, None, None, None, False, None, None, None]
    assert told["records"][0][3:] == [
        1.5, 13.909067613192729, True, "2026-11-25", "2026-11-25T01:02:03", "2026-11-24T18:02:03Z",
    ]  # fmt: skip


def test_json_lines_are_objects_of_the_same_values(tmp_path: Path) -> None:
    lines = [json.loads(line) for line in written(tmp_path, FORMS["jsonl"]).decode().splitlines()]
    assert lines[0] == {
        "_id": 1, "ตำบล": '=HYPERLINK("http://x")', "n": 1, "amount": 1.5, "lat": 13.909067613192729, "ok": True,
        "day": "2026-11-25", "at": "2026-11-25T01:02:03", "seen": "2026-11-24T18:02:03Z",
    }  # fmt: skip
    assert lines[1]["ตำบล"] == TEXT
    assert lines[2]["n"] == -7


def test_xml_is_well_formed_whatever_a_column_is_called(tmp_path: Path) -> None:
    rows = ROWS.replace("'=HYPERLINK(\"http://x\")'", "'a' || chr(1) || 'b'")
    tree = ElementTree.fromstring(written(tmp_path, FORMS["xml"], rows))  # noqa: S314 - we wrote it a moment ago
    assert [row.attrib["_id"] for row in tree] == ["1", "2", "3"]
    cells = {cell.get("key", cell.tag): cell for cell in tree[1]}
    assert cells["ตำบล"].text == TEXT
    assert cells["ok"].text == "false"
    assert cells["n"].attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}
    first = {cell.get("key", cell.tag): cell.text for cell in tree[0]}
    assert first["ตำบล"] == "a\ufffdb"  # what XML cannot hold is marked, not dropped
    assert (first["n"], first["amount"]) == ("1", "1.5")


def test_parquet_keeps_types(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(written(tmp_path, FORMS["parquet"]))
    found = duckdb.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/a.parquet'").fetchall()  # noqa: S608 - our own path
    assert [row[1] for row in found][:6] == ["BIGINT", "VARCHAR", "BIGINT", "DECIMAL(15,2)", "DOUBLE", "BOOLEAN"]


def test_a_known_validator_accepts_the_csv_by_its_table_schema(tmp_path: Path) -> None:
    from frictionless import Resource, Schema

    rows = f'SELECT * EXCLUDE ("_id") FROM ({ROWS})'  # noqa: S608 - our own text
    path = tmp_path / "made.csv"
    with duckdb.connect() as connection:
        write(connection, rows, (), COLUMNS[1:], FORMS["csv"], path)
    schema = table_schema(Table(1, "", "tables/a", COLUMNS[1:], 3, 1))
    resource: Any = Resource(
        name="made", path="made.csv", basepath=str(tmp_path), schema=Schema.from_descriptor(schema), encoding="utf-8"
    )
    report = resource.validate()
    assert report.valid, report.flatten(["type", "note"])
    told = resource.read_rows()
    assert [row["n"] for row in told] == [1, None, -7]
    assert str(told[0]["amount"]) == "1.50"
    assert told[0]["at"].isoformat() == "2026-11-25T01:02:03"
