"""The report: what was assumed of a file and its values, short for the file, whole for each table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .model import BuiltTable, Json
from .notes import note, shortened
from .options import Options
from .recognise import Kind
from .types import Column

ALMOST = 0.9
_NAMED = 5

_ORDERS = {"dmy": ("วัน/เดือน/ปี", "day/month/year"), "mdy": ("เดือน/วัน/ปี", "month/day/year")}


def short(
    kind: Kind, tables: Sequence[BuiltTable], notes: Sequence[Json], options: Options, rules: str
) -> dict[str, Any]:
    """The short form, kept beside the file: a few figures of each table and what its owner should know."""
    first = tables[0].report
    several = len(tables) > 1
    told = [*notes, *(_of(table, each, several) for table in tables for each in table.report["notes"])]
    layout = {key: first[key] for key in ("encoding", "bom", "delimiter", "header_row", "bbox", "crs") if key in first}
    return {
        "rules": rules,
        "format": _format(kind, first),
        **layout,
        "rows": sum(table.rows for table in tables),
        "blank_rows_dropped": sum(table.report.get("blank_rows", 0) for table in tables),
        "tables": [
            {"name": table.name, "rows": table.rows, "columns": len(table.columns)} for table in tables[: 3 * _NAMED]
        ],
        "notes": shortened(told),
        **({"options": options.given} if options.given else {}),
    }


def _format(kind: Kind, first: Json) -> str:
    if kind == "json":
        return "GeoJSON" if first.get("geojson") else "JSONL" if first.get("lines") else "JSON"
    return "TSV" if kind == "csv" and first.get("delimiter") == "\t" else {"parquet": "Parquet"}.get(kind, kind.upper())


def _of(table: BuiltTable, each: Json, several: bool) -> Json:
    return {**each, "table": table.name} if several else each


def of_columns(described: Sequence[Json], columns: Sequence[Column]) -> Iterator[Json]:
    """Each published column with how its values are written."""
    known = {column.name: column for column in columns}
    for each in described:
        column = known.get(each["id"])
        told = dict(each)
        if column is not None and "twin_of" not in each and "original_of" not in each:
            told["written"] = column.way.code if column.way else "text"
            if column.missing:
                told["missing"] = column.missing
        yield told


def of_values(columns: Sequence[Column], *, dropped: int) -> Iterator[Json]:
    """What the owner is told of the values."""
    if dropped:
        yield note(
            "blank_columns",
            f"ตัด {dropped:,} คอลัมน์ที่ไม่มีทั้งชื่อและข้อมูล",
            f"{dropped:,} columns without a name and without a value were left out.",
            columns=dropped,
        )
    yield from _about(
        columns,
        lambda column: column.era == "BE" and not column.year,
        "buddhist_dates",
        "เป็นวันที่ปี พ.ศ. จึงแปลงเป็น ค.ศ. และเก็บที่เขียนไว้เดิมข้าง ๆ",
        "hold dates of the Buddhist Era, published in the Common Era with the original beside",
    )
    yield from _about(
        columns,
        lambda column: column.year,
        "buddhist_years",
        "เป็นปี พ.ศ. คงไว้ตามเดิมและเพิ่มคอลัมน์ปี ค.ศ.",
        "hold Buddhist years, kept as they are with a column of the Common Era beside",
    )
    for code, (th, en) in _ORDERS.items():
        yield from _about(
            columns,
            lambda column, code=code: column.way is not None and column.way.code == code,  # type: ignore[misc]  # the default binds this turn's code
            f"dates_{code}",
            f"เขียนวันที่แบบ {th} เพราะทุกค่าอ่านได้แบบเดียว",
            f"hold dates as {en}, which is the only order that fits every value",
        )
    yield from _about(
        columns,
        lambda column: column.ambiguous,
        "ambiguous_dates",
        "มีวันที่ที่อ่านได้ทั้งวัน/เดือนและเดือน/วัน จึงคงเป็นข้อความ ระบุ day_first ได้",
        "hold dates that can be read in two orders and stay text; say `day_first`",
    )
    yield from _about(
        columns,
        lambda column: column.missing > 0,
        "missing_words",
        "มีคำที่แปลว่าไม่มีข้อมูล (เช่น - หรือ n/a) จึงเป็นค่าว่าง และเก็บที่เขียนไว้เดิมข้าง ๆ",
        "hold words for 'no value' (as - or n/a), which became empty, with the original beside",
    )
    yield from _about(
        columns,
        lambda column: column.way is not None and column.way.over != "v",
        "written_numbers",
        "เขียนตัวเลขด้วยจุลภาค เลขไทย วงเล็บ หรือ % จึงแปลงเป็นตัวเลขและเก็บที่เขียนไว้เดิมข้าง ๆ",
        "hold numbers with commas, Thai digits, brackets or %, published as numbers with the original beside",
    )
    yield from _about(
        columns,
        lambda column: column.way is None and column.almost >= ALMOST,
        "almost_typed",
        "เกือบทุกค่าเป็นตัวเลขหรือวันที่ แต่บางค่าไม่ใช่ จึงคงเป็นข้อความ โปรดตรวจค่าที่ต่างจากพวก",
        "hold numbers or dates nearly everywhere but not in all rows, so they stay text; look for the odd values",
    )


def _about(columns: Sequence[Column], which: Callable[[Column], bool], code: str, th: str, en: str) -> Iterator[Json]:
    found = [column.name for column in columns if which(column)]
    if found:
        names = ", ".join(found[:_NAMED])
        more_th = f" และอีก {len(found) - _NAMED:,} คอลัมน์" if len(found) > _NAMED else ""
        more_en = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        yield note(code, f"คอลัมน์ {names}{more_th} {th}", f"Columns {names}{more_en} {en}.", columns=len(found))
