"""The exchange as flows use it: the real room on DynamoDB, SQS, S3 and KMS, with a few members and one person."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from chalicelib.gdx.notices import ConsentNews, Notice
from chalicelib.gdx.seed import load
from chalicelib.gdx.service import Service
from chalicelib.shared.access_tokens import Tokens
from chalicelib.shared.aws.keys import CONTEXT, KmsSigner, room_secret
from chalicelib.shared.aws.keys import SECRET as PLACE
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.ids import new_token
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.parts import Parts as RoomParts
from chalicelib.shared.storage import Create, Item
from tests.gdx.exchange import BASE, DOPA, MALEE, OFFICE, PERSON, RECORD, SEED
from tests.support.cloud import new_session
from tests.support.keys import SECRET, LocalSigner

from ..flow import Flow, Parts
from ..stage import Stage

CIVIL = PERSON.rpartition("/")[0]
COMPANY = "TH/CENTRAL/DBD/juristic/company"
REPORT = "TH/PARTNER/NCB/credit/report"
BANK = "TH/SOE/GSB/loans"
HOOK = "https://hooks.laemngop.go.th/gdx"
CREDIT = {
    "pid": MALEE,
    "score": 742,
    "grade": "BB",
    "as_of": "2026-11-24",
    "open_accounts": 2,
    "overdue_accounts": 0,
    "accounts": [],
}
WARM = 3
"""Processes at the beginning of a life that know the room's secret already; those after a death ask KMS for it."""


@dataclass
class Told:
    """The citizens' portal: what people were told, by the id of each notice."""

    notices: dict[str, Notice] = field(default_factory=dict)
    news: dict[tuple[str, int], ConsentNews] = field(default_factory=dict)

    def tell(self, pid: str, notice: Notice) -> None:
        """As `Notices`."""
        self.notices[notice.id] = notice

    def consent(self, pid: str, news: ConsentNews) -> None:
        """As `Notices`."""
        self.news[news.id, news.seq] = news


@dataclass
class Systems:
    """Providers and receivers, by address.

    Attributes:
        heard: ids of the events that the webhook's receiver took.
    """

    heard: list[str] = field(default_factory=list)

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """As `Http`."""
        if url == HOOK:
            if method == "OPTIONS":
                return HttpAnswer(200, {"webhook-allowed-origin": "*"})
            self.heard.append(json.loads(body or b"{}")["id"])
            return HttpAnswer(204)
        answer = RECORD if url.startswith(DOPA) else CREDIT
        return HttpAnswer(200, {"content-type": "application/json"}, json.dumps(answer).encode())


@dataclass(frozen=True)
class GdxParts(Parts):
    """Parts of the room that a defect can stand in for.

    Attributes:
        room: puts the room together; may change what it made.
    """

    room: Callable[[Service], Service] = lambda service: service


@dataclass(frozen=True)
class Seeded:
    """What all lives know: the room's secret, its name for the one person, its signing key as a warm process has it,
    and the members' keys.
    """

    secret: bytes
    person: str
    signer: KmsSigner
    keys: Mapping[str, LocalSigner]


