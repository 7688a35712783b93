"""The Citizen Portal as flows use it: the real room on DynamoDB and S3, called by its routes, with one biller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

from chalicelib.citizen.entitlements.catalogue import shipped
from chalicelib.citizen.routes import routes
from chalicelib.citizen.service import SELF, Citizen
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Answer
from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.messengers import Outside
from chalicelib.shared.parts import Parts as RoomParts
from tests.citizen.bills.town import BILLING, PEA, Biller
from tests.citizen.exchange import Exchange
from tests.citizen.portal import GDX, NoHttp
from tests.support.client import Client
from tests.support.outbox import Outbox
from tests.support.tokens import Issuers

from ..flow import Parts
from ..stage import Stage
from .asking import Asking


class Abroad(Exchange):
    """The exchange in whatever mood whoever stands behind it is."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(lambda: stage.now.isoformat(timespec="milliseconds"))
        self._stage = stage

    def ask(self, service: str, method: str, path: str, body: Any, *more: Any, **given: Any) -> Answer:
        """As `Gdx`."""
        self._stage.pause()
        mood = self._stage.mood()
        if mood in ("away", "broken", "busy"):
            raise _away()
        answer = super().ask(service, method, path, body, *more, **given)
        if mood == "silent":
            raise _away()
        return answer if mood != "nonsense" else Answer({"page": "<html>"}, answer.receipt, answer.at, service)


class Records(Biller):
    """A biller that remembers what it said and heard, word by word.

    Attributes:
        asks: what it asked for its bill, over time; None when it asks for nothing.
        words: what it heard of a transaction, by its number in the order.
        changed: whether it ever heard two words under one number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asks: list[str | None] = []
        self.words: dict[tuple[str, int], dict[str, Any]] = {}
        self.changed = False

    def now_asks(self, amount: str | None, number: str, due: str) -> None:
        """Asks for that much from now on, or for nothing."""
        self.asks.append(amount)
        if amount is None:
            self.bills[PEA] = {}
        else:
            self.sends(number, amount, due)

    def payment(self, path: str, body: Any) -> Any:
        """As `Biller`."""
        word = self.words.setdefault((body["transaction"], body["sequence"]), body)
        self.changed = self.changed or word != body
        return super().payment(path, body)


@dataclass(frozen=True)
class CitizenParts(Parts):
    """Parts of the room that a defect can stand in for.

    Attributes:
        room: may change what a process was put together of.
    """

    room: Callable[[Citizen], Citizen] = lambda citizen: citizen


@dataclass(frozen=True)
class Seeded:
    """What all lives know.

    Attributes:
        bills: the id of each person's bill.
        said: what the bank said before.
    """

    keyring: Keyring
    issuers: Issuers
    bills: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class Process:
    """One process of the room.

    Attributes:
        citizen: the room.
        client: its routes.
    """

    citizen: Citizen
    client: Client


class CitizenFlow(Asking[Process]):
    """A flow of the portal: every command is an HTTP request."""

    rooms: ClassVar = ("citizen",)
    prefix: ClassVar = "/citizen/v1"
    parts: ClassVar[CitizenParts] = CitizenParts()

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.biller = Records()
        self.gdx = gdx_with(stage, self.biller)

    def start(self) -> Process:
        seeded: Seeded = self.stage.seeded
        table = self.given.table(self.stage.table("citizen"))
        post = self.given.post(self.stage.post())
        parts = RoomParts(
            base_url="https://citizen.klang.test",
            table=table,
            keyring=seeded.keyring,
            journal=self.given.journal(table, post, ids=self.stage.ids, clock=self.stage.clock),
            cursors=Cursors(seeded.keyring),
            tokens=seeded.issuers.tokens,
            http=NoHttp(),
            clock=self.stage.clock,
            ids=self.stage.ids,
        )
        objects = self.given.objects(self.stage.objects("citizen-documents"))
        citizen: Citizen = self.given.room(opened(parts, self.gdx, objects))
        return Process(citizen, Client([routes(citizen)]))

    def hear(self, process: Process, queue: str, body: str) -> None:
        if queue == "citizen-events":
            process.citizen.on_event(body)

    def sweep(self, process: Process) -> None:
        process.citizen.hall.parts.journal.sweep(self.stage.now)


def gdx_with(stage: Stage, biller: Biller) -> Abroad:
    """The way to that biller."""
    gdx = Abroad(stage)
    gdx.answering |= {
        f"{BILLING}/bill": biller.open,
        f"{BILLING}/account": biller.account,
        f"{BILLING}/payment": biller.payment,
    }
    return gdx


def opened(parts: RoomParts, gdx: Exchange, objects: Any) -> Citizen:
    """The room with these parts; neighbours that bills do not need are not there."""
    nobody: Any = cast(Any, None)
    mails = Outbox()
    return Citizen(
        parts,
        gdx=gdx,
        objects=objects,
        outside=Outside(mails, mails),
        access_log=nobody,
        receipts=nobody,
        cases=nobody,
        consents=nobody,
        consumers=nobody,
        licences=nobody,
        rights=shipped,
        asks_consent=nobody,
        figures=nobody,
        requests=GdxRequests(GDX, SELF, lambda: {"keys": []}, parts.clock),
    )


def _away() -> UpstreamFailed:
    return UpstreamFailed("ติดต่อหน่วยงานไม่ได้", "The provider did not answer; try again later.", retry_after=30)
