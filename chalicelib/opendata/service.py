"""The room's services, put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from chalicelib.shared.egress import downloads
from chalicelib.shared.functions import Functions
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

from . import listening
from .activity.service import Activities
from .activity.store import ActivityStore
from .changefeed.service import ChangeFeed
from .dcat.service import LinkedData
from .dumps.service import Dumps
from .dumps.store import DumpStore
from .exports.service import Exports
from .figures.service import OwnFiles
from .firewall.service import Firewall
from .followers.notices import Notices
from .followers.service import Counts, Followers
from .followers.store import FollowStore
from .groups.belongings import Belongings
from .groups.members import Members
from .groups.renaming import Renaming
from .groups.service import Groups
from .harvest.service import Harvest
from .hearing import Hearing
from .insight import Insight
from .intake.held import Held
from .intake.holding import Holds
from .intake.making import Build, Maker
from .intake.rereading import Rereading
from .intake.service import Uploads
from .jobs.service import Jobs
from .links.mirroring import Mirror
from .links.service import Links
from .links.store import LinkStore
from .model import Kind
from .participation.service import Participation
from .publishing import Publishing
from .quality.service import Grading
from .querying import Querying
from .tables.datastore import DataStore
from .tables.engine.connection import Engine
from .tables.engine.reading import Tables
from .tables.index import FIELD
from .tables.ingest import caged
from .tables.writing.live_tables import LiveTables
from .tables.writing.store import WRITTEN
from .usage.rollup import RollUp
from .users.service import Users
from .users.store import UserStore
from .users.tokens import ApiTokens
from .versions.service import Versions, opened
from .webhooks.service import Webhooks

AGENCY = "TH/CENTRAL/DGA"
"""Who runs the platform; what the platform itself publishes is in its organisation's name."""


