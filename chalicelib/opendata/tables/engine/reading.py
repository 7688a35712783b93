"""Answers questions to tables: from the preview where it reaches, else by DuckDB over the Parquet file."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from chalicelib.shared.objects import Objects

from ...model import Table
from ..ingest.types import quoted
from ..source import Source
from ..writing.merging import Merging
from .asking import Asking, Found
from .conditions import ROW_ID
from .connection import Engine, Opened
from .disk import KEPT
from .previewed import Preview
from .question import Question
from .sql import Rows

PREVIEWS_KEPT = 16
MOST_PREVIEWED = 1_000
"""Rows of which a preview may hold all (`ingest.table.PREVIEW_ROWS`); of more it is not read for a question."""
_NUMBER = "file_row_number"


class Tables:
    """The published tables of a bucket.

    Args:
        objects: where they lie.
        folder: where Parquet files may be kept; a folder of its own under the system's temporary one if None.
        disk: bytes of Parquet files that may be kept there.
        engine, merging: where somebody else uses them too; made of the others if None.
    """

    def __init__(
        self,
        objects: Objects,
        folder: Path | None = None,
        *,
        disk: int = KEPT,
        engine: Engine | None = None,
        merging: Merging | None = None,
    ) -> None:
        self._objects = objects
        self.engine = engine or Engine(objects, folder, disk=disk)
        self.merging = merging or Merging(objects)
        self._previews: OrderedDict[str, Preview] = OrderedDict()
        self._lock = Lock()

    def answer(self, asked: Table | Source, question: Question) -> Found:
        """The rows that a question asks for, and how many match in all.

        Raises:
            NotFound: the table is not there any more.
            Rejected: it takes too long or too much memory.
        """
        table = asked.table if isinstance(asked, Source) else asked
        source = asked if isinstance(asked, Source) and asked.live is not None else None
        if source is None:
            found = self._from_preview(table, question)
            if found is not None:
                return found
        base = table
        if source is not None:
            base = next(each for each in source.file.tables if each.number == table.number)
        with self.engine.connect([base] if base.rows else []) as opened:
            return Asking(opened.connection, self.rows(opened, base, source), table.rows).answer(question)

    def rows(self, opened: Opened, base: Table, source: Source | None = None) -> Rows:
        """The rows of a granted table in SQL, with what was written over them where `source` is a live one."""
        at_rest = opened.rows(base) if base.rows else ""
        if source is not None:
            return Rows(self.merging.relation(opened.connection, source, at_rest), ROW_ID, ROW_ID)
        if not base.rows:
            shape = ", ".join(f"NULL AS {quoted(column['id'])}" for column in base.columns)
            empty = f"(SELECT 0 AS {_NUMBER}, 0 AS {ROW_ID}{f', {shape}' if shape else ''} WHERE false)"
            return Rows(empty, _NUMBER, ROW_ID, 0, dense=True)
        return (
            Rows(at_rest, _NUMBER, ROW_ID, 0, dense=True) if base.numbered else Rows(at_rest, _NUMBER, _NUMBER, 1, True)
        )

    def _from_preview(self, table: Table, question: Question) -> Found | None:
        if question.plain:
            wanted = range(min(question.offset, table.rows), min(question.offset + question.limit, table.rows))
            if not wanted:
                return [], table.rows
            preview = self.preview(table)
            if wanted.stop > len(preview.records) or not preview.knows(question.columns, table):
                return None
            return preview.rows(wanted, question), table.rows
        if table.rows > MOST_PREVIEWED or table.numbered:
            return None
        preview = self.preview(table)
        return preview.answer(question) if preview.whole else None

    def preview(self, table: Table) -> Preview:
        """The first rows of a table.

        Raises:
            NotFound: the table is not there any more.
        """
        key = table.preview
        with self._lock:
            known = self._previews.get(key)
            if known is not None:
                self._previews.move_to_end(key)
                return known
        made = Preview(table, json.loads(self._objects.read(key)))
        with self._lock:
            self._previews[key] = made
            while len(self._previews) > PREVIEWS_KEPT:
                self._previews.popitem(last=False)
        return made
