"""Files as offices send them, made on the spot, and what the ingest makes of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from chalicelib.opendata.tables.ingest import table
from chalicelib.opendata.tables.ingest.model import Built, BuiltTable
from chalicelib.opendata.tables.ingest.options import parse

PROVINCES = "abbr,province,area\r\nกจ,กาญจนบุรี,19483.2\r\nชม,เชียงใหม่,20107\r\n"


def build(folder: Path, content: bytes, options: Mapping[str, Any] | None = None, *, file_name: str = "") -> Built:
    """What becomes of some bytes."""
    source, scratch = folder / "source", folder / "scratch"
    source.write_bytes(content)
    scratch.mkdir()
    return table.build(source, scratch, parse(options or {}), file_name=file_name)


def types_of(built: Built, number: int = 0) -> dict[str, str]:
    """The type of each shown column."""
    return {column["id"]: column["type"] for column in shown(built.tables[number])}


def shown(made: BuiltTable) -> list[Mapping[str, Any]]:
    """The columns that are shown to whoever names none."""
    return [column for column in made.columns if "original_of" not in column]


def described(built: Built, name: str) -> Mapping[str, Any]:
    """One column of the first table."""
    return next(column for column in built.tables[0].columns if column["id"] == name)


def column(built: Built, name: str, number: int = 0) -> list[Any]:
    """The first values of a column."""
    at = [found["id"] for found in built.tables[number].columns].index(name)
    return [record[at] for record in built.tables[number].preview["records"]]


def codes(built: Built) -> set[str]:
    """The codes of what the owner is told."""
    return {each["code"] for each in built.report["notes"]}


def workbook(sheets: Mapping[str, Sequence[Any]], *, hidden: Sequence[str] = (), merged: str = "") -> bytes:
    """An XLSX; `merged` are ranges of the first sheet, by commas."""
    book = openpyxl.Workbook()
    for number, (name, rows) in enumerate(sheets.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
        for cells in merged.split(",") if merged and number == 0 else ():
            sheet.merge_cells(cells)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """A workbook's bytes."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def repacked(source: bytes, changed: Mapping[str, bytes]) -> bytes:
    """A ZIP with some members replaced."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    return zipped({**members, **changed})


def ods(rows: str, *, before: str = "") -> bytes:
    """An ODS with one sheet; `rows` is the XML within it."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {spaces} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="แผ่น1">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def ods_row(cells: Sequence[Any], *, repeated: int = 1) -> str:
    """A row of an ODS sheet."""
    inner = "".join(
        f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p></table:table-cell>'
        if isinstance(cell, (int, float))
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inner}</table:table-row>'
