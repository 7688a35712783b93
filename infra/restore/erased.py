"""What people had erased, and what operators purged, since a time: so that a restore does not bring it back.

Of a person's erasure the Citizen Portal keeps the pseudonym in its bucket (`erased/`), longer than any backup lives.
Of a purge the catalogue keeps an entry in its log of changes. Both are read before anything is put back, and done
again afterwards. The exchange and the Biz Portal know no erasure: what they hold ends by its term (TTL, lifecycle).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.citizen.model import Person
from chalicelib.citizen.own_data.erasures import ERASED
from chalicelib.opendata.changes import LOG
from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.storage import every

if TYPE_CHECKING:
    from chalicelib.wiring import House

OPERATOR = Caller("officer", id="operator", roles=frozenset({"operator"}))


@dataclass(frozen=True)
class Erased:
    """What must stay erased.

    Attributes:
        people: pseudonyms of those who had themselves erased from the Citizen Portal, and did not come back since.
        came_back: how many did: what is theirs now must not be erased, so a person has to look at what came back.
        datasets: ids of datasets that were purged.
    """

    people: tuple[Person, ...] = ()
    came_back: int = 0
    datasets: tuple[str, ...] = ()


def since(house: House, room: str, at: datetime) -> Erased:
    """What was erased in a room since a time, as far as the room still knows."""
    if room == "citizen":
        bucket = house.settings.bucket("citizen-documents")
        pages = house.clients.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=ERASED)
        whole = at.replace(microsecond=0)  # S3 tells whole seconds
        entries = [each for page in pages for each in page.get("Contents", ()) if each["LastModified"] >= whole]
        bodies = [house.clients.s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in entries]
        people = sorted({Person(body.decode()) for body in bodies})
        # of an erased person no line of activity is left: who has one has been here again
        table = house.parts(room).table
        again_here = {person for person in people if table.query(f"LOG#{person}", limit=1).items}
        return Erased(tuple(each for each in people if each not in again_here), len(again_here))
    if room == "opendata":
        rows = every(house.parts(room).table, LOG)
        purged = [row.data for row in rows if row.data.get("activity") == "purged package"]
        later = {str(row["subject"]) for row in purged if datetime.fromisoformat(str(row["at"])) >= at}
        return Erased(datasets=tuple(sorted(later)))
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
