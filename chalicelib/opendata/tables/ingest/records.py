"""JSON, JSON Lines and GeoJSON: each object a row, its members the columns, what is nested kept as JSON text.

Read as a stream by ijson (arrays) or line by line, so a file may be larger than memory. Numbers keep the digits that
they are written with.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import encoding
from .layout import MAX_COLUMNS, column_names
from .model import Grid, Json, Unreadable
from .notes import note
from .options import Options
from .plain import MAX_CELL, Sheet

_DEEPEST_ARRAY = 6
_WGS84 = ("crs84", "epsg::4326", "epsg:4326")


def read(source: Path, scratch: Path, options: Options, name: str = "") -> Grid:
    """The table of a JSON file.

    Raises:
        Unreadable: not JSON to its end, nested too deep, or without a list of objects.
    """
    found = encoding.find(source, asked=options.encoding, whole=True)
    utf8 = source
    if found.encoding != "utf-8" or found.bom:
        utf8 = scratch / "utf8.json"
        encoding.transcode(source, utf8, found)
    try:
        return _read(utf8, scratch, name, found)
    except (RecursionError, MemoryError):
        raise Unreadable("JSON ซ้อนกันลึกเกินไป", "The JSON is nested too deep.") from None
    except UnicodeEncodeError:
        raise Unreadable(
            "JSON มีตัวอักษรที่ไม่สมบูรณ์ (surrogate)", "The JSON holds half a character (a lone surrogate)."
        ) from None
    except ValueError:
        raise _damaged() from None


def _read(utf8: Path, scratch: Path, name: str, found: encoding.Found) -> Grid:
    import ijson

    lines = _is_lines(utf8)
    about = _About()
    with utf8.open("rb") as file:
        try:
            if lines:
                rows = _Rows(scratch, about)
                rows.write(_of_lines(file))
            else:
                prefix = _where(file, about)
                file.seek(0)
                rows = _Rows(scratch, about)
                rows.write(
                    ijson.items(file, prefix) if prefix is not None else iter([json.load(file, parse_float=Decimal)])
                )
        except ijson.JSONError:
            raise _damaged() from None
    if not rows.columns:
        raise Unreadable("JSON ไม่มีรายการของวัตถุที่มีข้อมูล", "The JSON has no list of objects with anything in them.")
    facts: dict[str, Any] = {"encoding": found.encoding, "bom": found.bom > 0, "lines": lines}
    means = {}
    names = column_names(list(rows.columns))
    if about.features:
        facts |= {"geojson": True, "bbox": about.bbox, "crs": about.crs}
        means = {names[list(rows.columns).index(about.geometry)]: "geometry"}
    notes = tuple(_notes(rows, about))
    return Grid(name, rows.finished(), names, longest=rows.longest, facts=facts, notes=notes, means=means)


def _damaged() -> Unreadable:
    return Unreadable(
        "JSON ไม่สมบูรณ์หรือถูกตัดขาด โปรดส่งออกใหม่จากระบบต้นทาง", "The JSON is broken or cut short; export it anew."
    )


def _is_lines(path: Path) -> bool:
    """Whether the first line is an object by itself and more follows."""
    with path.open("rb") as file:
        line = b"\n"
        while line and not line.strip():
            line = file.readline(MAX_CELL)
        if not line.lstrip().startswith(b"{") or not line.endswith(b"\n"):
            return False
        more = any(each.strip() for each in iter(lambda: file.read(4096), b""))
    try:
        return isinstance(json.loads(line), dict) and more
    except (ValueError, RecursionError):
        return False


def _of_lines(file: Any) -> Iterator[Any]:
    for number, line in enumerate(iter(lambda: file.readline(MAX_CELL), b""), start=1):
        if line.strip():
            try:
                yield json.loads(line, parse_float=Decimal)
            except ValueError:
                raise Unreadable(f"บรรทัดที่ {number:,} ไม่ใช่ JSON ที่สมบูรณ์", f"Line {number:,} is not whole JSON.") from None


class _About:
    """What is found out about a file besides its rows."""

    def __init__(self) -> None:
        self.crs = ""
        self.features = False
        self.geometry = ""
        self.box: list[float] = []
        self.where = ""

    @property
    def bbox(self) -> list[float] | None:
        """West, south, east, north of all geometries (RFC 7946 s.5)."""
        return self.box or None


def _where(file: Any, about: _About) -> str | None:
    """The prefix (in ijson's sense) of the first list of objects; None for one object that has none."""
    import ijson

    arrays: list[str] = []
    for prefix, event, value in ijson.parse(file):
        if event == "start_array":
            arrays.append(prefix)
        elif event == "end_array":
            arrays.pop()
        elif event == "start_map" and arrays and prefix == (f"{arrays[-1]}.item" if arrays[-1] else "item"):
            about.where = prefix
            return str(prefix)
        elif prefix == "crs.properties.name" and event == "string":
            about.crs = value[:200]
        elif not prefix and event not in ("start_map", "map_key", "end_map"):
            raise _no_objects()
        if len(arrays) > _DEEPEST_ARRAY or prefix.count(".") > 4 * _DEEPEST_ARRAY:
            raise Unreadable("JSON ซ้อนกันลึกเกินไป", "The JSON is nested too deep.")
    if not about.where and not _is_object(file):
        raise _no_objects()
    return None


def _is_object(file: Any) -> bool:
    file.seek(0)
    return bool(file.read(4096).lstrip().startswith(b"{"))


def _no_objects() -> Unreadable:
    return Unreadable(
        'JSON ต้องเป็นรายการของวัตถุ เช่น [{"จังหวัด": "น่าน", "จำนวน": 1}]',
        'The JSON must be a list of objects, as [{"province": "Nan", "count": 1}].',
    )


class _Rows:
    """Objects as rows of text, whatever members come up on the way."""

    def __init__(self, scratch: Path, about: _About) -> None:
        self._about = about
        self._scratch = scratch
        self._path = scratch / "records.csv"
        self.columns: dict[str, int] = {}
        self.nested: set[str] = set()
        self.others = 0
        self.longest = 0
        self._first_width: int | None = None

    def write(self, items: Iterator[Any]) -> None:
        """Takes them all; what is no object is counted and left out."""
        with Sheet(self._path) as sheet:
            for item in items:
                if not isinstance(item, Mapping):
                    self.others += 1
                    continue
                row = self._row(item)
                if self._first_width is None:
                    self._first_width = len(self.columns)
                sheet.add(row)
        self.longest = sheet.longest

    def _row(self, item: Mapping[str, Any]) -> list[str]:
        if item.get("type") == "Feature" and "geometry" in item:
            item = self._feature(item)
        for key in item:
            if key not in self.columns:
                self.columns[key] = len(self.columns)
                if len(self.columns) > MAX_COLUMNS:
                    raise Unreadable(
                        f"ตารางมีคอลัมน์เกิน {MAX_COLUMNS:,}", f"The table has more than {MAX_COLUMNS:,} columns."
                    )
        row = [""] * len(self.columns)
        for key, value in item.items():
            row[self.columns[key]] = value if isinstance(value, str) else self._text(key, value)
        return row

    def _feature(self, feature: Mapping[str, Any]) -> dict[str, Any]:
        self._about.features = True
        row = dict(feature.get("properties") or {})
        if "id" in feature:
            row.setdefault("id", feature["id"])
        if not self._about.geometry:
            self._about.geometry = "geometry" if "geometry" not in row else "feature_geometry"
        row[self._about.geometry] = feature["geometry"]
        _widen(self._about.box, feature["geometry"])
        return row

    def _text(self, key: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (dict, list)):
            self.nested.add(key)
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=float)
        return str(value)

    def finished(self) -> Path:
        """The file of rows, all as wide as the widest."""
        width = len(self.columns)
        if self._first_width == width:
            return self._path
        target = self._scratch / "padded.csv"
        csv.field_size_limit(2 * MAX_CELL)
        with self._path.open(encoding="utf-8", newline="") as file, Sheet(target) as sheet:
            for row in csv.reader(file):
                sheet.add([*row, *[""] * (width - len(row))])
        self._path.unlink()
        return target


