"""What people had erased, and what operators purged, since a time: so that a restore does not bring it back.

Of a person's erasure the Citizen Portal keeps the pseudonym in its bucket (`erased/`), longer than any backup lives.
Of a purge the catalogue keeps the dataset's id, in its bucket (`purges/`) and in its log of changes. Both are read
before anything is put back, and done again afterwards. What lies in the buckets is read in all its versions: whatever
deleted people's papers may have deleted these objects, too. The exchange and the Biz Portal know no erasure: what they
hold ends by its term (TTL, lifecycle).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.citizen.model import Person
from chalicelib.citizen.own_data.erasures import ERASED, Noted
from chalicelib.opendata.changes import LOG
from chalicelib.opendata.purging import PURGES, Purge
from chalicelib.opendata.rows import dataset_key
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import every

from .tables import NotRestored

if TYPE_CHECKING:
    from chalicelib.wiring import House

Note = TypeVar("Note", bound=BaseModel)

_SECOND = timedelta(seconds=1)
"""S3 tells whole seconds."""

OPERATOR = Caller("officer", id="operator", roles=frozenset({"operator"}))


@dataclass(frozen=True)
class Erased:
    """What must stay erased.

    Attributes:
        people: those who had themselves erased from the Citizen Portal, with what was theirs, and did not come back.
        datasets: ids of datasets that were purged, and not entered again since.
        came_back: how many people and datasets are there again: what is theirs now must not be erased, so a person has
            to look at what came back.
    """

    people: tuple[Noted, ...] = ()
    datasets: tuple[str, ...] = ()
    came_back: int = 0


def since(house: House, room: str, at: datetime) -> Erased:
    """What was erased in a room since a time, as far as the room still knows."""
    if room == "citizen":
        return _people(house, at)
    if room == "opendata":
        return _datasets(house, at)
    return Erased()


def again(house: House, room: str, erased: Erased) -> int:
    """Erases it once more; how much of it had come back."""
    for person in erased.people:
        house.citizen.erasures.again(person)
    back = 0
    for dataset in erased.datasets:
        once = Once(new_id(), "", new_token(), claimed=False)
        try:
            house.opendata.purging.purge(OPERATOR, once, dataset)
        except NotFound:
            continue
        back += 1
    return back + len(erased.people)


def _people(house: House, at: datetime) -> Erased:
    whole = at.replace(microsecond=0)
    left, files = dict[Person, datetime](), dict[Person, set[str]]()
    for when, noted in _kept(house, "citizen-documents", ERASED, Noted):
        if when >= whole:
            left[noted.person] = max(when, left.get(noted.person, when))
            files.setdefault(noted.person, set()).update(noted.files)
    # Of an erased person no line of activity is left: who has a later one has been here again. An earlier one was
    # brought back by a restore that did not come to its end.
    table = house.parts("citizen").table
    here = {
        person
        for person, when in left.items()
        if table.query(f"LOG#{person}", at_least=(when + _SECOND).isoformat(timespec="milliseconds"), limit=1).items
    }
    people = (Noted(person=each, files=sorted(files[each])) for each in sorted(left.keys() - here))
    return Erased(people=tuple(people), came_back=len(here))


def _datasets(house: House, at: datetime) -> Erased:
    table = house.parts("opendata").table
    logged = [row.data for row in every(table, LOG) if row.data.get("activity") == "purged package"]
    purged = [(str(row["subject"]), datetime.fromisoformat(str(row["at"]))) for row in logged]
    purged += [(each.dataset, each.at) for _, each in _kept(house, "opendata", PURGES, Purge)]
    gone: dict[str, datetime] = {}
    for dataset, when in purged:
        if when >= at:
            gone[dataset] = max(when, gone.get(dataset, when))
    heads = {dataset: table.get(dataset_key(dataset)) for dataset in gone}
    here = {
        dataset
        for dataset, head in heads.items()
        if head and "created" in head.data and datetime.fromisoformat(str(head.data["created"])) > gone[dataset]
    }
    return Erased(datasets=tuple(sorted(gone.keys() - here)), came_back=len(here))


def _kept(house: House, purpose: str, prefix: str, kind: type[Note]) -> Iterator[tuple[datetime, Note]]:
    """What a bucket keeps under a prefix, each with the time when it was written first.

    Deleted and overwritten objects count too: of each the oldest version that can be read.

    Raises:
        NotRestored: of one none can be read, so nobody knows what it says.
    """
    client, bucket = house.clients.s3, house.settings.bucket(purpose)
    versions: dict[str, list[Any]] = {}
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Versions", ()):
            versions.setdefault(each["Key"], []).append(each)
    for key, written in versions.items():
        for each in sorted(written, key=lambda one: (one["LastModified"], not one["IsLatest"])):
            body = client.get_object(Bucket=bucket, Key=key, VersionId=each["VersionId"])["Body"].read()
            with contextlib.suppress(ValidationError):
                yield each["LastModified"].astimezone(UTC), kind.model_validate_json(body)
                break
        else:
            raise NotRestored(f"{key} in {bucket} says what was erased, and no version of it can be read")
