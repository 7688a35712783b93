"""A file of any kind as the tables that are in it, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import archive, columnar, delimited, records, workbook
from .model import Grid, Json, Unreadable
from .notes import note
from .options import Options
from .recognise import Kind, kind_of
from .workbook import Skipped

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FITTING: dict[Kind, frozenset[str]] = {
    "csv": frozenset({"encoding", "delimiter", "header", "header_rows", "footer_rows"}),
    "json": frozenset({"encoding"}),
    "xlsx": frozenset({"header", "header_rows", "footer_rows", "sheets"}),
    "ods": frozenset({"header", "header_rows", "footer_rows", "sheets"}),
    "parquet": frozenset(),
    "zip": frozenset({"encoding", "delimiter", "header", "header_rows", "footer_rows", "sheets"}),
    "gz": frozenset({"encoding", "delimiter", "header", "header_rows", "footer_rows", "sheets"}),
}
"""Which options about the writing of a file can mean anything for a kind; those about values fit all but Parquet."""
_OF_WRITING = frozenset({"encoding", "delimiter", "header", "header_rows", "footer_rows", "sheets"})
_OF_VALUES = frozenset({"types", "missing", "decimal", "day_first", "era"})


def grids(
    source: Path, scratch: Path, options: Options, connection: DuckDBPyConnection, kind: Kind
) -> Iterator[Grid | Json]:
    """Each table of a file, and a note for whatever of it is none.

    A table's rows are there until the next is asked for.

    Raises:
        Unreadable: with the reason, for its owner.
    """
    _must_fit(kind, options)
    match kind:
        case "zip":
            yield from _of_zip(source, scratch, options, connection)
        case "gz":
            yield from _of_gzip(source, scratch, options, connection)
        case "xlsx" | "ods":
            for found in workbook.sheets(source, scratch, options, kind):
                yield _skipped(found) if isinstance(found, Skipped) else found
        case "parquet":
            yield columnar.read(source, connection)
        case "json":
            yield records.read(source, scratch, options)
        case "csv":
            yield delimited.read(source, scratch, options)


def _must_fit(kind: Kind, options: Options) -> None:
    given = set(options.given)
    wrong = (given & _OF_WRITING) - _FITTING[kind]
    if kind == "parquet":
        wrong |= given & _OF_VALUES
    if wrong:
        names = ", ".join(sorted(wrong))
        raise Unreadable(
            f"ตัวเลือก {names} ใช้กับไฟล์ชนิดนี้ไม่ได้ โปรดเอาออก",
            f"The options {names} mean nothing for a file of this kind; leave them out.",
        )


def _of_zip(source: Path, scratch: Path, options: Options, connection: DuckDBPyConnection) -> Iterator[Grid | Json]:
    unpacked = scratch / "unpacked"
    unpacked.mkdir()
    found: list[str] = []
    refused: Unreadable | None = None
    for name, path in archive.members(source, unpacked):
        if options.sheets and name not in options.sheets:
            yield _left_out(name, "ไม่อยู่ในรายชื่อ sheets", "it is not among `sheets`")
            continue
        try:
            kind = kind_of(path)
        except Unreadable as reason:
            refused = refused or reason
            yield _left_out(name, reason.th, reason.en)
            continue
        if kind in ("zip", "gz"):
            raise _nested()
        found.append(name)
        inner = _without(options, kind, "sheets")
        for each in grids(path, scratch, inner, connection, kind):
            yield _named(each, name) if isinstance(each, Grid) else each
    if not found:
        raise refused or Unreadable("ไม่มีไฟล์ที่ระบุใน sheets", "No file that `sheets` names is in the archive.")


def _of_gzip(source: Path, scratch: Path, options: Options, connection: DuckDBPyConnection) -> Iterator[Grid | Json]:
    path = archive.unzipped(source, scratch)
    kind = kind_of(path)
    if kind in ("zip", "gz"):
        raise _nested()
    yield from grids(path, scratch, options, connection, kind)


def _without(options: Options, kind: Kind, *names: str) -> Options:
    """The options that can mean something for a member of an archive: others may be for its neighbours."""
    wrong = (_OF_WRITING - _FITTING[kind]) | set(names) | (_OF_VALUES if kind == "parquet" else set())
    return Options.model_validate({key: value for key, value in options.given.items() if key not in wrong})


def _named(grid: Grid, member: str) -> Grid:
    from dataclasses import replace

    return replace(grid, name=f"{member} - {grid.name}" if grid.name else member)


def _nested() -> Unreadable:
    return Unreadable(
        "ไฟล์บีบอัดซ้อนอยู่ในไฟล์บีบอัด โปรดคลายชั้นในออกก่อน", "An archive lies within the archive; unpack the inner one first."
    )


def _left_out(name: str, th: str, en: str) -> Json:
    return note("left_out", f"ไม่ได้อ่าน {name}: {th}", f"{name} was not read: {en}")


def _skipped(sheet: Skipped) -> Json:
    th, en = {
        "blank": ("แผ่นงานว่าง", "it is blank"),
        "hidden": ("แผ่นงานถูกซ่อน ระบุใน sheets ถ้าต้องการ", "it is hidden; name it in `sheets` if it is wanted"),
        "unwanted": ("ไม่อยู่ในรายชื่อ sheets", "it is not among `sheets`"),
    }[sheet.why]
    return _left_out(sheet.name, th, en)
