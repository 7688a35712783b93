"""What the room keeps: organisations and themes, datasets, resources and the files behind them.

Descriptive fields of a dataset or resource stay in one mapping (`fields`), because the national standard adds some
every year; what rules decide on is an attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Literal, NewType

from chalicelib.shared.dataclass import dataclass

from .live import Live

GroupId = NewType("GroupId", str)
DatasetId = NewType("DatasetId", str)
ResourceId = NewType("ResourceId", str)
State = Literal["draft", "active", "deleted"]
Kind = Literal["organization", "group"]
VersionKind = Literal["upload", "rerun", "mirror", "compaction"]
"""How a file version came to be: sent by its owner, read anew by other options, fetched from its link, or the rows that
were written one by one put together."""


@dataclass(frozen=True)
class Group:
    """A publisher (`kind` organization: a state agency) or a theme that gathers datasets (`kind` group).

    Attributes:
        agency: of an organisation, its member id in the exchange, e.g. `TH/LOCAL/LAEMNGOP`; officers posted there
            publish for it. None for a theme, and for an organisation that was harvested.
        type: CKAN's `type`; the kind, unless somebody made a kind of their own.
        extras: [{key, value}].
        parents: names of the groups above it, in CKAN's hierarchy.
    """

    id: GroupId
    kind: Kind
    name: str
    title: str
    description: str
    image_url: str
    created: str
    agency: str | None = None
    type: str = ""
    state: State = "active"
    extras: tuple[Mapping[str, str], ...] = ()
    parents: tuple[str, ...] = ()
    chain: tuple[int, str] = (0, "")
    version: int = 1


@dataclass(frozen=True)
class Dataset:
    """A dataset (CKAN: package), without its resources.

    Attributes:
        private: only its organisation sees it.
        fields: descriptive metadata by CKAN's names; `tags` is [name] and `extras` [{key, value}] in it.
        groups: ids of the themes it belongs to, in order.
        vocabulary_tags: [(vocabulary id, tag name)].
        order: ids of resources in the order that somebody gave them; others follow by their age.
        governance: where it stands on its way to the public (`standard.governance`); "" when it went there directly.
        harvested: where it came from, [source id, id there], or None for one of our own.
        creator: pseudonym of the officer who made it.
        chain: sequence and hash of its last event (`journal.Head`).
        changed: id of the last change (`changes.Change.id`); "" before the first.
        public_times: [from, until] when it was public, the oldest first (`versions.telling`).
        version: grows with every change of the dataset itself; resources have their own.
    """

    id: DatasetId
    name: str
    owner_org: GroupId
    private: bool
    fields: Mapping[str, Any]
    creator: str
    created: str
    modified: str
    state: State = "active"
    type: str = "dataset"
    groups: tuple[GroupId, ...] = ()
    vocabulary_tags: tuple[tuple[str, str], ...] = ()
    order: tuple[ResourceId, ...] = ()
    governance: str = ""
    harvested: tuple[str, str] | None = None
    chain: tuple[int, str] = (0, "")
    changed: str = ""
    public_times: tuple[tuple[str, str], ...] = ()
    version: int = 1

    @property
    def public(self) -> bool:
        """Whether everybody may see it."""
        return not self.private and self.state == "active"


@dataclass(frozen=True)
class Upload:
    """A file that is announced: where it will arrive and what it must be.

    Attributes:
        options: what its owner wants to be assumed of it, instead of what the ingest would find out
            (`tables.ingest.options`).
        part_size: bytes of each of its parts but the last, where it comes in parts; else 0.
        parts: hex SHA-256 of each part, in order; none where it comes in one piece.
        kind: what version it makes.
        at: when it was announced (ISO 8601).
        by: `Caller.label` of whoever announced it; "" where the platform did.
    """

    number: int
    key: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    options: Mapping[str, Any] = field(default_factory=dict)
    part_size: int = 0
    parts: tuple[str, ...] = ()
    kind: VersionKind = "upload"
    at: str = ""
    by: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a file version; a workbook may hold several.

    Attributes:
        number: from 1, within the file.
        name: of the sheet or the member of an archive; "" where a file is one table.
        folder: what the ingest made of it lies under this key: the rows as Parquet, the first as JSON, a report.
        columns: as published, in order: `id` (the name), `type` (`tables.ingest.types.ColumnType`), `filled` (rows that
            have a value), and where it applies `era` (BE: how the original writes years), `twin_of` (made of another
            column: the Common Era of a Buddhist year), `original_of` (the text of another column as its owner wrote
            it; shown only when asked for), `means` (what it was recognised as), `info` (label, notes).
        rows: how many.
        size: bytes of the Parquet file.
        numbered: whether the Parquet file has a column `_id` (first, in its order): rows of a table that was written by
            the API. Of others the `_id` is the number of the row, from 1.
        digest: its hex SHA-256.
    """

    number: int
    name: str
    folder: str
    columns: tuple[Mapping[str, Any], ...]
    rows: int
    size: int
    digest: str = ""

    numbered: bool = False

    @property
    def parquet(self) -> str:
        """Key of the rows."""
        return f"{self.folder}/data.parquet"

    @property
    def preview(self) -> str:
        """Key of the first rows, the columns and the count."""
        return f"{self.folder}/preview.json"

    @property
    def report(self) -> str:
        """Key of all that was assumed and found."""
        return f"{self.folder}/report.json"

    @property
    def shown(self) -> tuple[Mapping[str, Any], ...]:
        """The columns that are shown to whoever names none."""
        return tuple(column for column in self.columns if "original_of" not in column)


