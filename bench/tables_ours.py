"""The tables as Klang keeps and asks them: taken in by the caged ingest, read by the DataStore's engine.

`python -m bench.tables_ours FILE FOLDER` takes a file in and prints what it cost: a process of its own, so that the
peak of memory is that of the ingest.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.disk_objects import DiskObjects
from chalicelib.opendata.model import Table
from chalicelib.opendata.tables.engine import question
from chalicelib.opendata.tables.engine.reading import Tables
from chalicelib.opendata.tables.ingest import caged


@dataclass(frozen=True)
class Taken:
    """What an ingest cost: seconds, bytes of its largest process, bytes kept."""

    seconds: float
    peak: int
    kept: int
    table: Table


def take_in(source: Path, folder: Path) -> Taken:
    """Makes a table of a file, in the folder, as the bucket would hold it."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    start = time.perf_counter()
    built = caged.build(source, scratch, file_name="bench.csv", media_type="text/csv").tables[0]
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    table = Table(1, "", "tables/bench/1", built.columns, built.rows, built.parquet.stat().st_size)
    for key, path in ((table.parquet, built.parquet), (table.preview, None), (table.report, None)):
        place = folder / key
        place.parent.mkdir(parents=True, exist_ok=True)
        if path is not None:
            shutil.move(path, place)
    for key, content in ((table.preview, built.preview), (table.report, built.report)):
        (folder / key).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    shutil.rmtree(scratch)
    kept = sum((folder / key).stat().st_size for key in (table.parquet, table.preview, table.report))
    return Taken(seconds, peak, kept, table)


class Klang:
    """One table as warm functions ask it.

    Attributes:
        objects: the bucket, which counts.
        table: the table.
    """

    def __init__(self, folder: Path, table: Table, disk: Path) -> None:
        self.objects = DiskObjects(folder)
        self.table = table
        self._tables = Tables(self.objects, disk)

    def page(self, **given: Any) -> tuple[list[int], int | None]:
        """Row numbers of a page of 100 whole rows, and how many match."""
        asked = question.parse({"limit": 100, **given}, self.table)
        rows, total = self._tables.answer(self.table, asked)
        return [row[0] for row in rows], total

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a statement gives; the braces are the table. The engine's own time, without the sandbox of strangers'
        SQL.
        """
        with self._tables.engine.connect([self.table]) as opened:
            found: list[tuple[Any, ...]] = opened.connection.execute(query.format(opened.rows(self.table))).fetchall()
            return found


def main() -> None:
    """Takes a file in and prints it as JSON."""
    taken = take_in(Path(sys.argv[1]), Path(sys.argv[2]))
    table = taken.table
    told: Mapping[str, Any] = {
        "seconds": taken.seconds,
        "peak": taken.peak,
        "kept": taken.kept,
        "columns": list(table.columns),
        "rows": table.rows,
        "size": table.size,
    }
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main()
