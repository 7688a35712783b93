"""The ingest of a stranger's file in a cage: a process of its own that may swell, loop or fall without harm.

What it makes lies as files in the scratch folder; a manifest in JSON on its standard output tells where. Nothing is
unpickled: what a hostile file may have taken over can at most hand out wrong rows, never code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from chalicelib.shared import cage

from . import table
from .model import Built, BuiltTable, Unreadable
from .options import Options, parse

LIMITS = cage.Limits(memory=2_560 << 20, cpu=1_500, wall=840.0, file=6 << 30)
"""Address space, not what is used of it: DuckDB reserves more than it touches, and holds itself to `table.MEMORY`."""


def build(
    source: Path,
    scratch: Path,
    options: Options | None = None,
    *,
    file_name: str = "",
    media_type: str = "",
    limits: cage.Limits = LIMITS,
) -> Built:
    """`table.build` in a cage.

    Args:
        source: the bytes as uploaded.
        scratch: an empty folder of the caller's; what is made stays there.
        options: what the owner wants to be assumed.
        file_name, media_type: as announced; they decide nothing, the report tells when the content is another.
        limits: what the process may use.

    Raises:
        Unreadable: the file is no table, or asks for more than the limits; the reason is for its owner.
        Unavailable: the process did not start; nothing is wrong with the file.
    """
    given = {"options": (options or Options()).given, "file_name": file_name, "media_type": media_type}
    try:
        told = cage.run(__spec__.name, [str(source), str(scratch)], limits=limits, given=json.dumps(given).encode())
    except cage.TooHeavy as heavy:
        raise _too_heavy(late=heavy.late) from None
    manifest = json.loads(told)
    if "unreadable" in manifest:
        raise Unreadable(*manifest["unreadable"])
    return Built(tuple(_table(scratch, each) for each in manifest["tables"]), manifest["report"])


def _too_heavy(*, late: bool) -> Unreadable:
    if late:
        return Unreadable(
            "อ่านไฟล์ไม่เสร็จในเวลาที่กำหนด โปรดแบ่งเป็นไฟล์ที่เล็กลงหรือบันทึกเป็น CSV",
            "The file could not be read in time; split it, or save it as CSV.",
        )
    return Unreadable(
        "ไฟล์นี้ใช้หน่วยความจำเกินกำหนดหรือเสียหาย โปรดบันทึกใหม่เป็น CSV (UTF-8)",
        "The file needs more memory than is allowed, or is damaged; save it anew as CSV (UTF-8).",
    )


def _table(scratch: Path, told: dict[str, Any]) -> BuiltTable:
    folder = scratch / told["folder"]
    preview, report = (json.loads((folder / name).read_bytes()) for name in ("preview.json", "report.json"))
    parquet = folder / "data.parquet"
    return BuiltTable(told["name"], parquet, tuple(told["columns"]), told["rows"], preview, report)


def _work(source: Path, scratch: Path, given: dict[str, Any]) -> dict[str, Any]:
    try:
        built = table.build(
            source, scratch, parse(given["options"]), file_name=given["file_name"], media_type=given["media_type"]
        )
    except Unreadable as reason:
        return {"unreadable": [reason.th, reason.en]}
    return {"tables": [_written(scratch, each) for each in built.tables], "report": built.report}


def _written(scratch: Path, built: BuiltTable) -> dict[str, Any]:
    folder = built.parquet.parent
    for name, content in (("preview.json", built.preview), ("report.json", built.report)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    where = str(folder.relative_to(scratch))
    return {"name": built.name, "folder": where, "columns": built.columns, "rows": built.rows}


if __name__ == "__main__":
    cage.enter()
    _made = _work(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(json.dumps(_made, ensure_ascii=False).encode())
