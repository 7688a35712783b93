"""Locked DuckDB connections: each reads exactly the tables that it was opened for, whatever becomes of the SQL.

A small table is fetched whole to the local disk; a large one is read by ranges. To open a database costs more than most
questions (30 ms against 5), so a few stay open, each for one set of tables; whoever asks gets a cursor of his own.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.objects import Objects

from ...model import Table
from ...rules import Rejected
from .disk import KEPT, Disk
from .filesystem import address
from .lock import locked as locked
from .lock import read_parquet as read_parquet
from .ranged import Ranged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WHOLE = 32 * 1024 * 1024
"""Bytes up to which a table is fetched whole: a scan of a few columns takes no more time then, the next one none."""
OPEN = 4
"""Databases that stay open."""
RANGED = 8
"""Large objects of which pieces are kept."""
SECONDS = 25.0
"""How long a question may take: API Gateway waits for 29 seconds."""


@dataclass(frozen=True)
class Opened:
    """A connection and how its tables are named in SQL."""

    connection: DuckDBPyConnection
    places: Mapping[str, str]

    def rows(self, table: Table) -> str:
        """SQL of a granted table's Parquet file as it may stand behind FROM: its columns and `file_row_number`."""
        return read_parquet(self.places[table.parquet])


class Engine:
    """Opens connections to tables of a bucket.

    Args:
        folder: where small tables may be kept; a folder of its own under the system's temporary one if None.
        disk: bytes that may be kept there.
        whole: bytes up to which a table is fetched whole.
    """

    def __init__(self, objects: Objects, folder: Path | None = None, *, disk: int = KEPT, whole: int = WHOLE) -> None:
        self._objects = objects
        self._disk = Disk(objects, folder or Path(tempfile.gettempdir()) / "klang-tables", kept=disk)
        self._whole = whole
        self._ranged: OrderedDict[str, Ranged] = OrderedDict()
        self._open: OrderedDict[tuple[str, ...], DuckDBPyConnection] = OrderedDict()
        self._lock = Lock()

    @contextmanager
    def connect(self, tables: Iterable[Table], *, seconds: float = SECONDS) -> Iterator[Opened]:
        """A connection that reads these tables and nothing else; what it makes must be TEMP.

        Raises:
            NotFound: a table's file is not there.
            Rejected: what was asked takes too long or too much memory, or cannot be computed.
        """
        granted = {table.parquet: table for table in tables}
        places = {key: self._place(table) for key, table in sorted(granted.items())}
        cursor = self._database(places).cursor()
        with _told():
            ending = Timer(seconds, cursor.interrupt)
            ending.daemon = True
            ending.start()
            try:
                yield Opened(cursor, places)
            finally:
                ending.cancel()
                cursor.close()

    def path(self, table: Table) -> Path:
        """The whole Parquet file on the local disk, however large it is.

        Raises:
            NotFound: it is not there.
        """
        return self._disk.path(table.parquet)

    def _place(self, table: Table) -> str:
        return str(self._disk.path(table.parquet)) if table.size <= self._whole else address(table.parquet)

    def _database(self, places: Mapping[str, str]) -> DuckDBPyConnection:
        far = {place: self._pieces(key) for key, place in places.items() if place == address(key)}
        # another object of the same key (it was made anew) has another ETag, and needs a file system that knows it
        wanted = (*places.values(), *(each.etag for each in far.values()))
        with self._lock:
            if wanted not in self._open:
                self._open[wanted] = locked(places.values(), far)
            self._open.move_to_end(wanted)
            while len(self._open) > OPEN:
                # cursors in use keep the database alive until they are closed
                self._open.popitem(last=False)
            return self._open[wanted]

    def _pieces(self, key: str) -> Ranged:
        with self._lock:
            if key not in self._ranged:
                self._ranged[key] = Ranged(self._objects, key)
            self._ranged.move_to_end(key)
            while len(self._ranged) > RANGED:
                self._ranged.popitem(last=False)
            return self._ranged[key]


@contextmanager
def _told() -> Iterator[None]:
    """DuckDB's errors in words of ours: its own repeat SQL and values of cells."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise Rejected({"query": ["This takes too long; narrow it by filters, or ask for it as a job"]}) from None
    except duckdb.OutOfMemoryException:
        raise Rejected({"query": ["This takes too much memory; narrow it by filters or fields"]}) from None
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        raise Rejected({"query": ["This cannot be computed: a value does not fit its column's type"]}) from None
