"""Versions as the API shows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from pydantic import Field

from chalicelib.shared.web import Outgoing

from .chain import digest, facts
from .citation import Citation, version_url
from .model import Diff, TableDiff
from .rows import Root
from .service import Place, Proof, Seen


class VersionSchemaDiff(Outgoing):
    """What became of the columns of a table, by their names."""

    added: list[str]
    removed: list[str]
    renamed: list[dict[str, str]] = Field(description="[{before, after}]: in the same place and of the same type")
    retyped: list[dict[str, str]] = Field(
        description="[{name, before, after}]: type, and era of years where it has one"
    )
    moved: bool = Field(description="Whether columns that stayed stand in another order")


class VersionTableDiff(Outgoing):
    """What became of one table."""

    name: str
    number: int | None = Field(description="In the newer file; null where it is gone")
    before: int | None = Field(description="In the older file; null where it is new")
    rows_before: int
    rows_after: int
    schema_diff: VersionSchemaDiff
    key: list[str] | None = Field(description="Columns that tell rows apart; [] where rows were compared whole")
    key_from: str | None = Field(description="declared, found or none")
    added: int | None
    removed: int | None
    changed: int | None
    unchanged: int | None
    listed: int | None = Field(description="Different rows that can be read")

    @classmethod
    def of(cls, diff: TableDiff) -> VersionTableDiff:
        """The view of one."""
        counted = diff.counted
        schema = asdict(diff.schema)
        return cls(
            name=diff.name,
            number=diff.after,
            before=diff.before,
            rows_before=diff.rows_before,
            rows_after=diff.rows_after,
            schema_diff=VersionSchemaDiff(
                added=list(schema["added"]),
                removed=list(schema["removed"]),
                renamed=list(schema["renamed"]),
                retyped=list(schema["retyped"]),
                moved=schema["moved"],
            ),
            key=None if counted is None else list(counted.key),
            key_from=None if counted is None else counted.key_from,
            added=None if counted is None else counted.added,
            removed=None if counted is None else counted.removed,
            changed=None if counted is None else counted.changed,
            unchanged=None if counted is None else counted.unchanged,
            listed=None if counted is None else counted.listed,
        )


class VersionChange(Outgoing):
    """What is different from the version before."""

    since: int = Field(description="Number of that version")
    tables: list[VersionTableDiff]
    url: str = Field(description="The different rows")

    @classmethod
    def of(cls, diff: Diff, site: str, resource: str) -> VersionChange:
        """The view of one."""
        return cls(
            since=diff.old,
            tables=[VersionTableDiff.of(each) for each in diff.tables],
            url=f"{site}/opendata/v1/resources/{quote(resource, safe='')}/diff?from={diff.old}&to={diff.new}",
        )


class VersionTable(Outgoing):
    """A table of a version."""

    number: int
    name: str
    rows: int
    columns: list[dict[str, str]] = Field(description="[{id, type}] as shown")
    parquet_sha256: str
    rows_url: str = Field(description="The rows, by datastore_search at this version")


class CitationView(Outgoing):
    """How to cite it."""

    th: str
    en: str
    url: str
    bibtex: str
    csl: str = Field(description="CSL-JSON, as text")
    ris: str

    @classmethod
    def of(cls, citation: Citation) -> CitationView:
        """The view of one."""
        return cls(**asdict(citation))


class FileVersion(Outgoing):
    """A version of a resource's file; it never changes. Of one that the caller is not told of, only what the chain
    needs."""

    number: int
    told: bool = Field(description="False for one that never stood in public")
    digest: str = Field(description="SHA-256 of the statement in canonical JSON")
    previous: str = Field(description="Hash of the version before; empty for the first")
    hash: str = Field(description="SHA-256 of: klang-version-1, previous, digest; each followed by a line feed")
    statement: dict[str, Any] | None = None
    at: str | None = None
    until: str | None = Field(default=None, description="When the next one came; null for the current one")
    kind: str | None = Field(default=None, description="upload, rerun, mirror or compaction")
    file_name: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    tables: list[VersionTable] | None = None
    url: str | None = Field(default=None, description="Its stable address")
    download_url: str | None = Field(default=None, description="The file as it was uploaded")
    proof_url: str | None = None
    change: VersionChange | None = Field(default=None, description="Null for the first, and while it is not known yet")

    @classmethod
    def of(cls, seen: Seen, place: Place, site: str) -> FileVersion:
        """The view of one."""
        file, resource = seen.file, place.resource.id
        statement = facts(resource, file)
        bare = cls(
            number=file.number,
            told=seen.told,
            digest=digest(statement),
            previous=file.previous,
            hash=file.chain,
        )
        if not seen.told:
            return bare
        url = version_url(site, place.package, place.resource, file.number)
        search = f"{site}/api/3/action/datastore_search?resource_id={quote(resource, safe='')}"
        return bare.model_copy(
            update={
                "statement": statement,
                "at": file.at,
                "until": seen.until or None,
                "kind": file.kind,
                "file_name": file.file_name,
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
                "tables": [
                    VersionTable(
                        number=each.number,
                        name=each.name,
                        rows=each.rows,
                        columns=[{"id": column["id"], "type": column["type"]} for column in each.shown],
                        parquet_sha256=each.digest,
                        rows_url=f"{search}{f'/{each.number}' if each.number > 1 else ''}@{file.number}",
                    )
                    for each in file.tables
                ],
                "url": url,
                "download_url": f"{url}/download/{quote(file.file_name)}",
                "proof_url": f"{site}/opendata/v1/resources/{quote(resource, safe='')}/versions/{file.number}/proof",
                "change": None if seen.diff is None else VersionChange.of(seen.diff, site, resource),
            }
        )


class CitedVersion(Outgoing):
    """A version at its stable address, with its citation."""

    dataset: str
    resource: str
    title: str
    organization: str
    version: FileVersion
    citation: CitationView


class FileVersions(Outgoing):
    """Versions of a file, the latest first."""

    items: list[FileVersion]
    next: str | None


class RowChange(Outgoing):
    """A row that is different."""

    kind: str = Field(description="added, removed or changed")
    row_before: int | None = Field(description="Its number in the older version, from 1")
    row_after: int | None
    key: dict[str, Any]
    before: dict[str, Any] | None = Field(description="Of a changed row, only the columns that are different")
    after: dict[str, Any] | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> RowChange:
        """The view of one as it is kept."""
        return cls(
            kind=row["kind"],
            row_before=row["from"],
            row_after=row["to"],
            key=row["key"],
            before=row["before"],
            after=row["after"],
        )


class VersionDiff(Outgoing):
    """What is different between two versions, and a page of the different rows of one table."""

    since: int
    to: int
    tables: list[VersionTableDiff]
    table: int | None = Field(description="Number of the table (in the newer file) whose rows follow")
    rows: list[RowChange]
    next: str | None


class ChainLink(Outgoing):
    """A later version of the chain, by what its hash needs."""

    number: int
    digest: str


class VersionProof(Outgoing):
    """What shows that a version stood in the catalogue on a day; checked by `scripts/verify_version.py`."""

    resource: str
    number: int
    statement: dict[str, Any]
    previous: str
    hash: str
    chain: list[ChainLink] = Field(description="The versions after it, to the one whose hash the entry holds")
    entry: str
    proof: str = Field(description="C2SP tlog-proof with the checkpoint of the day")
    day: str
    vkey: str = Field(description="The log's verifier key: keep it, and believe no other")

    @classmethod
    def of(cls, proof: Proof, resource: str) -> VersionProof:
        """The view of one."""
        return cls(
            resource=resource,
            number=proof.file.number,
            statement=dict(proof.statement),
            previous=proof.file.previous,
            hash=proof.file.chain,
            chain=[ChainLink(number=number, digest=told) for number, told in proof.chain],
            entry=proof.entry,
            proof=proof.proof,
            day=proof.day,
            vkey=proof.vkey,
        )


class DayRoot(Outgoing):
    """The signed root of a day."""

    day: str
    previous: str | None = Field(description="Day of the root before")
    first: int = Field(description="Leaves of all days before")
    size: int = Field(description="Leaves with this day's")
    checkpoint: str = Field(description="C2SP checkpoint, a signed note; its last line of text names the day")
    leaves_url: str
    signed_at: str
    consistency: list[str] | None = Field(
        default=None, description="base64: shows that the tree begins with that of `previous` (RFC 6962)"
    )

    @classmethod
    def of(cls, root: Root, site: str, consistency: list[str] | None = None) -> DayRoot:
        """The view of one."""
        return cls(
            day=root.day,
            previous=root.previous or None,
            first=root.first,
            size=root.size,
            checkpoint=root.checkpoint,
            leaves_url=f"{site}/opendata/v1/roots/{root.day}/leaves",
            signed_at=root.at,
            consistency=consistency,
        )


class DayRoots(Outgoing):
    """Roots, the latest first."""

    vkey: str
    items: list[DayRoot]
    next: str | None
