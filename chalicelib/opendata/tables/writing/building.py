"""The rows of a live table as a file version: one Parquet file in the order of `_id`, a preview, a report."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.objects import Objects
from chalicelib.shared.storage import Item

from ...contents import Contents
from ...firewall import rules as firewall
from ...firewall.model import finding_of, strongest
from ...live import Live
from ...model import File, Resource, Table
from ...versions.chain import joined
from ..ingest import looks
from ..ingest.table import PREVIEW_BYTES, PREVIEW_ROWS, ROW_GROUP
from ..ingest.types import quoted
from ..ingest.values import as_json
from .delta import Overlay
from .merging import ROW_ID, laid_over, names_of, readable
from .values import kept

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "1200MB"
PARQUET = "application/vnd.apache.parquet"
RULES = "rows1"
"""Version of the rules of this file; part of the address of what it makes."""


@dataclass(frozen=True)
class Made:
    """A table that stands in the bucket.

    Attributes:
        report: the short form of what was found.
        personal: what the firewall found (`File.personal`).
        content: how its content stood before (`Contents.used`).
    """

    table: Table
    sha256: str
    report: Mapping[str, Any]
    personal: tuple[Mapping[str, Any], ...]
    content: Item

    @property
    def keys(self) -> tuple[str, str, str]:
        """Of its objects."""
        return self.table.parquet, self.table.preview, self.table.report


class Building:
    """Puts rows together.

    Args:
        objects: the room's bucket.
        contents: who uses which bytes.
        folder: where scratch files may lie; the system's if None.
    """

    def __init__(self, objects: Objects, contents: Contents, folder: Path | None = None) -> None:
        self._objects = objects
        self._contents = contents
        self._folder = folder

    def make(self, live: Live, overlay: Overlay, base: Table | None) -> Made:
        """The table of these rows; its objects are there when this answers.

        Args:
            base: the table that the overlay lies over; None where there is none.

        Raises:
            Stale: these very bytes are just being deleted.
        """
        import duckdb

        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="klang-rows-", dir=self._folder) as scratch:
            parquet, fetched = Path(scratch) / "data.parquet", Path(scratch) / "base.parquet"
            settings: dict[str, Any] = {"memory_limit": MEMORY, "threads": 2, "temp_directory": f"{scratch}/spill"}
            with duckdb.connect(config=settings) as connection:
                connection.execute("SET preserve_insertion_order=false")
                if base is None or not base.rows:
                    base = Table(1, "", "", (), 0, 0)
                else:
                    self._objects.fetch(base.parquet, fetched)
                read = f"read_parquet('{fetched}', file_row_number={'false' if base.numbered else 'true'})"
                rows = laid_over(connection, live, overlay, base, read)
                table, preview, report = _written(connection, live, rows, parquet)
            return self._kept(table, parquet, preview, report)

    def _kept(self, table: Table, parquet: Path, preview: Mapping[str, Any], report: Mapping[str, Any]) -> Made:
        with parquet.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        table = replace(table, folder=f"tables/{RULES}/{sha256[:2]}/{sha256}/1", digest=sha256)
        content = self._contents.expect(sha256, (table.parquet, table.preview, table.report))
        self._objects.store(table.parquet, parquet, media_type=PARQUET, only_if_new=True)
        for key, told in ((table.preview, preview), (table.report, report)):
            shown = {name: value for name, value in told.items() if name != firewall.LOOK}
            text = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
            self._objects.put(key, text, media_type="application/json", only_if_new=True)
        found = strongest([finding_of(each) for each in (report.get(firewall.LOOK) or {}).get("findings", ())])
        personal = tuple(each.as_json() for each in found)
        return Made(table, sha256, {"rows": table.rows, "rules": RULES}, personal, content)


def _written(
    connection: DuckDBPyConnection, live: Live, rows: str, parquet: Path
) -> tuple[Table, Mapping[str, Any], Mapping[str, Any]]:
    names = names_of(live)
    chosen = ", ".join([ROW_ID, *map(quoted, names)])
    connection.execute(
        f"COPY (SELECT {chosen} FROM {rows} ORDER BY {ROW_ID}) TO '{parquet}'"  # noqa: S608 - names are quoted, the path is ours
        f" (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, PARQUET_VERSION v2)"
    )
    made = f"read_parquet('{parquet}')"
    counted = connection.execute(
        f"SELECT {', '.join(['count(*)', *(f'count({quoted(name)})' for name in names)])} FROM {made}"  # noqa: S608 - names are quoted, the path is ours
    ).fetchone()
    counts = [int(each) for each in counted or ()]
    columns: tuple[Mapping[str, Any], ...] = tuple(
        {**column, "filled": filled} for column, filled in zip(live.columns, counts[1:], strict=True)
    )
    report: dict[str, Any] = {
        "rows": counts[0],
        "columns": [{"name": each["id"], "type": each["type"], "filled": each["filled"]} for each in columns],
        "rules": RULES,
    }
    shown = f"(SELECT {', '.join(map(quoted, names))} FROM {made})"  # noqa: S608 - names are quoted, the path is ours
    looked, columns = looks.taken(connection, shown, columns)
    report |= looked
    table = Table(1, "", "", columns, counts[0], parquet.stat().st_size, numbered=True)
    return table, _preview(connection, columns, parquet, counts[0]), report


def _preview(
    connection: DuckDBPyConnection, columns: Sequence[Mapping[str, Any]], parquet: Path, rows: int
) -> Mapping[str, Any]:
    """As that of an uploaded table, and the ids of its rows, which are not simply their numbers."""
    read = f"read_parquet('{parquet}', file_row_number=true)"
    kinds = [each["type"] for each in columns]
    chosen = ", ".join([ROW_ID, *(readable(each["id"], each["type"]) for each in columns)])
    found = connection.execute(
        f"SELECT {chosen} FROM {read} WHERE file_row_number < {PREVIEW_ROWS} ORDER BY file_row_number"  # noqa: S608 - names are quoted, the path is ours
    ).fetchall()
    ids: list[int] = []
    records: list[list[Any]] = []
    room = PREVIEW_BYTES
    for row_id, *row in found:
        record = [
            kept(value, kind) if kind == "timestamptz" else as_json(value)
            for value, kind in zip(row, kinds, strict=True)
        ]
        room -= len(json.dumps(record, ensure_ascii=False).encode())
        if room < 0 and records:
            break
        ids.append(row_id)
        records.append(record)
    fields = [{"id": each["id"], "type": each["type"]} for each in columns]
    return {"fields": fields, "total": rows, "records": records, "ids": ids}


def version_of(resource: Resource, made: Made, now: str) -> tuple[Resource, File]:
    """A resource whose newest file version is a table that was made of rows, and that version."""
    before = resource.file
    number = resource.uploads + 1
    stem = (before.file_name.rpartition(".")[0] if before and before.file_name else "") or "table"
    others = before.tables[1:] if before else ()
    file = File(
        number=number,
        file_name=f"{stem}.parquet",
        media_type=PARQUET,
        size=made.table.size,
        sha256=made.sha256,
        original=made.table.parquet,
        at=now,
        tables=(made.table, *others),
        report=made.report,
        kind="compaction",
        personal=made.personal,
    )
    resource, file = joined(resource, file)
    return replace(resource, file=file, uploads=number, modified=now), file
