"""How far tonight's dump is, and which dumps there are.

DUMPS / RUN     the dump in the making: day, stage, last dataset read, parts, files joined
DUMPS / TOLD    the dumps that anybody may fetch, the latest first
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, replace
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change, Create, Item, Key, Table, Update, WriteRefused

from .rules import KEPT_DAYS

RUN, TOLD = Key("DUMPS", "RUN"), Key("DUMPS", "TOLD")
Stage = Literal["reading", "joining", "done"]


class Overtaken(Exception):
    """Another worker did this step first."""


@dataclass(frozen=True)
class File:
    """One finished file: bytes and hex SHA-256 of the object at `key`."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Run:
    """One dump in the making.

    Attributes:
        id: of this attempt; its objects lie under it.
        day: in Bangkok, ISO 8601.
        started: ISO 8601.
        after: id of the last dataset that was read.
        parts: names of the chunks, in order.
        datasets: how many were read.
        files: by kind, those that are joined.
    """

    id: str
    day: str
    started: str
    stage: Stage = "reading"
    after: str = ""
    parts: tuple[str, ...] = ()
    datasets: int = 0
    files: Mapping[str, File] = field(default_factory=dict)
    version: int = 0


class DumpStore:
    """Reads and writes the two rows; every write is on condition that nobody was faster."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def run(self) -> Run | None:
        """The dump in the making, or the last one."""
        item = self._table.get(RUN)
        if item is None:
            return None
        data = dict(item.data)
        files = {kind: File(**each) for kind, each in data.pop("files").items()}
        return Run(**{**data, "parts": tuple(data["parts"]), "files": files, "version": item.version})

    def start(self, run: Run, before: Run | None) -> None:
        """Begins a dump in the place of an earlier one.

        Raises:
            Overtaken.
        """
        self._write([_written(replace(run, version=0 if before is None else before.version))])

    def step(self, run: Run) -> None:
        """Keeps how far a dump is; `run.version` is that of the row as it was read.

        Raises:
            Overtaken.
        """
        self._write([_written(run)])

    def finish(self, run: Run, at: str) -> None:
        """Ends a dump and tells of it, both or neither.

        Raises:
            Overtaken.
        """
        item = self._table.get(TOLD)
        earlier = [] if item is None else [each for each in item.data["dumps"] if each["day"] != run.day]
        files = {kind: asdict(each) for kind, each in run.files.items()}
        dump = {"day": run.day, "at": at, "datasets": run.datasets, "files": files}
        data = {"dumps": sorted([dump, *earlier], key=lambda each: str(each["day"]), reverse=True)[:KEPT_DAYS]}
        told: Change = Create(Item(TOLD, data)) if item is None else Update(item.next(data))
        self._write([_written(replace(run, stage="done")), told])

    def dumps(self) -> list[Mapping[str, Any]]:
        """The dumps that are told of, the latest first: day, at, datasets, files by kind."""
        item = self._table.get(TOLD)
        return [] if item is None else list(item.data["dumps"])

    def _write(self, changes: list[Change]) -> None:
        try:
            self._table.write(changes, new_token())
        except WriteRefused:
            raise Overtaken from None


def _written(run: Run) -> Change:
    data = asdict(run)
    version = data.pop("version")
    item = Item(RUN, data, version + 1)
    return Create(item) if version == 0 else Update(item)
