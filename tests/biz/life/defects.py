"""Planted defects, by each of which the machine must prove that it sees: tables that spoil what the room writes.

The room itself stays as it is; a defect of the room would leave the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.biz.payments.model import Notice, Source
from chalicelib.biz.payments.till import Outcome, Till
from chalicelib.shared.storage import Change, Create, Item, Key, Update, key_of
from tests.biz.town import Town

from .faults import Fickle
from .services import FEE


class Spoilt(Fickle):
    """A table that writes something else than it is told."""

    def done(self, changes: Sequence[Change], token: str) -> None:
        kept = [bent for each in changes if (bent := self.bend(each)) is not None]
        super().done(kept or changes, token)

    def bend(self, change: Change) -> Change | None:
        """What is written instead; None: nothing."""
        return change

    def plant(self, town: Town) -> None:
        """More that is wrong in the town that stands on this table."""


def _row(change: Change, beginning: str, sk: str = "") -> Item | None:
    """The row that a change writes, if it lies there."""
    if not isinstance(change, Create | Update):
        return None
    key = change.item.key
    return change.item if key.pk.startswith(beginning) and key.sk.startswith(sk) else None


def _other(change: Change, **fields: Any) -> Change:
    """The change with a row that has other fields."""
    assert isinstance(change, Create | Update)
    return replace(change, item=replace(change.item, **fields))


def _without(indexes: Mapping[str, Key], name: str) -> dict[str, Key]:
    return {index: place for index, place in indexes.items() if index != name}


class ForgetsKeys(Spoilt):
    """No Idempotency-Key is remembered: what is sent twice is done twice."""

    def bend(self, change: Change) -> Change | None:
        return None if _row(change, "ONCE#") else change


class LosesMessages(Spoilt):
    """Nobody will ever be told that an application came back."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "OUT#")
        return None if row is not None and row.data["event"]["type"].endswith(".returned") else change


class LosesHistory(Spoilt):
    """A withdrawal leaves no trace."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "CASE#", "EVT#")
        return None if row is not None and row.data["type"].endswith(".withdrawn") else change


class NeverPauses(Spoilt):
    """While the applicant mends, the clock runs on."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "CASE#", "META")
        if row is None or not row.data["ledger"] or row.data["ledger"][-1]["kind"] != "pause":
            return change
        return _other(change, data={**row.data, "ledger": row.data["ledger"][:-1]})


class KeepsPlaces(Spoilt):
    """What has left the agency's queue is still found there."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "CASE#", "META")
        there = None if row is None else self._peek(row.key)
        if row is None or there is None or "by_queue" not in there.indexes:
            return change
        return _other(change, indexes={"by_queue": there.indexes["by_queue"], **row.indexes})


class LosesDesks(Spoilt):
    """What an officer has taken is not on their desk."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "CASE#", "META")
        return change if row is None else _other(change, indexes=_without(row.indexes, "by_desk"))


class LetsBothWin(Spoilt):
    """Of two who read the same case, the later overwrites the earlier."""

    def bend(self, change: Change) -> Change | None:
        there = self._peek(key_of(change))
        if there is None or not isinstance(change, Create | Update):
            return change
        if isinstance(change, Create):
            # the second event with this number; a table that let it in would at least keep one of them
            return None if change.item.key.sk.startswith("EVT#") else change
        return _other(change, version=there.version + 1)


class NeverFlips(Spoilt):
    """A licence that is suspended or revoked stays good for whoever checks it offline."""

    def bend(self, change: Change) -> Change | None:
        return None if key_of(change).sk.startswith("OFF#") else change


class WritesNames(Spoilt):
    """Whoever acts stands with their name in the history."""

    def done(self, changes: Sequence[Change], token: str) -> None:
        named = [
            change if (row := _row(change, "CASE#", "EVT#")) is None else _other(change, data={**row.data, "by": "มาลี"})
            for change in changes
        ]
        self.told(named)
        super().done(changes, token)


class TakesLess(Spoilt):
    """A licence for less than the fee."""

    def plant(self, town: Town) -> None:
        town.biz.counter.till = Generous(town.biz.counter.till)


class Generous(Till):
    """A till that takes whatever it is given for the fee."""

    def __init__(self, till: Till) -> None:
        self.__dict__.update(till.__dict__)

    def hear(self, provider: str, notice: Notice, source: Source = "callback") -> Outcome:
        return super().hear(provider, replace(notice, satang=FEE), source)


class FilesTwice(Spoilt):
    """That an application about a licence is being considered is not written down."""

    def bend(self, change: Change) -> Change | None:
        return None if key_of(change).sk == "FILED" else change


class KeepsTheOld(Spoilt):
    """The licence that was replaced does not learn of it."""

    def bend(self, change: Change) -> Change | None:
        row = _row(change, "LIC#", "META")
        return None if row is not None and row.data.get("replaced_by") is not None else change


DEFECTS: tuple[type[Spoilt], ...] = (
    ForgetsKeys,
    LosesMessages,
    LosesHistory,
    NeverPauses,
    KeepsPlaces,
    LosesDesks,
    LetsBothWin,
    NeverFlips,
    WritesNames,
    TakesLess,
)

DEFECTS_OF_LICENCES: tuple[type[Spoilt], ...] = (FilesTwice, KeepsTheOld, NeverFlips)
"""For the machine that follows one licence through everything that is done with it."""
