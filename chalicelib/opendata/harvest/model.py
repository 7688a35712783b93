"""What a source, a run, a remote dataset and a step of the work are."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

from ..model import DatasetId, GroupId, ResourceId

Kind = Literal["ckan", "dcat", "data_json"]
Every = Literal["manual", "hourly", "daily", "weekly"]
Publish = Literal["when_complete", "with_defaults"]
Consent = Literal["unless_refused", "explicit"]
Keeping = Literal["ours", "match", "create"]
RunState = Literal["running", "finished", "stopped"]

OUTCOMES = ("new", "changed", "unchanged", "skipped", "refused", "gone_once", "deleted", "held")
"""What a run can say of a remote dataset."""
Json = dict[str, Any]

_NAMES = uuid.UUID("6f1d8a52-6d0e-5d0c-9a51-2f6c7b1f3c11")
"""The namespace of ids that follow from where a thing was found (RFC 9562, version 5)."""


@dataclass(frozen=True)
class Source:
    """A catalogue that is harvested.

    Attributes:
        url: of a CKAN its site, of the others the document.
        organization: the organisation that receives the datasets.
        every: how often a run starts by itself.
        publish: what becomes of a dataset that lacks mandatory fields: `when_complete` keeps it private, as a draft;
            `with_defaults` fills in `defaults` and the standard's words for "not known".
        consent: `explicit` takes only datasets with `allow_harvest` True, `unless_refused` all but those with False.
        only: names of organisations there; empty: all (CKAN only).
        without: names of groups there whose datasets are left out (CKAN only).
        organizations: where datasets go: all into `organization`, or into the one of the same name where there is one
            (`match`), which is made where there is none (`create`).
        groups: the same for themes; `ours` keeps those that were given here.
        creator: pseudonym of who made it.
        publishes: whether who made or changed it may publish; else all it brings stays private.
        operated: whether that was the operator of the platform, whom no organisation's four eyes bind.
    """

    id: str
    kind: Kind
    title: str
    url: str
    organization: GroupId
    created: str
    creator: str
    every: Every = "manual"
    publish: Publish = "when_complete"
    defaults: Mapping[str, Any] = field(default_factory=dict)
    consent: Consent = "unless_refused"
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    organizations: Keeping = "ours"
    groups: Keeping = "ours"
    publishes: bool = False
    operated: bool = False
    paused: bool = False
    deleted: bool = False
    version: int = 1

    @property
    def by(self) -> str:
        """Who writes its datasets, in histories."""
        return f"system:harvest/{self.id}"

    @property
    def options(self) -> Json:
        """What decides how a dataset is mapped: when it changes, all are mapped again."""
        return {
            "organization": self.organization,
            "publish": self.publish,
            "defaults": dict(self.defaults),
            "consent": self.consent,
            "organizations": self.organizations,
            "groups": self.groups,
            "publishes": self.publishes,
        }


@dataclass(frozen=True)
class Marks:
    """What the last runs of a source left behind.

    Attributes:
        since: start of the last run that ended well; a run of changes asks from there on.
        full: start of the last complete sighting.
        seen: datasets in it.
    """

    since: str = ""
    full: str = ""
    seen: int = 0


@dataclass(frozen=True)
class Run:
    """One harvest.

    Attributes:
        changes: asks only for what changed since `since`; such a run sees nothing disappear.
        dry: says what would happen, and writes nothing of the catalogue.
        phase: `gather` until everything is fetched and written, then `absent`: what was not seen.
        complete: whether it saw the whole source; None until it is known.
        reason: why it stopped, or why what it did not see does not count (`words.REASONS`).
        shrink: whether it may see fewer than half of the datasets of before.
    """

    id: str
    source: str
    by: str
    started: str
    changes: bool = False
    dry: bool = False
    shrink: bool = False
    since: str = ""
    state: RunState = "running"
    phase: Literal["gather", "absent"] = "gather"
    complete: bool | None = None
    reason: str = ""
    seen: int = 0
    ended: str = ""
    version: int = 1


@dataclass(frozen=True)
class Record:
    """A dataset as a source tells of it, in CKAN's shape whatever the source speaks, without its bookkeeping.

    Attributes:
        id: the source's own, or "" where it gives none.
        skip: why it is not wanted (`words.REASONS`), or "".
    """

    id: str
    content: Mapping[str, Any]
    skip: str = ""


@dataclass(frozen=True)
class Page:
    """What one answer of a source holds.

    Attributes:
        next: place of the page after it, None at the end.
        count: how many datasets the source says it has, None where it does not say.
    """

    records: tuple[Record, ...]
    next: str | None
    count: int | None = None


@dataclass(frozen=True)
class Thing:
    """What we know of one dataset of a source.

    Attributes:
        id: of this row (`thing_id`).
        remote: its id there.
        name: its name there, "" where it has none.
        package: id of our dataset.
        state: how it stands here. `deleted_here`: people deleted ours, so it stays deleted.
        hash: of what was taken last, and how it was mapped; "" when it must be taken again.
        as_of: when that was fetched; what was fetched earlier comes too late.
        messages: by field, what was wrong with it or was mended.
        absent: [run, time] of the first complete sighting without it.
        run, at: what changed this row last.
    """

    id: str
    remote: str
    name: str
    package: str
    state: Literal["published", "draft", "refused", "deleted", "deleted_here"]
    hash: str
    as_of: str
    run: str
    at: str
    messages: Mapping[str, Any] = field(default_factory=dict)
    absent: tuple[str, str] | None = None
    version: int = 1


@dataclass(frozen=True)
class Did:
    """What a run did about one dataset, or would have done."""

    thing: str
    remote: str
    name: str
    outcome: str
    package: str = ""
    messages: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True)
class Work:
    """One step, carried by one message.

    Attributes:
        kind: fetch, part, dataset, absent or gone.
        id: of the step within its run; a step is open until its row is gone.
        data: what the step must know.
    """

    kind: str
    source: str
    run: str
    id: str
    data: Mapping[str, Any] = field(default_factory=dict)


def thing_id(remote: str) -> str:
    """The id of a remote dataset's row."""
    return hashlib.sha256(remote.encode()).hexdigest()[:32]


def dataset_id(source: str, remote: str) -> DatasetId:
    """The id that a remote dataset gets here: always the same, so that making it twice is impossible."""
    return DatasetId(uuid.uuid5(_NAMES, f"{source}\n{remote}").hex)


def resource_id(dataset: str, remote: str) -> ResourceId:
    """The id that a resource gets here."""
    return ResourceId(uuid.uuid5(_NAMES, f"{dataset}\n{remote}").hex)


def group_id(source: str, kind: str, name: str) -> GroupId:
    """The id that an organisation or theme gets that is made because a source has it."""
    return GroupId(uuid.uuid5(_NAMES, f"{source}\n{kind}\n{name}").hex)
