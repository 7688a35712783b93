"""What officers write beside a case, and the overseer's mailbox.

    CASE#{id}             LATE#{number}   written reasons for being late
    CASE#{id}             NOTE#{id}       a note among officers
    OVERSIGHT#{yyyy-mm}   {id}            a report to the overseeing body, in the order of time

Free text is sealed: it may name anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Key, Table, every
from chalicelib.shared.workdays import thai_date

from ..model import LateReasons, Note
from ..store import case_key
from .rules import Report

_HIDDEN = ("text", "words", "name")


def month_of(report: Report) -> str:
    """The month in Thailand under which a report is filed, `yyyy-mm`."""
    return thai_date(report.at).isoformat()[:7]


class Papers:
    """Rows that are written once and never changed; each opens only in its own place."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def new_reasons(self, case: str, reasons: LateReasons) -> Create:
        """The change that adds written reasons for being late."""
        return self._new(Key(case_key(case).pk, f"LATE#{reasons.number:06d}"), reasons)

    def reasons(self, case: str) -> list[LateReasons]:
        """All written reasons of a case, oldest first."""
        return [
            LateReasons.model_validate(self._open(item))
            for item in every(self._table, case_key(case).pk, prefix="LATE#")
        ]

    def reasons_number(self, case: str, number: int) -> LateReasons | None:
        """The written reasons with that number."""
        item = self._table.get(Key(case_key(case).pk, f"LATE#{number:06d}"))
        return None if item is None else LateReasons.model_validate(self._open(item))

    def new_note(self, case: str, note: Note) -> Create:
        """The change that adds a note."""
        return self._new(Key(case_key(case).pk, f"NOTE#{note.id}"), note)

    def notes(self, case: str, after: str | None, limit: int) -> tuple[list[Note], str | None]:
        """Notes of a case, newest first."""
        page = self._table.query(case_key(case).pk, prefix="NOTE#", after=after, limit=limit, newest_first=True)
        return [Note.model_validate(self._open(item)) for item in page.items], page.after

    def filed(self, report: Report) -> Create:
        """The change that puts a report into the overseer's mailbox."""
        return self._new(Key(f"OVERSIGHT#{month_of(report)}", report.id), report)

    def reports(self, month: str, after: str | None, limit: int) -> tuple[list[Report], str | None]:
        """The reports of a month (`yyyy-mm`), newest first."""
        page = self._table.query(f"OVERSIGHT#{month}", after=after, limit=limit, newest_first=True)
        return [Report.model_validate(self._open(item)) for item in page.items], page.after

    def _new(self, key: Key, noun: BaseModel) -> Create:
        whole = noun.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in _HIDDEN if name in whole}
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        return Create(Item(key, {**whole, "sealed": self._keyring.seal(text, _context(key))}))

    def _open(self, item: Item) -> dict[str, Any]:
        data = dict(item.data)
        hidden: Mapping[str, Any] = json.loads(self._keyring.unseal(data.pop("sealed"), _context(item.key)))
        return {**data, **hidden}


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"
