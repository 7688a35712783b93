"""Columns as callers describe them (`fields` of `datastore_create`), laid on those that a table has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ...rules import Messages
from . import values

Column = Mapping[str, Any]
Info = Mapping[str, str]

MAX_COLUMNS = 400
"""Of a table that is written by the API: its columns lie in the resource's row, twice."""
MAX_NAME = 200
"""Bytes of a column's name."""
MAX_INFO = 4_000
"""Characters of one text of a data dictionary."""
MAX_DICTIONARY = 60_000
"""Bytes of a whole data dictionary."""


@dataclass(frozen=True)
class Field:
    """One entry of `fields`.

    Attributes:
        type: ours; "" where none was given.
        info: None where none was given.
    """

    id: str
    type: str = ""
    info: Info | None = None


def read(given: Any, messages: Messages) -> tuple[Field, ...]:
    """The entries of `fields`; what is wrong goes into `messages`."""
    if given in (None, ""):
        return ()
    if not isinstance(given, list) or not all(isinstance(each, Mapping) for each in given):
        messages["fields"] = ["Must be a list of dictionaries"]
        return ()
    found: list[Field] = []
    wrong: list[str] = []
    for each in given:
        name, kind, info = each.get("id"), each.get("type"), each.get("info")
        if not is_name(name):
            wrong.append(f'"{said(name)}" is not a valid field name')
            continue
        type_ = values.ALIASES.get(str(kind).strip().lower(), "") if kind not in (None, "") else ""
        if kind not in (None, "") and not type_:
            wrong.append(
                f'"{said(name)}" has a type that is not one of {", ".join(sorted(set(values.ALIASES.values())))}'
            )
        if not _is_info(info):
            wrong.append(f'info of "{said(name)}" must be an object of texts of at most {MAX_INFO} characters')
            info = None
        found.append(Field(name, type_, None if info is None else {key: str(text) for key, text in info.items()}))
    if len({field.id for field in found}) < len(found):
        wrong.append("Duplicate column names are not supported")
    if wrong:
        messages["fields"] = wrong
    return tuple(found)


def is_name(name: Any) -> bool:
    """CKAN's rule for names of columns; longer ones are taken, since a Thai letter is three bytes."""
    return (
        isinstance(name, str)
        and 1 <= len(name.encode(errors="replace")) <= MAX_NAME
        and name.strip() == name
        and name.isprintable()
        and not name.startswith("_")
        and '"' not in name
    )


def said(name: Any) -> str:
    """A column's name as it is repeated: short and in one line, since what was sent may be anything."""
    return "".join(letter for letter in str(name)[:60] if letter.isprintable() and letter != '"')


def _is_info(info: Any) -> bool:
    return info is None or (
        isinstance(info, Mapping)
        and len(info) <= 20
        and all(
            isinstance(key, str) and key.isidentifier() and isinstance(text, str | int | float)
            and len(str(text)) <= MAX_INFO
            for key, text in info.items()
        )
    )  # fmt: skip


def listed(given: Any) -> tuple[str, ...] | None:
    """A list of names, or text with commas, as CKAN takes either; None for anything else."""
    if given in (None, ""):
        return ()
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        return None
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def laid(
    old: Sequence[Column], fields: Sequence[Field], records: Sequence[Mapping[str, Any]], messages: Messages
) -> tuple[Column, ...]:
    """The columns of a table after `fields` were given: those it has, then the new ones, then those that only records
    name, with the type that all their values have.
    """
    known = {column["id"]: column for column in old}
    wrong = [
        f'the type of "{said(field.id)}" is {known[field.id]["type"]} and cannot be changed'
        for field in fields
        if field.id in known and field.type and field.type != known[field.id]["type"]
    ]
    columns = list(old)
    for field in fields:
        if field.id not in known:
            columns.append(new(field.id, field.type or values.guessed([each.get(field.id) for each in records])))
    here = {column["id"] for column in columns}
    for name in dict.fromkeys(name for each in records for name in each if name not in here):
        if is_name(name):
            columns.append(new(name, values.guessed([each.get(name) for each in records])))
        elif name != "_id":
            wrong.append(f'"{said(name)}" is not a valid field name')
    if len(columns) > MAX_COLUMNS:
        wrong.append(f"a table that is written by the API has at most {MAX_COLUMNS} columns")
    if wrong:
        messages.setdefault("fields", []).extend(wrong)
    return tuple(columns)


def new(name: str, kind: str) -> Column:
    """A column that has no values yet."""
    return {"id": name, "type": kind, "filled": 0}


def dictionary(old: Mapping[str, Info], fields: Iterable[Field], columns: Sequence[Column]) -> Mapping[str, Info]:
    """A data dictionary with what `fields` say of columns that are there."""
    here = {column["id"] for column in columns}
    told = {field.id: field.info for field in fields if field.info is not None and field.id in here}
    return {name: info for name, info in {**old, **told}.items() if info}
