"""What a story left behind, without ids and times: two stories that did the same leave the same."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from chalicelib.settings import ROOMS
from chalicelib.shared.journal import Event, chain_is_whole
from tests.support.cloud import new_session
from tests.support.town import Town

PASSING = {
    "ONCE",
    "PACE",
    "OUT",
    "QUOTA",
    "ASSERTION",
    "FAULT",
    "LOG",
    "SIGNING",
    "USAGE",
    "DUMPS",
    "SEARCH",
    "CARD",
    "STATISTICS",
    "STATUS",
}
"""Rows that every attempt may add to: claims, outbox rows, quotas, used assertions, refused exchanges, figures of use;
and those of the log, of the signing keys, of the night's dumps, of the search index, of the day's figures and of how
the platform is, which are made by the first minute that comes."""
BY_THE_CLOCK = {"OFFERS"}
"""Whole partitions that the first minute makes: how far the portal's runs have come, and the day of its figures."""
PASSING_OBJECTS = ("dumps", "dump-parts", "search")
_ID = re.compile("[0-9a-f]{32}")


@dataclass
class Effects:
    """Everything in the tables and buckets.

    Attributes:
        rows: how many rows of each kind each room has.
        chains: the histories of all things, each as the types of its events.
        broken: things whose history is not whole.
        objects: how many objects lie under each first part of their names.
        leaves: entries of the exchange's record.
        accesses: lines of all persons' access logs, each as who asked and what for.
        unread: messages that a counter says were never opened, and those that were not.
        rows_of_tables: rows of each published table.
    """

    rows: Counter[str] = field(default_factory=Counter)
    chains: Counter[tuple[str, ...]] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    objects: Counter[str] = field(default_factory=Counter)
    leaves: int = 0
    accesses: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: tuple[int, int] = (0, 0)
    rows_of_tables: list[int] = field(default_factory=list)

    @property
    def same(self) -> dict[str, Any]:
        """What must not differ, whatever happened on the way."""
        return {
            "rows": self.rows,
            "chains": self.chains,
            "broken": self.broken,
            "objects": self.objects,
            "unread": self.unread,
            "rows of tables": self.rows_of_tables,
        }


def effects(here: Town) -> Effects:
    """All effects of a town."""
    found = Effects()
    client = new_session().client("dynamodb")
    histories: dict[str, list[Event]] = defaultdict(list)
    counted = unopened = 0
    for room in ROOMS:
        for page in client.get_paginator("scan").paginate(TableName=here.loaded.house.settings.table(room)):
            for row in page["Items"]:
                pk, sk = row["pk"]["S"], row["sk"]["S"]
                data: Any = json.loads(row["data"]["S"]) if "data" in row else {}
                kind, part = pk.partition("#")[0], sk.partition("#")[0]
                if kind in PASSING or pk in BY_THE_CLOCK:
                    continue
                if part == "EVT":
                    histories[f"{room} {pk}"].append(Event(**data))
                elif part == "LEAF":
                    found.leaves += 1
                elif kind == "SUBJECT":
                    found.accesses[data["consumer"], str(data.get("purpose_th"))] += 1
                else:
                    # a system's keys lie under their own thumbprints, many things under their ids: new in every town
                    found.rows[f"{room} {kind} {'' if kind == 'KEYS' or _ID.fullmatch(part) else part}"] += 1
                if part == "UNREAD":
                    counted += int(row["n"]["N"])
                if part == "MSG":
                    unopened += data["opened_at"] is None
                if sk.startswith("HEAD#RES#"):
                    found.rows_of_tables.append(sum(int(table["rows"]) for table in data["file"]["tables"]))
    for name, events in histories.items():
        events.sort(key=lambda event: event.seq)
        found.chains[tuple(event.type for event in events)] += 1
        if not chain_is_whole(events):
            found.broken.append(name)
    found.unread = counted, unopened
    _count_objects(found, here)
    return found


def _count_objects(found: Effects, here: Town) -> None:
    client = new_session().client("s3")
    for purpose in ("gdx-documents", "biz-documents", "opendata"):
        bucket = here.loaded.house.settings.bucket(purpose)
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", ()):
                beginning = entry["Key"].partition("/")[0]
                if beginning not in PASSING_OBJECTS:
                    found.objects[f"{purpose} {beginning}"] += 1
