"""Tables of a few rows in memory, for looks that need an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from chalicelib.opendata.recognition.look import quoted, recognised, with_means
from chalicelib.opendata.recognition.profile import profile

SQL = {
    "text": "VARCHAR",
    "int8": "BIGINT",
    "numeric": "DECIMAL(15, 3)",
    "float8": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "bool": "BOOLEAN",
}
Columns = list[dict[str, Any]]


def columns(types: Mapping[str, str]) -> Columns:
    """Columns as a table publishes them; `int8/BE` is a column of Buddhist years."""
    found = []
    for name, kind in types.items():
        plain, _, era = kind.partition("/")
        found.append({"id": name, "type": plain, **({"era": era} if era else {})})
    return found


class Small:
    """A table in memory.

    Attributes:
        relation: as it stands behind FROM.
    """

    def __init__(self, types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        self.columns = columns(types)
        self.connection = duckdb.connect()
        if not self.columns:
            self.relation = "(SELECT 1 WHERE false)"
            return
        shape = ", ".join(f"{quoted(each['id'])} {SQL[each['type']]}" for each in self.columns)
        self.connection.execute(f"CREATE TABLE small ({shape})")
        if rows:
            marks = ", ".join("?" * len(self.columns))
            self.connection.executemany(f"INSERT INTO small VALUES ({marks})", [list(row) for row in rows])  # noqa: S608 - marks only
        self.relation = "small"

    def recognised(self) -> dict[str, Any]:
        """The look of this name."""
        return recognised(self.connection, self.relation, self.columns)

    def profile(self) -> dict[str, Any]:
        """The look of this name."""
        return profile(self.connection, self.relation, self.columns)

    def known(self) -> Sequence[Mapping[str, Any]]:
        """The columns with what they were recognised as."""
        return with_means(self.columns, self.recognised())

    def means(self) -> dict[str, str]:
        """By name, what the columns were recognised as."""
        return {each["id"]: each["means"] for each in self.known() if "means" in each}
