"""The nightly dumps: one step after another until all files are there, and where they can be fetched."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.objects import Objects

from ..reading import Reading
from ..search.model import Exact, Question, Range
from . import rules
from .parts import joined, packed, parquet, quads, written
from .rules import FORMS, Form
from .store import DumpStore, Overtaken, Run

CHUNK = 500
"""Datasets of one step: about 5 s of a Lambda, most of them waiting for DynamoDB."""
BUDGET = timedelta(seconds=20)
"""No new step is begun after this time: the function ends after 50 s, and others of its minute want to run too."""


class Dumps:
    """Makes and gives dumps.

    Args:
        objects: the room's bucket.
        site: public address of the catalogue.
        chunk: datasets of one step.
    """

    def __init__(
        self,
        store: DumpStore,
        reading: Reading,
        objects: Objects,
        *,
        site: str,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
        chunk: int = CHUNK,
    ) -> None:
        self._store = store
        self._reading = reading
        self._objects = objects
        self._site = site
        self._ids = ids
        self._clock = clock
        self.chunk = chunk

    def sweep(self, now: datetime) -> None:
        """Goes on with the dump that is due, as far as time allows; does nothing when it is there already."""
        end = self._clock() + BUDGET
        while self._clock() < end and self.step(now):
            pass

    def step(self, now: datetime) -> bool:
        """One step; False when there is nothing more to do, or another worker is at it."""
        run, day = self._store.run(), rules.day_due(now)
        try:
            if run is None or run.day != day:  # one that did not end within its day is given up
                begun = self._clock().isoformat(timespec="seconds")
                self._store.start(Run(id=self._ids(), day=day, started=begun), run)
            elif run.stage == "reading":
                self._read(run)
            elif run.stage == "joining":
                self._join(run)
            else:
                return False
        except Overtaken:
            return False
        return True

    def _read(self, run: Run) -> None:
        """Reads the next datasets and keeps them as parts under a name that no other worker has."""
        behind = Range("id", run.after or None, None, with_low=False)
        ids = self._reading.engine.search(
            Question(filters=(Exact("state", "active"), behind), sort=(("id", False),), rows=self.chunk)
        ).ids
        read = self._reading.packages(ids)
        found = [each for each in read if each[0].dataset.public]  # one may have been withdrawn since it was found
        name = f"{len(run.parts) + 1:06d}-{self._ids()}"
        if found:
            for kind, content in written(found, self._site).items():
                self._objects.put(_part(run, kind, name), content, media_type="application/gzip")
        self._store.step(
            replace(
                run,
                after=ids[-1] if ids else run.after,
                parts=(*run.parts, name) if found else run.parts,
                datasets=run.datasets + len(found),
                stage="reading" if len(ids) == self.chunk else "joining",
            )
        )

    def _join(self, run: Run) -> None:
        """Makes the next file of the parts; with the last one the dump is done and told of."""
        form = next(each for each in FORMS if each.kind not in run.files)
        # a name of its own for each attempt: what is told of is never written again, not even by a late worker
        key = f"dumps/{run.day}/{self._ids()}/{rules.file_name(form, run.day)}"
        with ExitStack() as stack:
            pieces = self._pieces(run, form)
            if form.kind == "parquet":
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="klang-dump-"))
                pieces = parquet(pieces, Path(folder))
            file = joined(self._objects, key, form.media_type, pieces)
        run = replace(run, files={**run.files, form.kind: file})
        if len(run.files) < len(FORMS):
            self._store.step(run)
        else:
            self._store.finish(run, self._clock().isoformat(timespec="seconds"))

    def _pieces(self, run: Run, form: Form) -> Iterator[bytes]:
        if form.kind == "csv":
            yield packed(rules.csv_header())
        if form.kind == "nq":
            yield packed("".join(self._catalogue(run)))
        for name in run.parts:
            yield self._objects.read(_part(run, form.part, name))

    def _catalogue(self, run: Run) -> Iterator[str]:
        from ..dcat.catalogue import describe_catalogue
        from ..dcat.graph import Describer
        from ..dcat.vocabulary import new_graph

        graph = new_graph()
        opened = min((group.created for group in self._reading.groups()), default=run.started)
        node = describe_catalogue(Describer(graph, self._site), opened=opened, changed=run.started)
        yield from quads(graph, str(node))

    def told(self) -> list[Mapping[str, Any]]:
        """The dumps that can be fetched, the latest first."""
        return self._store.dumps()

    def address(self, name: str) -> str:
        """A short-lived address: `catalogue.csv.gz` of the latest file, `catalogue-2026-11-30.csv.gz` of a day's.

        Raises:
            NotFound: it never was, or is no longer kept.
        """
        asked = rules.read_name(name)
        if asked is not None:
            day, form = asked
            for dump in self._store.dumps():
                if day in (None, dump["day"]):
                    key = dump["files"][form.kind]["key"]
                    return self._objects.download_url(key, file_name=rules.file_name(form, dump["day"]))
        raise not_found("ไฟล์สำเนารายการข้อมูล", "dump")


def _part(run: Run, kind: str, name: str) -> str:
    return f"dump-parts/{run.id}/{kind}/{name}.gz"