@dataclass(frozen=True)
class File:
    """One version of a resource's file; never changed afterwards.

    Attributes:
        number: 1, 2, 3 ... within the resource; also the number of the upload it came by.
        original: key of the bytes as uploaded.
        tables: what the ingest made of it; none where it is no table.
        report: the short form of what was assumed; the whole lies with each table.
        options: what its owner wanted to be assumed.
        kind: how it came to be.
        by: `Caller.label` of whoever sent it; "" where nobody in particular did.
        personal: what was found in it that may tell who somebody is (`firewall.model.Finding`), for its owner; None
            where nobody looked.
        previous, chain: the hash of the version before ("" of the first) and its own (`versions.chain`).
    """

    number: int
    file_name: str
    media_type: str
    size: int
    sha256: str
    original: str
    at: str
    tables: tuple[Table, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    kind: VersionKind = "upload"
    by: str = ""
    personal: tuple[Mapping[str, Any], ...] | None = None
    previous: str = ""
    chain: str = ""

    @property
    def table(self) -> Table | None:
        """The first table, which is the resource's own for whoever names none."""
        return self.tables[0] if self.tables else None

    @property
    def columns(self) -> tuple[Mapping[str, Any], ...]:
        """Of the first table, those that are shown."""
        return self.tables[0].shown if self.tables else ()

    @property
    def owners_columns(self) -> tuple[Mapping[str, Any], ...]:
        """Of these, those that stand in the file as its owner wrote it: none that was made of another."""
        return tuple(column for column in self.columns if "twin_of" not in column)

    @property
    def rows(self) -> int:
        """Of the first table."""
        return self.tables[0].rows if self.tables else 0


@dataclass(frozen=True)
class Problem:
    """Why the latest upload could not be used, for its owner."""

    th: str
    en: str
    at: str


@dataclass(frozen=True)
class Resource:
    """A file or link of a dataset.

    Attributes:
        fields: name, description, format and whatever else its owner wrote, as given.
        url: of a link; empty for an upload (its address is derived). A file that gave way to a link leaves only the
            number of its uploads.
        upload: announced and not yet taken in.
        file: the last good version.
        live: where rows are written one by one: what was written since `file` was made.
        dictionary: what the columns of the first table mean, by name (label, notes ...); `info` of CKAN's fields.
        problem: of the latest upload, if it failed or is held; `file` is then still the one before.
        failed: the upload that could not be used; its bytes stay for a week, so that it can be tried again.
        held: a version that may not be shown before somebody has decided on it (`intake.holding`).
        linked: hash of the last file version that was made (`versions.chain`); "" before the first.
    """

    id: ResourceId
    package_id: DatasetId
    fields: Mapping[str, Any]
    created: str
    modified: str
    url: str = ""
    upload: Upload | None = None
    file: File | None = None
    problem: Problem | None = None
    failed: Upload | None = None
    held: File | None = None
    uploads: int = 0
    live: Live | None = None
    dictionary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    linked: str = ""
    chain: tuple[int, str] = (0, "")
    changed: str = ""
    version: int = 1

    @property
    def writable(self) -> bool:
        """Whether rows are written to it by the API; of a file that was uploaded only after somebody insisted."""
        return self.live is not None or (not self.url and self.fields.get("url_type") == "datastore")

    @property
    def uploaded(self) -> bool:
        """True for a file of ours, False for a link."""
        return self.uploads > 0 and not self.url

    @property
    def file_name(self) -> str:
        """The name under which the file is downloaded: of the last good version, else of the announced one."""
        named = self.file or self.upload
        return named.file_name if named else ""


@dataclass(frozen=True)
class Package:
    """A dataset with its resources in order: what CKAN calls a package, and what one write changes as a whole."""

    dataset: Dataset
    resources: tuple[Resource, ...] = ()

    @property
    def id(self) -> DatasetId:
        """The dataset's id."""
        return self.dataset.id

    @property
    def modified(self) -> str:
        """When the dataset or any of its resources last changed (ISO 8601)."""
        return max([self.dataset.modified, *(resource.modified for resource in self.resources)])

    @property
    def changed(self) -> str:
        """Id of the last change of the dataset or any of its resources; also its revision (ETag)."""
        return max([self.dataset.changed, *(resource.changed for resource in self.resources)])

    def resource(self, id: str) -> Resource | None:
        """The resource with this id."""
        return next((resource for resource in self.resources if resource.id == id), None)


def in_order(dataset: Dataset, resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Resources in the order that the dataset gives, the others after them by age."""
    places = {each: place for place, each in enumerate(dataset.order)}
    last = len(places)
    return tuple(sorted(resources, key=lambda each: (places.get(each.id, last), each.created, each.id)))