class GdxFlow(Flow[Service]):
    """A flow of the exchange."""

    rooms: ClassVar = ("gdx",)
    parts: ClassVar[GdxParts] = GdxParts()
    agreements: ClassVar[Mapping[str, Mapping[str, Any]]]
    """Those of the seed that a flow needs, and what is otherwise in them."""
    systems: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Subsystems that are otherwise than in the seed."""

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.outside = Systems()
        self.told = Told()
        self._starts = 0

    @classmethod
    def seed(cls, stage: Stage) -> Seeded:
        stage.pass_time(days=-3)  # whatever way the clock goes in a life, this was before
        clients = stage.account.clients(cls.rooms)
        secret = _known_secret(stage)
        signer = KmsSigner(lambda: clients.kms, "alias/klang-test-gdx-signing")
        assert signer.kid
        keys = {name: LocalSigner() for name in (OFFICE, BANK, CIVIL)}
        keyring = Keyring(lambda: secret, lambda: signer)
        seeded = Seeded(secret, keyring.pseudonym(MALEE), signer, keys)
        service = room(stage, cls.parts, keyring, Systems(), Told())
        agreements = [
            {**each, **cls.agreements[each["id"]]} for each in SEED["agreements"] if each["id"] in cls.agreements
        ]
        services = {each["service"] for each in agreements}
        systems = {each["consumer"] for each in agreements} | {each.rpartition("/")[0] for each in services}
        members = {each.rpartition("/")[0] for each in systems}
        document = {
            "members": [_domains(each) for each in SEED["members"] if each["id"] in members],
            "subsystems": [{**e, **cls.systems.get(e["id"], {})} for e in SEED["subsystems"] if e["id"] in systems],
            "services": [each for each in SEED["services"] if each["id"] in services],
            "agreements": agreements,
            "requirements": [],
            "facade": [],
        }
        addresses = {"dopa": DOPA, "dbd": "https://dbd.test", "ncb": "https://ncb.test", "gdx": BASE}
        jwks = {name: {"keys": [dict(signer.public_jwk)]} for name, signer in keys.items()}
        load(service, document, stage.now, addresses=addresses, keys=jwks)
        cls.prepare(service)
        while stage.queues.drain(lambda message: _heard(service, message.queue, message.body)):
            continue
        return seeded

    @classmethod
    def prepare(cls, service: Service) -> None:
        """What else is there before any life."""

    def start(self) -> Service:
        self._starts += 1
        seeded: Seeded = self.stage.seeded
        clients = self.stage.account.clients(self.rooms)
        if self._starts <= WARM:
            keyring = Keyring(lambda: seeded.secret, lambda: seeded.signer)
        else:
            table = self.stage.table("gdx")
            keyring = Keyring(
                lambda: room_secret(table, lambda: clients.kms, "alias/klang-test-gdx-data"),
                lambda: KmsSigner(lambda: clients.kms, "alias/klang-test-gdx-signing"),
            )
        made = room(self.stage, self.given, keyring, self.stage.outside(self.outside), self.told)
        changed: Service = self.given.room(made)
        return changed

    def hear(self, process: Service, queue: str, body: str) -> None:
        _hear(process, queue, body)

    def sweep(self, process: Service) -> None:
        journal = process._parts.journal
        journal.sweep(self.stage.now)
        process.orders.sweep(self.stage.now)


def room(stage: Stage, parts: Parts, keyring: Keyring, http: Any, notices: Told) -> Service:
    """The exchange's room in one process."""
    table = parts.table(stage.table("gdx"))
    made = RoomParts(
        base_url=BASE,
        table=table,
        keyring=keyring,
        journal=parts.journal(table, parts.post(stage.post()), ids=stage.ids, clock=stage.clock),
        cursors=Cursors(keyring),
        tokens=Tokens([], stage.clock),
        http=http,
        clock=stage.clock,
        ids=stage.ids,
    )
    objects = parts.objects(stage.objects("gdx-documents"))
    return Service(made, objects, stage.objects("gdx-log"), notices=notices)


def _known_secret(stage: Stage) -> bytes:
    """The room's secret, the same in every process: shards and counters follow from names that are made with it."""
    kms = new_session().client("kms")  # an operator's: functions may not encrypt
    sealed = kms.encrypt(KeyId="alias/klang-test-gdx-data", Plaintext=SECRET, EncryptionContext=CONTEXT)
    wrapped = base64.b64encode(sealed["CiphertextBlob"]).decode()
    stage.table("gdx").write([Create(Item(PLACE, {"wrapped": wrapped}))], new_token())
    return SECRET


def _hear(service: Service, queue: str, body: str) -> None:
    service.handlers[queue.replace("-", "_")](body)


def _heard(service: Service, queue: str, body: str) -> bool:
    _hear(service, queue, body)
    return True


def _domains(member: Mapping[str, Any]) -> dict[str, Any]:
    return {**member, "domains": ["laemngop.go.th"]} if member["id"] == OFFICE.rpartition("/")[0] else dict(member)


__all__ = ["BANK", "CIVIL", "COMPANY", "CREDIT", "HOOK", "REPORT", "GdxFlow", "GdxParts", "Seeded", "Systems"]