@dataclass
class Catalogue(Querying, Hearing):
    """Everything the room can do.

    Attributes:
        build: makes tables of files.
    """

    build: Build = caged.build

    @cached_property
    def changefeed(self) -> ChangeFeed:
        """The log of changes as everybody may read it."""
        return ChangeFeed(self.log, lambda: self.reading.engine, self.parts.clock)

    @cached_property
    def linked_data(self) -> LinkedData:
        """The catalogue as RDF."""
        return LinkedData(self.packages, self.reading, site=self.site, clock=self.parts.clock)

    @cached_property
    def dumps(self) -> Dumps:
        """The whole public catalogue as files, made each night."""
        parts = self.parts
        store = DumpStore(parts.table)
        return Dumps(store, self.reading, self.objects, site=self.site, ids=parts.ids, clock=parts.clock)

    @cached_property
    def participation(self) -> Participation:
        """What people made of datasets and say of them."""
        parts = self.parts
        return Participation(
            parts.table,
            parts.journal,
            parts.cursors,
            self.packages,
            self.store,
            self.access,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def usage(self) -> RollUp:
        """The figures of each day."""
        return RollUp(self.counters, self.parts.table, self.objects, self.store, self.figures)

    @cached_property
    def figures(self) -> OwnFiles:
        """Datasets of the platforms' own."""
        return OwnFiles(self.store, self.groups, self.objects, agency=AGENCY, ids=self.parts.ids)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Telling followers of changes."""
        parts = self.parts
        return Webhooks(
            parts.table,
            parts.journal,
            parts.cursors,
            parts.keyring,
            parts.http,
            lambda dataset: self.store.package(dataset),
            site=self.site,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def publishing(self) -> Publishing:
        """The way of datasets to the public, and what people ask for."""
        return Publishing(self.parts, self.store, self.access, self.gate, self.packages, self.editing, self.reading)

    @cached_property
    def members(self) -> Members:
        """Who belongs to organisations and themes."""
        parts = self.parts
        return Members(
            parts.table, parts.journal, self.store, self.packages, self.access, ids=parts.ids, clock=parts.clock
        )

    @cached_property
    def organizations(self) -> Groups:
        """Agencies that publish."""
        return self._groups_of("organization")

    @cached_property
    def themes(self) -> Groups:
        """What datasets are about."""
        return self._groups_of("group")

    @cached_property
    def follows(self) -> FollowStore:
        """Who follows what, as it is kept."""
        return FollowStore(self.parts.table, self.parts.journal, clock=self.parts.clock)

    @cached_property
    def followers(self) -> Followers:
        """Following datasets, organisations, themes and users."""
        return Followers(self.follows, self.store, self.packages, self.reading, self.users, self.access)

    @cached_property
    def activity_store(self) -> ActivityStore:
        """What happened, by organisation, theme and user."""
        return ActivityStore(self.parts.table)

    @cached_property
    def activities(self) -> Activities:
        """Activity streams."""
        return Activities(
            self.activity_store,
            self.store,
            self.log,
            self.packages,
            self.access,
            self.users,
            site=self.site,
        )

    @cached_property
    def notices(self) -> Notices:
        """What is new of what somebody follows."""
        parts = self.parts
        return Notices(parts.table, parts.journal, self.follows, self.activities, clock=parts.clock)

    @cached_property
    def renaming(self) -> Renaming:
        """Tells search of groups that are shown differently."""
        return Renaming(self.parts.table, self.reading, ids=self.parts.ids, clock=self.parts.clock)

    def _groups_of(self, kind: Kind) -> Groups:
        return Groups(
            kind,
            self.store,
            self.groups,
            Belongings(self.members, self.users, self.reading, self.access),
            self.reading,
            self.access,
            Counts(self.follows, kind),
            ids=self.parts.ids,
            clock=self.parts.clock,
        )

    @cached_property
    def user_store(self) -> UserStore:
        """Users and API tokens as they are kept."""
        return UserStore(self.parts.table, self.parts.journal, clock=self.parts.clock)

    @cached_property
    def users(self) -> Users:
        """People and machines that write."""
        parts = self.parts
        return Users(self.user_store, self.access, self.reading, parts.keyring, ids=parts.ids, clock=parts.clock)

    @cached_property
    def tokens(self) -> ApiTokens:
        """API tokens."""
        return ApiTokens(self.user_store, self.users, clock=self.parts.clock)

    @cached_property
    def harvest(self) -> Harvest:
        """Datasets of other catalogues."""
        return Harvest(self.parts, self.objects, self.store, self.groups, self.access, self.gate)

    @cached_property
    def insight(self) -> Insight:
        """What is known of tables beyond their rows."""
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
        return DataStore(
            self.sources,
            self.tables,
            lambda dataset: self.counters.count(dataset, "queries"),
            lambda caller: self.finding.all_values(FIELD, self.finding.labels(caller)),
        )

    @cached_property
    def tables(self) -> Tables:
        """Questions to tables."""
        return Tables(self.objects, self.folder, engine=self.engine, merging=self.live.merging)

    @cached_property
    def engine(self) -> Engine:
        """Published tables behind a lock."""
        return Engine(self.objects, self.folder)

    @cached_property
    def live(self) -> LiveTables:
        """Tables that are written row by row."""
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
        maker = Maker(self.objects, self.contents, self.build)
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
        return Rereading(self.packages, self.objects, lambda resource, number: self.uploads.tell(resource, number))

    @cached_property
    def held(self) -> Held:
        """Versions that wait for a decision."""
        return Held(self.store, self.contents)

    @cached_property
    def links(self) -> Links:
        """Links and mirrors, and the consumer of the queue `opendata-links`."""
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
        return Firewall(self.parts, self.store, self.packages, self.access, self.gate, self.overrides, self.held)

    @cached_property
    def grading(self) -> Grading:
        """How good datasets are."""
        return Grading(self.parts, self.store, self.packages, lambda ids: self.links.last(ids))

    @cached_property
    def holds(self) -> Holds:
        """What may keep a new version from being shown."""
        return self.guard

    @cached_property
    def jobs(self) -> Jobs:
        """Work that takes longer than a request, and the consumer of the queue `opendata-jobs`."""
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
        return opened(self.parts, self.store, self.packages, self.objects, self.engine, lambda: self.jobs)

    @cached_property
    def exports(self) -> Exports:
        """Tables as files."""
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
    catalogue = Catalogue(parts, objects, folder, functions)
    listening.hang(catalogue)
    return catalogue
