"""The Citizen Portal on a memory table, with two people, an exchange that signs and one that keeps a log."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.citizen.access.log import AccessLog
from chalicelib.citizen.access.ports import ReceiptsAtExchange
from chalicelib.citizen.consents.ports import ConsentsAtExchange
from chalicelib.citizen.entitlements.catalogue import Catalogue, shipped
from chalicelib.citizen.mandates.powers import Power, begun, over
from chalicelib.citizen.model import Person
from chalicelib.citizen.offers.people import TURNING
from chalicelib.citizen.routes import routes
from chalicelib.citizen.service import SELF, Citizen
from chalicelib.citizen.wallet.issuers import Trusted
from chalicelib.shared import credentials
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import Http, HttpAnswer, Unreachable
from chalicelib.shared.errors import Refusal
from chalicelib.shared.gdx_request import GdxRequests, body_digest
from chalicelib.shared.ids import new_token
from chalicelib.shared.jose import sign_jwt
from chalicelib.shared.journal import Journal
from chalicelib.shared.messengers import Outside
from chalicelib.shared.next_door import NextDoor
from chalicelib.shared.parts import Parts
from chalicelib.shared.relay import Relay
from chalicelib.shared.storage import Key, Table
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Room
from chalicelib.shared.workdays import thai_date
from tests.citizen.applications.engine import Engine
from tests.citizen.directory.shelf import Shelf
from tests.citizen.entitlements.asking import MemoryConsents
from tests.citizen.exchange import Exchange
from tests.citizen.miniapps.door import Door
from tests.citizen.wallet.issuer import IssuerSite
from tests.support.client import Answer, Client
from tests.support.keys import LocalSigner, local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects
from tests.support.outbox import Outbox
from tests.support.tokens import NOW, Issuers

MALEE = "3100600445635"
SOMCHAI = "1101700230708"
BIZ = "TH/CENTRAL/DGA/biz"
GDX = "https://gdx.klang.test"


class Voice:
    """Somebody who signs: a key and a name."""

    def __init__(self, issuer: str) -> None:
        self.key = LocalSigner()
        self.issuer = issuer

    @property
    def kid(self) -> str:
        return self.key.kid

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)

    def jwks(self) -> Mapping[str, Any]:
        return {"keys": [self.key.public_jwk]}


@dataclass(frozen=True)
class Line:
    """A line of the exchange's log, as the exchange keeps it."""

    at: str = "2026-11-25T03:00:00Z"
    consumer: str = BIZ
    consumer_th: str = "ระบบศูนย์กลางการขออนุญาต"
    consumer_en: str = "Biz Portal"
    service: str = "TH/CENTRAL/DOPA/civil/person"
    service_th: str = "ข้อมูลบุคคล"
    service_en: str = "Person record"
    purpose_th: str = "ขอใบอนุญาต"
    purpose_en: str = "Licence application"
    legal_basis_th: str = "พ.ร.บ. การอำนวยความสะดวกฯ"
    legal_basis_en: str = "Licensing Facilitation Act"
    fields: tuple[str, ...] = ("name", "address")
    receipt: str = "r-1"
    until: str | None = None


@dataclass(frozen=True)
class LogPage:
    """A page of it."""

    items: tuple[Line, ...]
    next: str | None


class MemoryLog:
    """The exchange's access log of somebody."""

    def __init__(self) -> None:
        self.about = MALEE
        self.asked: list[tuple[str | None, int]] = []

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> LogPage:
        self.asked.append((after, limit))
        return LogPage((Line(),), "more") if pid == self.about else LogPage((), None)


class MemoryFigures:
    """The open-data catalogue: files by name, and how often each came."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.sent: list[str] = []
        self.refuses: Refusal | None = None

    def publish(self, name: str, content: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.files[name] = content
        self.sent.append(name)


class NoHttp:
    """A network on which nobody answers."""

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        raise Unreachable("no network in this test")


class Queue:
    """The queues: what was sent and not yet carried."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, queue: str, body: str) -> None:
        self.sent.append((queue, body))


class Townspeople(Issuers):
    """Issuers whose acting tokens come with a power that holds, as those that the room makes do."""

    def __init__(self, now: Callable[[], datetime], table: Table, pseudonym: Callable[[str], str]) -> None:
        super().__init__(now)
        self._moment, self._table, self._pseudonym = now, table, pseudonym

    def acting(self, pid: str, *, actor: str, scopes: str, mandate: str = "mandate-1", **claims: Any) -> str:
        """See `Issuers.acting`; the power is there for a year, and its use today noted."""
        now = self._moment()
        noted = dict.fromkeys(scopes.split(), thai_date(now).isoformat())
        until = now + timedelta(days=365)
        power = Power(mandate, Person(self._pseudonym(pid)), actor, scopes.split(), until, noted)
        self._table.write([over(mandate)], new_token())
        self._table.write([begun(power)], new_token())
        return super().acting(pid, actor=actor, scopes=scopes, mandate=mandate, **claims)


