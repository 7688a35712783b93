"""How a database is locked: it reads the files that it was opened for and nothing else, whatever becomes of the SQL.

Apart from what opens tables, for a process in a cage must start fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .filesystem import filesystem
from .ranged import Ranged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "600MB"
THREADS = 2


def locked(
    places: Iterable[str],
    far: Mapping[str, Ranged] | None = None,
    *,
    memory: str = MEMORY,
    threads: int = THREADS,
    more: Mapping[str, str | bool | int] | None = None,
) -> DuckDBPyConnection:
    """A database of its own that reads these files and nothing else, and whose settings nobody can change.

    Args:
        places: of local files, and addresses of ranged objects.
        far: those objects by their addresses.
        more: further settings.
    """
    import duckdb

    connection = duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": threads,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
            "temp_directory": "",
            **(more or {}),
        }
    )
    if far:
        connection.register_filesystem(filesystem(far))
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET parquet_metadata_cache=true")
    connection.execute(f"SET allowed_paths=[{', '.join(map(_literal, places))}]")
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection


def read_parquet(place: str) -> str:
    """SQL of the rows of a Parquet file, with their numbers from 0 as `file_row_number`."""
    return f"read_parquet({_literal(place)}, file_row_number=true)"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
