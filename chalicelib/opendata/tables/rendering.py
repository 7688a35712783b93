"""Rows in the forms in which `datastore_search` answers them, and how many of them an answer holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

Rows = Sequence[Sequence[Any]]
_DELIMITERS = {"csv": ",", "tsv": "\t"}
_SCALAR = 12
"""Bytes of a number, date or missing value with what stands around it, about."""


def rendered(rows: Rows, columns: Sequence[str], form: str) -> Any:
    """Objects, lists, or text without a header (csv, tsv)."""
    if form == "objects":
        return [dict(zip(columns, row, strict=True)) for row in rows]
    if form == "lists":
        return rows
    text = io.StringIO()
    writer = csv.writer(text, delimiter=_DELIMITERS[form], lineterminator="\n")
    writer.writerows([_text(value) for value in row] for row in rows)
    return text.getvalue()


def _text(value: Any) -> Any:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else value


def fitting(rows: Rows, columns: Sequence[str], form: str, room: int) -> Rows:
    """As many of the first rows as go into so many bytes, about; at least one."""
    names = sum(len(name.encode()) + 4 for name in columns) if form == "objects" else 0
    for place, row in enumerate(rows):
        room -= names + 2
        for value in row:
            room -= len(value.encode()) + 4 if isinstance(value, str) else _SCALAR
        if room < 0:
            return rows[: max(1, place)]
    return rows
