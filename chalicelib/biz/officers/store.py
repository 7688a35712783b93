"""What officers write beside a case, and the overseer's mailbox.

    CASE#{id}             LATE#{number}   written reasons for being late
    CASE#{id}             NOTE#{id}       a note among officers
    CASE#{id}             LETTER#{id}#{language}  a decision letter
    DECIDED#{agency}#{yyyy-mm}  {id}      what a decision leaves to be counted
    OVERSIGHT#{yyyy-mm}   {id}            a report to the overseeing body, in the order of time

Free text is sealed: it may name anybody.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from pydantic import BaseModel

from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Key, Table, every
from chalicelib.shared.workdays import thai_date

from ..model import LateReasons, Note
from ..store import case_key
from .letters import DecisionLetter
from .rules import Decided, Report

_HIDDEN = ("text", "words", "name", "html")


def _month(at: dt.datetime) -> str:
    """The month in Thailand, `yyyy-mm`."""
    return thai_date(at).isoformat()[:7]


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

    def new_letters(self, case: str, letters: Iterable[DecisionLetter]) -> list[Create]:
        """The changes that freeze a decision letter, one for each language."""
        pk = case_key(case).pk
        return [self._new(Key(pk, f"LETTER#{letter.id}#{letter.language}"), letter) for letter in letters]

    def letters(self, case: str) -> list[DecisionLetter]:
        """The decision letters of a case in both languages, oldest first."""
        rows = every(self._table, case_key(case).pk, prefix="LETTER#")
        return [DecisionLetter.model_validate(self._open(item)) for item in rows]

    def new_decided(self, agency: str, decision: Decided) -> Create:
        """The change that leaves a decision to be counted."""
        return self._new(Key(f"DECIDED#{agency}#{_month(decision.at)}", decision.id), decision)

    def decided(self, agency: str, month: str, most: int) -> list[Decided]:
        """At most so many decisions of a month (`yyyy-mm`), oldest first."""
        rows = islice(every(self._table, f"DECIDED#{agency}#{month}"), most)
        return [Decided.model_validate(self._open(item)) for item in rows]

    def filed(self, report: Report) -> Create:
        """The change that puts a report into the overseer's mailbox."""
        return self._new(Key(f"OVERSIGHT#{_month(report.at)}", report.id), report)

    def reports(self, month: str, after: str | None, limit: int) -> tuple[list[Report], str | None]:
        """The reports of a month (`yyyy-mm`), newest first."""
        page = self._table.query(f"OVERSIGHT#{month}", after=after, limit=limit, newest_first=True)
        return [Report.model_validate(self._open(item)) for item in page.items], page.after

    def _new(self, key: Key, noun: BaseModel) -> Create:
        whole = noun.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in _HIDDEN if name in whole}
        if not hidden:
            return Create(Item(key, whole))
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        return Create(Item(key, {**whole, "sealed": self._keyring.seal(text, _context(key))}))

    def _open(self, item: Item) -> dict[str, Any]:
        data = dict(item.data)
        if "sealed" not in data:
            return data
        hidden: Mapping[str, Any] = json.loads(self._keyring.unseal(data.pop("sealed"), _context(item.key)))
        return {**data, **hidden}


def _context(key: Key) -> str:
    return f"{key.pk}/{key.sk}"
