"""The chain of a resource's file versions: each one's hash binds all that was before it.

    statement   canonical JSON of what a version is (`facts`)
    digest      SHA-256 of the statement
    hash        SHA-256 of: `klang-version-1`, the hash of the version before ("" of the first), the digest; each ends
                with a line feed

Canonical JSON: names in the order of their code points, no blanks, UTF-8, no escapes but those that JSON needs; the
only numbers are whole ones. Two steps, so that a version which is nobody's business can stand in a published list by
its digest alone, and the list can be checked nevertheless.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ..model import File, Resource, Table

KIND = "klang-version-1"
MEANT = ("id", "type", "era", "twin_of", "original_of")
"""What of a column belongs to the version: how its cells are to be read. Labels and what it was recognised as are said
of it, and may be said better later."""


class Broken(Exception):
    """A list of versions that does not hold together, and at which number."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"version {number}: {reason}")
        self.number = number
        self.reason = reason


@dataclass(frozen=True)
class Listed:
    """A version as a published list has it.

    Attributes:
        statement: what it is; None for one that is not told.
        digest: of the statement, hex.
        previous: hash of the version before; "" of the first.
        hash: its own.
    """

    number: int
    statement: Mapping[str, Any] | None
    digest: str
    previous: str
    hash: str


def canonical(value: object) -> bytes:
    """The one way to write a value of JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(statement: Mapping[str, Any]) -> str:
    """Hex SHA-256 of a statement."""
    return hashlib.sha256(canonical(statement)).hexdigest()


def columns_digest(columns: Sequence[Mapping[str, Any]]) -> str:
    """Hex SHA-256 of how the columns of a table are to be read, in order."""
    meant = [{name: column[name] for name in MEANT if name in column} for column in columns]
    return hashlib.sha256(canonical(meant)).hexdigest()


def facts(resource: str, file: File) -> dict[str, Any]:
    """The statement of a version: everything that must never be different afterwards."""
    return {
        "resource": resource,
        "number": file.number,
        "kind": file.kind,
        "at": file.at,
        "file_name": file.file_name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "options": _whole(file.options),
        "tables": [_table(each) for each in file.tables],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "number": table.number,
        "name": table.name,
        "rows": table.rows,
        "size": table.size,
        "parquet": table.digest,
        "columns": columns_digest(table.columns),
    }


def _whole(value: Any) -> Any:
    """The same without fractions, which languages write differently: they stand as text."""
    if isinstance(value, Mapping):
        return {str(name): _whole(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return repr(value) if isinstance(value, float) else value


def link(previous: str, statement_digest: str) -> str:
    """The hash of a version, hex."""
    return hashlib.sha256(f"{KIND}\n{previous}\n{statement_digest}\n".encode()).hexdigest()


def joined(resource: Resource, file: File) -> tuple[Resource, File]:
    """A new version at the end of its resource's chain, and the resource that knows it as the end.

    Whoever makes a version calls this last, when the file is as it will stay, and writes both in one transaction on
    condition that the resource is as it was read: so no two versions can follow the same one.
    """
    made = replace(file, previous=resource.linked)
    made = replace(made, chain=link(made.previous, digest(facts(resource.id, made))))
    return replace(resource, linked=made.chain), made


def check(versions: Iterable[Listed], *, before: str = "") -> str:
    """Whether versions, the oldest first, are an unbroken chain; answers the hash of the last.

    Args:
        before: hash of what stands before the first of them; "" where that is the beginning.

    Raises:
        Broken: one was changed, put in or left out.
    """
    last, number = before, 0
    for each in versions:
        if each.number <= number:
            raise Broken(each.number, "the numbers do not grow")
        if each.previous != last:
            raise Broken(each.number, "a version before it was left out or changed")
        if each.statement is not None:
            if each.statement.get("number") != each.number:
                raise Broken(each.number, "its statement is of another version")
            if digest(each.statement) != each.digest:
                raise Broken(each.number, "its statement was changed")
        if link(each.previous, each.digest) != each.hash:
            raise Broken(each.number, "its hash does not belong to it")
        last, number = each.hash, each.number
    return last
