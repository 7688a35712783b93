"""What the room keeps: organisations, datasets, resources and the tables made of their files.

Descriptive fields of a dataset or resource stay in one mapping (`fields`), because the national standard adds some
every year; what rules decide on is an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

OrganizationId = NewType("OrganizationId", str)
DatasetId = NewType("DatasetId", str)
ResourceId = NewType("ResourceId", str)
State = Literal["active", "deleted"]


@dataclass(frozen=True)
class Organization:
    """A state agency as a publisher.

    Attributes:
        agency: its member id in the exchange, e.g. `TH/LOCAL/LAEMNGOP`; officers posted there publish for it.
    """

    id: OrganizationId
    name: str
    title: str
    description: str
    image_url: str
    agency: str
    created: str
    state: State = "active"


@dataclass(frozen=True)
class Dataset:
    """A dataset (CKAN: package).

    Attributes:
        private: a draft; only its organisation sees it.
        fields: descriptive metadata by CKAN's names.
        chain: sequence and hash of its last event (`journal.Head`).
        version: grows with every change.
    """

    id: DatasetId
    name: str
    owner_org: OrganizationId
    private: bool
    fields: Mapping[str, Any]
    creator: str
    created: str
    modified: str
    state: State = "active"
    chain: tuple[int, str] = (0, "")
    version: int = 1


@dataclass(frozen=True)
class Upload:
    """A file that is announced: where it will arrive and what it must be."""

    number: int
    key: str
    file_name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class File:
    """One version of a resource's file; never changed afterwards.

    Attributes:
        number: 1, 2, 3 ... within the resource; also the number of the upload it came by.
        original: key of the bytes as uploaded.
        table: key of the Parquet file, or None when the file is no table.
        preview: key of the first rows.
        columns: [{id, type}] as published.
        rows: of the table.
        report: what the ingest assumed.
    """

    number: int
    file_name: str
    media_type: str
    size: int
    sha256: str
    original: str
    at: str
    table: str | None = None
    preview: str | None = None
    columns: tuple[Mapping[str, str], ...] = ()
    rows: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)


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
        fields: name, description, format and the like.
        url: of a link; empty for an upload (its address is derived).
        upload: announced and not yet taken in.
        file: the last good version.
        problem: of the latest upload, if it failed; `file` is then still the one before.
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
    uploads: int = 0
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def uploaded(self) -> bool:
        """True for a file of ours, False for a link."""
        return self.uploads > 0

    @property
    def file_name(self) -> str:
        """The name under which the file is downloaded: of the last good version, else of the announced one."""
        named = self.file or self.upload
        return named.file_name if named else ""
