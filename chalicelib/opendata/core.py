"""The heart of the room: packages and groups, who may do what with them, how they are written, read and found."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts

if TYPE_CHECKING:
    from .access import Access
    from .bulk import Bulk
    from .changes import Log
    from .contents import Contents
    from .editing import Editing
    from .firewall.guard import Guard
    from .firewall.store import Overrides
    from .governance.gate import Gate as GovernanceGate
    from .groups.store import GroupStore
    from .intake.sending import Sending
    from .packages import Packages
    from .purging import Purging
    from .reading import Reading
    from .resources import Resources
    from .search.cards import Cards
    from .search.finding import Finding
    from .search.following import Following
    from .search.publisher import Publisher
    from .search.resources import ResourceFinding
    from .search.snapshot import Snapshots
    from .staff import Register
    from .store import Store
    from .vocabularies.service import Vocabularies


@dataclass
class Core:
    """What everything else in the room stands on.

    Attributes:
        parts: what the room is built from.
        objects: the room's bucket.
        folder: where tables and the search index may be kept on the local disk.
    """

    parts: Parts
    objects: Objects
    folder: Path | None = None

    @property
    def site(self) -> str:
        """Public address, as CKAN's `site_url`."""
        return self.parts.base_url

    @cached_property
    def staff(self) -> Register:
        """Who publishes for which agency."""
        from .staff import Register

        return Register(self.parts.table)

    @cached_property
    def access(self) -> Access:
        """Who may do what."""
        from .access import Access

        return Access(self.parts.table)

    @cached_property
    def store(self) -> Store:
        """Packages and groups as they are kept."""
        from .store import Store

        return Store(self.parts.table, self.parts.journal, ids=self.parts.ids, clock=self.parts.clock)

    @cached_property
    def log(self) -> Log:
        """The log of changes."""
        from .changes import Log

        return Log(self.parts.table)

    @cached_property
    def gate(self) -> GovernanceGate:
        """What every write of a package passes on its way to the public."""
        from .governance.gate import Gate as GovernanceGate
        from .governance.store import GovernanceRows

        parts = self.parts
        guard = self.guard
        return GovernanceGate(GovernanceRows(parts.table), self.access, guard, ids=parts.ids, clock=parts.clock)

    @cached_property
    def overrides(self) -> Overrides:
        """What stewards said of personal data that was found."""
        from .firewall.store import Overrides

        return Overrides(self.parts.table)

    @cached_property
    def guard(self) -> Guard:
        """What keeps personal data from the public."""
        from .firewall.guard import Guard

        return Guard(self.overrides)

    @cached_property
    def packages(self) -> Packages:
        """Datasets with their resources."""
        from .packages import Packages

        return Packages(self.store, self.access, self.gate, ids=self.parts.ids, clock=self.parts.clock)

    @cached_property
    def following(self) -> Following:
        """The catalogue in memory: search, organisations and themes."""
        from .search.following import Following

        return Following(self.store, self.log, ids=self.parts.ids, snapshots=self.snapshots)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Snapshots of the search index."""
        from .search.snapshot import Snapshots

        folder = None if self.folder is None else self.folder / "search"
        return Snapshots(self.parts.table, self.objects, folder)

    @cached_property
    def publisher(self) -> Publisher:
        """What makes them."""
        from .search.publisher import Publisher

        parts = self.parts
        return Publisher(self.store, self.log, self.snapshots, ids=parts.ids, clock=parts.clock)

    @cached_property
    def vocabularies(self) -> Vocabularies:
        """Closed lists of tags."""
        from .vocabularies.service import Vocabularies
        from .vocabularies.store import VocabularyStore

        parts = self.parts
        store = VocabularyStore(parts.table, parts.journal, ids=parts.ids, clock=parts.clock)
        return Vocabularies(store, self.access, ids=parts.ids)

    @cached_property
    def finding(self) -> Finding:
        """Datasets as CKAN's actions find them."""
        from .search.finding import Finding

        return Finding(
            self.reading,
            self.access,
            self.vocabularies,
            groups=lambda: self.following.groups(refresh=False),
            clock=self.parts.clock,
        )

    @cached_property
    def resource_finding(self) -> ResourceFinding:
        """Resources as `resource_search` finds them."""
        from .search.resources import ResourceFinding

        def dataset_of(resource: str) -> str | None:
            package = self.store.package_of_resource(resource)
            return None if package is None else package.id

        return ResourceFinding(self.finding, dataset_of=dataset_of, site=self.site)

    @cached_property
    def reading(self) -> Reading:
        """Packages as people read them."""
        from .reading import Reading

        return Reading(self.store, self.packages, self.access, self.following, site=self.site)

    @cached_property
    def groups(self) -> GroupStore:
        """Organisations and themes as they are written."""
        from .groups.store import GroupStore

        return GroupStore(self.parts.journal, ids=self.parts.ids, clock=self.parts.clock)

    @cached_property
    def resources(self) -> Resources:
        """Files and links of datasets."""
        from .resources import Resources

        return Resources(self.store, self.packages, self.access, self.objects, self.sending, site=self.site)

    @cached_property
    def sending(self) -> Sending:
        """Uploads on their way."""
        from .intake.sending import Sending

        return Sending(self.parts.table, self.objects, self.packages, self.access, clock=self.parts.clock)

    @cached_property
    def editing(self) -> Editing:
        """Whole packages as CKAN's clients write them."""
        from .editing import Editing

        return Editing(
            self.store, self.packages, self.resources, self.access, self.gate, self.vocabularies, site=self.site
        )

    @cached_property
    def bulk(self) -> Bulk:
        """One change to many datasets."""
        from .bulk import Bulk

        return Bulk(self.store, self.packages, self.editing, self.access)

    @cached_property
    def purging(self) -> Purging:
        """Taking datasets away for good."""
        from .purging import Purging

        parts = self.parts
        return Purging(
            parts.table,
            parts.journal,
            self.packages,
            self.access,
            self.contents,
            self.objects,
            ids=parts.ids,
            clock=parts.clock,
        )

    @cached_property
    def contents(self) -> Contents:
        """Who uses which bytes."""
        from .contents import Contents

        return Contents(self.parts.table, self.objects, clock=self.parts.clock)

    @cached_property
    def cards(self) -> Cards:
        """Whole packages in one row each."""
        from .search.cards import Cards

        return Cards(self.parts.table)