def _widen(box: list[float], geometry: Any) -> None:
    """Makes the box hold a geometry's positions too."""
    waiting = [geometry]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            waiting += [each.get("coordinates"), *(each.get("geometries") or ())]
        elif isinstance(each, list) and len(each) > 1 and not isinstance(each[0], (list, dict)):
            if all(isinstance(number, (int, Decimal, float)) for number in each[:2]):
                x, y = float(each[0]), float(each[1])
                box[:] = [min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)] if box else [x, y, x, y]
        elif isinstance(each, list):
            waiting += each


def _notes(rows: _Rows, about: _About) -> Iterator[Json]:
    if about.where and about.where not in ("item", "features.item"):
        yield note(
            "array",
            "ใช้รายการของวัตถุรายการแรกที่อยู่ในไฟล์เป็นตาราง ข้อมูลนอกรายการไม่อยู่ในตาราง",
            "The first list of objects in the file is the table; what stands outside of it is not.",
        )
    if rows.nested - {about.geometry}:
        yield note(
            "nested",
            f"มี {len(rows.nested - {about.geometry}):,} คอลัมน์ที่ซ้อนข้อมูลอยู่ จึงเก็บเป็นข้อความ JSON",
            f"{len(rows.nested - {about.geometry}):,} columns hold nested values, kept as JSON text.",
        )
    if rows.others:
        yield note(
            "not_objects",
            f"มี {rows.others:,} รายการที่ไม่ใช่วัตถุ จึงไม่อยู่ในตาราง",
            f"{rows.others:,} items are no objects and were left out.",
            items=rows.others,
        )
    if about.crs and not about.crs.lower().endswith(_WGS84):
        yield note(
            "crs",
            "GeoJSON ระบุระบบพิกัดที่ไม่ใช่ WGS 84 โปรดแปลงพิกัดตาม RFC 7946 ก่อนใช้กับแผนที่",
            "The GeoJSON names a coordinate system other than WGS 84; transform it (RFC 7946) before it goes on a map.",
        )
