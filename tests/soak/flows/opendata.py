"""The open data room as a flow uses it: the real room on DynamoDB and S3, called by its actions, with tiny files."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from chalicelib.opendata.events import PURGED
from chalicelib.opendata.listening import forgetting
from chalicelib.opendata.routes import routes
from chalicelib.opendata.service import Catalogue
from chalicelib.opendata.tables.ingest import table as ingest
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.identity import Gate
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.parts import Parts as RoomParts
from tests.opendata.people import OPERATOR, operator
from tests.opendata.portal import PUBLISHER, Network, Portal, in_this_process
from tests.support.client import Answer, Client
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

from ..flow import Flow, Parts
from ..stage import Stage

OWNER, KEEPER = PUBLISHER, OPERATOR
"""Who publishes, and who runs the platform."""
NAME = "food-licences"
FIRST = b"n,v\n0,0\n"
"""The content of the version that is there before any life."""
FIELDS = [{"id": "code", "type": "text"}, {"id": "price", "type": "numeric"}]


@dataclass(frozen=True)
class OpenDataParts(Parts):
    """Parts of the room that a defect can stand in for.

    Attributes:
        room: may change what a process was put together of.
    """

    room: Callable[[Catalogue], Catalogue] = lambda catalogue: catalogue


@dataclass(frozen=True)
class Seeded:
    """What all lives know: a public dataset with a file of one version and a table that is written row by row."""

    keyring: Keyring
    issuers: Issuers
    dataset: str
    file: str
    table: str


@dataclass
class Process:
    """One process of the room.

    Attributes:
        catalogue: the room.
        client: its routes.
    """

    catalogue: Catalogue
    client: Client


class OpenDataFlow(Flow[Process]):
    """A flow of the catalogue: every command is a call of an action with an Idempotency-Key."""

    rooms: ClassVar = ("opendata",)
    parts: ClassVar[OpenDataParts] = OpenDataParts()

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self._disk = tempfile.mkdtemp(prefix="klang-soak-")
        weakref.finalize(self, shutil.rmtree, self._disk, ignore_errors=True)

    @classmethod
    def seed(cls, stage: Stage) -> Seeded:
        table, objects = stage.table("opendata"), stage.objects("opendata")
        portal = Portal(Path(tempfile.mkdtemp()), table, objects, stage.ids)
        operator(portal)
        portal.organization()
        dataset = portal.dataset(NAME)["id"]
        sent = portal.result(portal.act("resource_create", portal.publisher, package_id=dataset, upload=upload(FIRST)))
        objects.put(sent["upload"]["fields"]["key"], FIRST, media_type="text/csv")
        portal.catalogue.uploads.take_in(sent["id"], 1)
        resource = {"package_id": dataset, "name": "ราคา"}
        given: dict[str, Any] = {"fields": FIELDS, "primary_key": ["code"], "records": [{"code": "first", "price": 1}]}
        made = portal.result(portal.act("datastore_create", portal.publisher, resource=resource, **given))
        portal.settle()
        return Seeded(local_keyring(), Issuers(stage.clock), dataset, sent["id"], made["resource_id"])

    def start(self) -> Process:
        seeded: Seeded = self.stage.seeded
        table = self.given.table(self.stage.table("opendata"))
        post = self.given.post(self.stage.post())
        parts = RoomParts(
            base_url="https://data.klang.test",
            table=table,
            keyring=seeded.keyring,
            journal=self.given.journal(table, post, ids=self.stage.ids, clock=self.stage.clock),
            cursors=Cursors(seeded.keyring),
            tokens=seeded.issuers.tokens,
            http=Network(),
            clock=self.stage.clock,
            ids=self.stage.ids,
        )
        disk = Path(tempfile.mkdtemp(dir=self._disk))
        catalogue = Catalogue(parts, self.given.objects(self.stage.objects("opendata")), disk)
        _hang(catalogue)
        catalogue.build = ingest.build  # in this process: the cage has tests of its own
        catalogue.caged = in_this_process
        catalogue = self.given.room(catalogue)
        room = routes(catalogue, Gate(parts.tokens, parts.keyring, catalogue.staff))
        return Process(catalogue, Client([room]))

    def hear(self, process: Process, queue: str, body: str) -> None:
        catalogue = process.catalogue
        match queue:
            case "opendata-events":
                catalogue.on_event(body)
            case "opendata-uploads":
                catalogue.uploads.take_message(body)
            case "opendata-jobs":
                catalogue.jobs.on_message(body)
            case "opendata-links":
                catalogue.links.on_message(body)

    def sweep(self, process: Process) -> None:
        process.catalogue.sweep(self.stage.now)

    def act(self, process: Process, who: str, action: str, key: str | None = None, /, **given: Any) -> Any:
        """The result of an action; None when it was refused for good.

        Raises when the room is not there: no answer that counts.
        """
        seeded: Seeded = self.stage.seeded
        headers = {"Authorization": seeded.issuers.person(who)} | ({} if key is None else {"Idempotency-Key": key})
        answer: Answer = process.client.post(f"/api/3/action/{action}", json=given, headers=headers)
        if answer.status == 500:
            raise AssertionError(f"{action}: an error that nobody foresaw: {answer.text}")
        if answer.status >= 500:
            raise ConnectionError(f"{answer.status}")
        return answer.json["result"] if answer.status < 300 else None


def _hang(catalogue: Catalogue) -> None:
    """Tells those nouns that the promises of these flows are about; notices, grades, dumps and the like have tests of
    their own, and each would cost a life a dozen calls.
    """
    catalogue.listen("opendata.", lambda event: catalogue.uploads.tell_of_arrived(event))
    catalogue.listen(PURGED, lambda event: catalogue.purging.clear(event, forgetting(catalogue)))
    catalogue.listen("opendata.resource.", lambda event: catalogue.versions.on_event(event))
    catalogue.listen("opendata.", lambda event: catalogue.activity_store.enter(event))
    catalogue.sweeps += [
        lambda now: catalogue.contents.sweep(now),
        lambda now: catalogue.live.compaction.sweep(now),
        lambda now: catalogue.live.compaction.clear(now),
    ]


def upload(content: bytes) -> dict[str, Any]:
    """The announcement of a file."""
    return {
        "file_name": "ใบอนุญาต.csv",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "text/csv",
    }
