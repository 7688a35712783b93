"""The room's services, put together."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.egress import downloads
from chalicelib.shared.functions import Functions
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

from .belonging import Belonging
from .hearing import Hearing

if TYPE_CHECKING:
    from .changefeed.service import ChangeFeed
    from .dcat.service import LinkedData
    from .dumps.service import Dumps
    from .exports.service import Exports
    from .figures.service import OwnFiles
    from .firewall.service import Firewall
    from .harvest.service import Harvest
    from .insight import Insight
    from .intake.held import Held
    from .intake.holding import Holds
    from .intake.making import Build
    from .intake.rereading import Rereading
    from .intake.service import Uploads
    from .jobs.service import Jobs
    from .links.service import Links
    from .quality.service import Grading
    from .tables.datastore import DataStore
    from .tables.engine.connection import Engine
    from .tables.engine.reading import Tables
    from .tables.writing.live_tables import LiveTables
    from .usage.rollup import RollUp
    from .versions.service import Versions

AGENCY = "TH/CENTRAL/DGA"
"""Who runs the platform; what the platform itself publishes is in its organisation's name."""


@dataclass
class Catalogue(Belonging, Hearing):
    """Everything the room can do.

    Attributes:
        build: makes tables of files; None: the way that a deployed platform does, in a cage.
    """

    build: Build | None = None

    @cached_property
    def changefeed(self) -> ChangeFeed:
        """The log of changes as everybody may read it."""
        from .changefeed.service import ChangeFeed

        return ChangeFeed(self.log, lambda: self.reading.engine, self.parts.clock)

    @cached_property
    def linked_data(self) -> LinkedData:
        """The catalogue as RDF."""
        from .dcat.service import LinkedData

        return LinkedData(self.packages, self.reading, site=self.site, clock=self.parts.clock)

    @cached_property
    def dumps(self) -> Dumps:
        """The whole public catalogue as files, made each night."""
        from .dumps.service import Dumps
        from .dumps.store import DumpStore

        parts = self.parts
        store = DumpStore(parts.table)
        return Dumps(store, self.reading, self.objects, site=self.site, ids=parts.ids, clock=parts.clock)

    @cached_property
    def usage(self) -> RollUp:
        """The figures of each day."""
        from .usage.rollup import RollUp

        return RollUp(self.counters, self.parts.table, self.objects, self.store, self.figures)

    @cached_property
    def figures(self) -> OwnFiles:
        """Datasets of the platforms' own."""
        from .figures.service import OwnFiles

        return OwnFiles(self.store, self.groups, self.objects, agency=AGENCY, ids=self.parts.ids)

    @cached_property
    def harvest(self) -> Harvest:
        """Datasets of other catalogues."""
        from .harvest.service import Harvest

        return Harvest(self.parts, self.objects, self.store, self.groups, self.access, self.gate)

    @cached_property
    def insight(self) -> Insight:
        """What is known of tables beyond their rows."""
        from .insight import Insight

        return Insight(
            self.parts.table,
            self.store,
            self.objects,
            self.sources,
            engine=lambda: self.engine,
            merging=lambda: self.live.merging,
            reading=lambda: self.reading,
        )

    @cached_property
    def datastore(self) -> DataStore:
        """Rows of tables."""
        from .tables.datastore import DataStore
        from .tables.index import FIELD

        return DataStore(
            self.sources,
            self.tables,
            lambda dataset: self.counters.count(dataset, "queries"),
            lambda caller: self.finding.all_values(FIELD, self.finding.labels(caller)),
        )

    @cached_property
    def tables(self) -> Tables:
        """Questions to tables."""
        from .tables.engine.reading import Tables

        return Tables(self.objects, self.folder, engine=self.engine, merging=self.live.merging)

    @cached_property
    def engine(self) -> Engine:
        """Published tables behind a lock."""
        from .tables.engine.connection import Engine

        return Engine(self.objects, self.folder)

    @cached_property
    def live(self) -> LiveTables:
        """Tables that are written row by row."""
        from .tables.writing.live_tables import LiveTables

        return LiveTables(
            self.parts,
            self.objects,
            self.store,
            self.packages,
            self.access,
            self.contents,
            self.engine,
            self.overrides,
            self.site,
            self.folder,
        )

    @cached_property
    def uploads(self) -> Uploads:
        """The consumer of the queue `opendata-uploads`."""
        from .intake.making import Maker
        from .intake.service import Uploads
        from .tables.ingest import caged

        maker = Maker(self.objects, self.contents, self.build or caged.build)
        return Uploads(
            self.store,
            self.packages,
            maker,
            self.contents,
            self.held,
            self.holds,
            clock=self.parts.clock,
            put_together=lambda resource_id: self.live.compaction.compact(resource_id),
        )

    @cached_property
    def rereading(self) -> Rereading:
        """Reading files once more."""
        from .intake.rereading import Rereading

        return Rereading(self.packages, self.objects, lambda resource, number: self.uploads.tell(resource, number))

    @cached_property
    def held(self) -> Held:
        """Versions that wait for a decision."""
        from .intake.held import Held

        return Held(self.store, self.contents)

    @cached_property
    def links(self) -> Links:
        """Links and mirrors, and the consumer of the queue `opendata-links`."""
        from .links.mirroring import Mirror
        from .links.service import Links
        from .links.store import LinkStore

        parts = self.parts
        mirror = Mirror(self.store, self.packages, self.objects, parts.clock)
        return Links(
            LinkStore(parts.table),
            self.store,
            parts.journal,
            downloads(parts.http),
            mirror,
            site=self.site,
            clock=parts.clock,
        )

    @cached_property
    def firewall(self) -> Firewall:
        """What was found in files that may tell who somebody is, and a steward's word on it."""
        from .firewall.service import Firewall

        return Firewall(self.parts, self.store, self.packages, self.access, self.gate, self.overrides, self.held)

    @cached_property
    def grading(self) -> Grading:
        """How good datasets are."""
        from .quality.service import Grading

        return Grading(self.parts, self.store, self.packages, lambda ids: self.links.last(ids))

    @cached_property
    def holds(self) -> Holds:
        """What may keep a new version from being shown."""
        return self.guard

    @cached_property
    def jobs(self) -> Jobs:
        """Work that takes longer than a request, and the consumer of the queue `opendata-jobs`."""
        from .jobs.service import Jobs
        from .tables.writing.store import WRITTEN

        parts = self.parts
        jobs = Jobs(parts.table, parts.journal, self.objects, parts.keyring, ids=parts.ids, clock=parts.clock)
        jobs.kinds["export"] = lambda job: self.exports.do(job)
        jobs.kinds["diff"] = lambda job: self.versions.compare(job)
        jobs.checks["diff"] = lambda caller, given: self.versions.check(caller, given)
        jobs.kinds["sql"] = lambda job: self.queries.work(job)
        jobs.checks["sql"] = lambda caller, given: self.queries.check(caller, given)
        jobs.also[WRITTEN] = lambda event: self.live.compaction.on_event(event)
        return jobs

    @cached_property
    def versions(self) -> Versions:
        """Versions of files."""
        from .versions.service import opened

        return opened(self.parts, self.store, self.packages, self.objects, self.engine, lambda: self.jobs)

    @cached_property
    def exports(self) -> Exports:
        """Tables as files."""
        from .exports.service import Exports

        return Exports(
            self.store,
            self.sources,
            self.packages,
            self.objects,
            self.tables,
            self.contents,
            self.jobs,
            site=self.site,
            clock=self.parts.clock,
        )


def open_catalogue(
    parts: Parts, objects: Objects, *, folder: Path | None = None, functions: Functions | None = None
) -> Catalogue:
    """The room on these parts.

    Args:
        folder: where tables may be kept on the local disk.
        functions: other functions of the platform; None: this process does their work.
    """
    from . import listening

    catalogue = Catalogue(parts, objects, folder, functions)
    listening.hang(catalogue)
    return catalogue