class Portal:
    """The room and its people."""

    def __init__(
        self,
        access_log: AccessLog | None = None,
        table: Table | None = None,
        rights: Catalogue | None = None,
        logins: Sequence[Mapping[str, Any]] = (),
        http: Http | None = None,
    ) -> None:
        self.memory = MemoryTable()
        self.table: Table = table or self.memory
        self.log = MemoryLog()
        self.exchange = Voice(GDX)
        self.issuer = Voice("https://biz.klang.test")
        self.site = IssuerSite(self.issuer.issuer, self.issuer, self.issuer.key.public_jwk, lambda: self.now)
        self.now: datetime = NOW
        counter = itertools.count(1)
        self.keyring = local_keyring()
        self.issuers = Townspeople(lambda: self.now, self.table, self.keyring.pseudonym)
        self.post = Queue()
        self.outbox = Outbox()
        self.engine = Engine()
        self.door = Door()
        self.shelf = Shelf()
        self.asking = MemoryConsents()
        self.figures = MemoryFigures()
        self.objects = MemoryObjects()
        self.gdx = Exchange(lambda: self.now.isoformat(timespec="milliseconds"))
        self.gdx.answering[TURNING] = lambda path, body: {"people": [], "next": None}  # nobody's birthday
        journal = Journal(self.table, self.post, ids=lambda: f"{next(counter):032x}", clock=self.clock)
        parts = Parts(
            base_url="https://citizen.klang.test",
            table=self.table,
            keyring=self.keyring,
            journal=journal,
            cursors=Cursors(self.keyring),
            tokens=self.issuers.tokens,
            http=http or NoHttp(),
            clock=self.clock,
            ids=lambda: f"{next(counter):032x}",
        )
        self.neighbours: list[Room] = []
        """Rooms that the portal calls with people's own tokens; none is open unless a test opens it."""
        requests = GdxRequests(GDX, SELF, self.exchange.jwks, lambda: self.now)
        self.parts = parts
        self.citizen = Citizen(
            parts,
            gdx=self.gdx,
            objects=self.objects,
            outside=Outside(self.outbox, self.outbox),
            access_log=access_log or self.log,
            receipts=ReceiptsAtExchange(Relay(NextDoor(lambda: self.neighbours), GDX)),
            cases=self.engine,
            consents=ConsentsAtExchange(Relay(NextDoor(lambda: self.neighbours), GDX)),
            consumers=self.door,
            licences=self.shelf,
            rights=lambda: rights or shipped(),
            asks_consent=self.asking,
            figures=self.figures,
            issuers=lambda: [
                Trusted(
                    self.issuer.issuer,
                    Text(th="ผู้ออกใบอนุญาต", en="Licensing office"),
                    self.site,
                    types=f"{self.issuer.issuer}/types",
                )
            ],
            requests=requests,
            logins=logins,
        )
        self.issuers.portal.also = self.citizen.sessions.tokens.jwks
        if table is None:
            self.citizen.sessions.tokens.jwks()  # made before any test counts requests
            self.memory.requests.clear()
        self.room = routes(self.citizen)
        self.client = Client([self.room])
        self.malee = self.issuers.person(MALEE, name="มาลี ใจงาม")
        self.somchai = self.issuers.person(SOMCHAI)

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=10)
        return self.now

    def pump(self, rounds: int = 20) -> None:
        """Carries what is on the queue citizen-events, and what that brings, as the function in app.py would."""
        for _ in range(rounds):
            bodies, self.post.sent = [body for queue, body in self.post.sent if queue == "citizen-events"], []
            if not bodies:
                return
            for body in bodies:
                self.citizen.on_event(body)
        raise AssertionError("the events do not come to an end")

    def later(self, **by: float) -> None:
        """Moves the clock on (arguments of timedelta) and runs the minute's sweep."""
        self.now += timedelta(**by)
        self.citizen.sweep(self.now)

    def traces(self, pid: str) -> list[Key]:
        """Rows that lead to a person, but for those that vanish by themselves within days."""
        person, soon = self.citizen.hall.person(pid), self.now.timestamp() + 8 * 24 * 3600
        rows = (item for item, _ in self.memory._items.values() if person in repr(item))
        return [row.key for row in rows if row.expires is None or row.expires > soon]

    def signed(self, service: str, body: bytes, /, **changes: Any) -> str:
        """The exchange's signature of a request; changed claims spoil it."""
        now = int(self.now.timestamp())
        claims = {
            "aud": SELF,
            "iat": now,
            "exp": now + 60,
            "jti": "r-1",
            "client": BIZ,
            "service": f"{SELF}/{service}",
            "purpose": "food-licence",
            "htm": "POST",
            "body_sha256": body_digest(body),
            **changes,
        }
        return sign_jwt(claims, self.exchange, "gdx-request+jwt")

    def deliver(self, service: str, path: str, given: Mapping[str, Any], /, **changes: Any) -> Answer:
        """A delivery through the exchange."""
        body = json.dumps(given, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {self.signed(service, body, **changes)}"}
        return self.client.post(f"/citizen/v1/provider/{service}{path}", body=body, headers=headers)

    def message(self, id: str = "m-1", pid: str = MALEE, **changes: Any) -> Answer:
        """A message to a person."""
        given = {
            "pid": pid,
            "id": id,
            "category": "application",
            "title": {"th": "รับคำขอแล้ว", "en": "Application received"},
            "body": {"th": f"เรื่อง {id} ของคุณมาลี", "en": f"Your case {id}"},
            "case": "2569-000001",
            "source": "TH/LOCAL/LAEMNGOP",
            **changes,
        }
        return self.deliver("inbox", "/messages", given)

    def licence(self) -> str:
        """A licence as biz issues it."""
        return credentials.issue(
            {"number": "1/2569", "holder": "มาลี ใจงาม", "address": "แหลมงอบ"},
            ["holder", "address"],
            vct="https://klang.example/credentials/food-licence",
            signer=self.issuer,
            issued_at=NOW,
            expires_at=NOW + timedelta(days=365),
        )

    def credential(self, credential: str, id: str = "c-1", pid: str = MALEE, kind: str = "licence") -> Answer:
        """A credential to a person."""
        return self.deliver("wallet", "/credentials", {"pid": pid, "id": id, "credential": credential, "kind": kind})

    def inbox(self, token: str, query: str = "") -> Any:
        """A page of somebody's inbox."""
        answer = self.client.get(f"/citizen/v1/me/inbox{query}", token=token)
        assert answer.status == 200, answer.text
        return answer.json
