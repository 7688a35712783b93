"""The open data room on a memory table and a memory bucket, with its people and some files of theirs."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chalicelib.opendata.routes import routes
from chalicelib.opendata.service import open_catalogue
from chalicelib.opendata.tables.ingest import table as ingest
from chalicelib.opendata.tables.sql import child
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.identity import Gate, Posting
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Journal
from chalicelib.shared.objects import Objects
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Table
from tests.support.client import Answer, Client
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects
from tests.support.tokens import NOW, Issuers

PUBLISHER = "3100600445635"
OTHER = "1101700230708"
READER = "1100400000013"
AGENCY = "TH/LOCAL/LAEMNGOP"

METADATA: Mapping[str, Any] = {
    "data_type": "ข้อมูลระเบียน",
    "title": "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
    "maintainer": "กองสาธารณสุข",
    "maintainer_email": "health@laemngop.example",
    "tag_string": "ใบอนุญาต,น้ำ,อาหาร",
    "notes": "ใบอนุญาตที่ออกแล้ว รายเดือน",
    "objective": ["เพื่อการให้บริการประชาชน"],
    "update_frequency_unit": "เดือน",
    "update_frequency_interval": "1",
    "geo_coverage": "ตำบล",
    "data_source": "ระบบศูนย์กลางการขออนุญาต",
    "data_format": ["CSV"],
    "data_category": "ข้อมูลสาธารณะ",
    "license_id": "Open Data Common",
}


class Network:
    """A network on which nobody answers until a test says who does: `serve(method, url, headers, body)`."""

    def __init__(self) -> None:
        self.serve: Callable[[str, str, Mapping[str, str], bytes | None], HttpAnswer] | None = None

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        if self.serve is None:
            raise Unreachable("no network in this test")
        return self.serve(method, url, headers, body)


class Queues:
    """Queues that hold what was sent until `Portal.settle` carries it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, str]] = []

    def send(self, queue: str, body: str) -> None:
        self.waiting.append((queue, body))


class Portal:
    """The room, its bucket and its people; in memory, or on a table and a bucket of the caller's."""

    def __init__(
        self,
        folder: Path,
        table: Table | None = None,
        objects: Objects | None = None,
        ids: Callable[[], str] | None = None,
    ) -> None:
        self.memory = MemoryTable()
        self.objects = MemoryObjects()
        self.table: Table = table or self.memory
        self.now: datetime = NOW
        self.tick = timedelta(milliseconds=1)  # what passes from one look at the clock to the next
        self.queues = Queues()
        self.network = Network()
        counter = itertools.count(1)
        self.ids = ids or (lambda: f"{next(counter):032x}")
        self.issuers = issuers = Issuers()
        keyring = local_keyring()
        journal = Journal(self.table, self.queues, ids=self.ids, clock=self.clock)
        parts = Parts(
            base_url="https://data.klang.test",
            table=self.table,
            keyring=keyring,
            journal=journal,
            cursors=Cursors(keyring),
            tokens=issuers.tokens,
            http=self.network,
            clock=self.clock,
            ids=self.ids,
        )
        self.catalogue = open_catalogue(parts, objects or self.objects, folder=folder)
        self.catalogue.build = ingest.build  # in this process, which is quicker; the cage has tests of its own
        self.catalogue.caged = in_this_process  # for queries, just so
        self.room = routes(self.catalogue, Gate(parts.tokens, keyring, self.catalogue.staff))
        self.client = Client([self.room])
        for pid, agency in ((PUBLISHER, AGENCY), (OTHER, "TH/LOCAL/OTHER")):
            posting = Posting(agency, frozenset({"publisher"}), "เจ้าหน้าที่")
            self.catalogue.staff.post(keyring.pseudonym(pid), posting, new_token())
        self.publisher = issuers.person(PUBLISHER)
        self.other = issuers.person(OTHER)
        self.reader = issuers.person(READER)

    def clock(self) -> datetime:
        self.now += self.tick
        return self.now

    def settle(self) -> None:
        """Carries what waits in the queues, and what that sends, until nothing waits."""
        while self.queues.waiting:
            queue, body = self.queues.waiting.pop(0)
            {
                "opendata-events": self.catalogue.on_event,
                "opendata-links": self.catalogue.links.on_message,
                "opendata-uploads": self.catalogue.uploads.take_message,
                "opendata-harvest": self.catalogue.harvest.on_message,
                "opendata-jobs": self.catalogue.jobs.on_message,
            }[queue](body)

    def act(self, action: str, token: str | None = None, /, *, key: str | None = None, **given: Any) -> Answer:
        """An action by POST."""
        headers = {} if key is None else {"Idempotency-Key": key}
        if token is not None:
            headers["Authorization"] = token
        return self.client.post(f"/api/3/action/{action}", json=given, headers=headers)

    def ask(self, action: str, token: str | None = None, /, **given: str) -> Answer:
        """An action by GET."""
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in given.items())
        headers = {} if token is None else {"Authorization": token}
        return self.client.get(f"/api/3/action/{action}?{query}", headers=headers)

    def organization(self) -> str:
        """The publisher's organisation; answers its id."""
        made = self.act("organization_create", self.publisher, name="laemngop", title="เทศบาลตำบลแหลมงอบ")
        return str(self.result(made)["id"])

    def dataset(self, name: str = "food-licences", **changes: Any) -> dict[str, Any]:
        """A public dataset of the publisher's organisation, which must be there."""
        given = {**METADATA, "name": name, "owner_org": "laemngop", **changes}
        made: dict[str, Any] = self.result(self.act("package_create", self.publisher, **given))
        return made

    def file(
        self, package: str, content: bytes, *, file_name: str = "ใบอนุญาต.csv", resource: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """A file that is announced and sent; a new version where `resource` is given. Not yet taken in."""
        upload = {
            "file_name": file_name,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "media_type": "text/csv",
        }
        if resource is None:
            made = self.act("resource_create", self.publisher, package_id=package, upload=upload, **more)
        else:
            made = self.act("resource_patch", self.publisher, id=resource, upload=upload, **more)
        result: dict[str, Any] = self.result(made)
        self.objects.arrive(result["upload"]["fields"]["key"], content)
        return result

    def table_of(self, package: str, content: bytes, **more: Any) -> str:
        """A file that is taken in; answers the resource's id."""
        sent = self.file(package, content, **more)
        self.catalogue.uploads.take_message(notification(sent["upload"]["fields"]["key"]))
        return str(sent["id"])

    @staticmethod
    def result(answer: Answer) -> Any:
        """The result of an action that must have succeeded."""
        assert answer.status == 200, answer.text
        assert answer.json["success"] is True
        return answer.json["result"]


def in_this_process(module: str, *, limits: object, given: bytes) -> bytes:
    """What a caged query answers, without its cage."""
    assert module == child.__name__
    return json.dumps(child.answer(json.loads(given)), ensure_ascii=False).encode()


def notification(*keys: str) -> str:
    """What S3 puts on the queue for new objects."""
    return json.dumps({"Records": [{"s3": {"object": {"key": quote(key, safe="/")}}} for key in keys]})
