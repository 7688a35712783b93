"""The door to Athena: the exact definition of an external table over a published table's Parquet file.

Athena reads every object of a folder, takes no column names but letters, digits and underscores, and knows a type by
its Hive name. So columns are read by their place in the file (`parquet.column.index.access`; Athena user guide, "Handle
schema updates"), under names of their own, with the published name as a comment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chalicelib.shared.dataclass import dataclass

BUCKET = "YOUR-BUCKET"
"""To be replaced by whoever asked: a bucket of theirs in the region in which they query."""

_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,100}")
_TYPES: Mapping[str, str] = {
    "BIGINT": "bigint",
    "INTEGER": "int",
    "SMALLINT": "smallint",
    "TINYINT": "tinyint",
    "DOUBLE": "double",
    "FLOAT": "float",
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "BLOB": "binary",
}


@dataclass(frozen=True)
class Column:
    """A column as Athena knows it, and the published name."""

    name: str
    type: str
    published: str


def columns(described: Sequence[tuple[str, str]]) -> list[Column]:
    """The columns of a Parquet file.

    Args:
        described: (name, DuckDB type), in the order of the file.
    """
    taken: set[str] = set()
    found: list[Column] = []
    for place, (published, kind) in enumerate(described, start=1):
        name = published if _PLAIN.fullmatch(published) and published not in taken else f"c{place}"
        while name in taken:
            name = f"{name}_"
        taken.add(name)
        hive = kind.lower().replace(" ", "") if kind.startswith("DECIMAL") else _TYPES.get(kind, "string")
        found.append(Column(name, hive, published))
    return found


def definition(name: str, found: Sequence[Column], folder: str) -> str:
    """`CREATE EXTERNAL TABLE` of a table.

    Args:
        name: of the table; plain letters.
        folder: the S3 address of the folder that holds the Parquet file and nothing else.
    """
    lines = [f"  `{each.name}` {each.type} COMMENT {_text(each.published)}" for each in found]
    return "\n".join(
        [
            f"CREATE EXTERNAL TABLE `{name}` (",
            ",\n".join(lines),
            ")",
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'",
            "WITH SERDEPROPERTIES ('parquet.column.index.access' = 'true')",
            "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'",
            "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
            f"LOCATION {_text(folder)};",
        ]
    )


def _text(value: str) -> str:
    """A text of Hive's DDL; it has no line breaks and no escapes that a name could end it with."""
    plain = "".join(letter if letter.isprintable() else " " for letter in value)
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"
