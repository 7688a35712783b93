"""The only file that knows every class: builds the house of one process from its settings.

Each chosen room gets its own table, keys and journal. What a room needs of another is bound here: to the neighbour
itself where both are open in this process, else to the exchange over HTTP, where the room is an ordinary member with
its own key and its own agreements. Nothing here asks AWS anything: clients, secrets and keys are made on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .settings import Settings, traced
from .shared.access_tokens import Tokens, TrustedIssuer, fetched_jwks
from .shared.aws.clients import Clients
from .shared.aws.dynamo import DynamoTable
from .shared.aws.keys import KmsSigner, room_secret
from .shared.aws.objects import S3Objects
from .shared.aws.queues import SqsPost
from .shared.cursors import Cursors
from .shared.dataclass import dataclass
from .shared.egress import GuardedHttp, Http
from .shared.ids import new_id, utc_now
from .shared.journal import Journal
from .shared.keyring import Keyring
from .shared.paces import Paces
from .shared.parts import Parts
from .shared.way_out import WayOut
from .shared.web import Room
from .status.store import Board

if TYPE_CHECKING:
    from boto3.session import Session

    from .biz.service import Biz
    from .citizen.service import Citizen
    from .gdx.service import Service as Gdx
    from .opendata.service import Catalogue as OpenData
    from .shared.connections import Platform
    from .shared.functions import Functions
    from .shared.gdx_client import Gdx as AsksGdx
    from .shared.gdx_request import GdxRequests
    from .shared.messengers import Outside
    from .shared.relay import Relay
    from .shared.watch import Watch

AUDIENCE = "klang"
MEMBERS = {room: f"TH/CENTRAL/DGA/{room}" for room in ("biz", "citizen", "gdx", "opendata")}
"""The platforms' own names as members of the exchange."""


@dataclass
class House:
    """The open rooms of one process.

    Attributes:
        settings: where everything is.
        clients: AWS.
        http: the way out.
        clock: tells the time; like the clients, it may be set after `app.py` has run.
        sweep_clock: tells the time to what runs each minute, where that is another (tests let it run ahead).
        ids: makes ids.
        rooms: routes by room, in the order of the settings; the front door last.
        handlers: what takes a queue's message body, by the name of its function in app.py.
        sweeps: what runs each minute, by the name of its function in app.py.
        functions: what other functions call for its answer, by the name of its function in app.py.
    """

    settings: Settings
    clients: Clients
    http: Http
    clock: Callable[[], datetime] = utc_now
    sweep_clock: Callable[[], datetime] | None = None
    ids: Callable[[], str] = new_id
    rooms: dict[str, Room] = field(default_factory=dict)
    handlers: dict[str, Callable[[str], None]] = field(default_factory=dict)
    sweeps: dict[str, Callable[[], None]] = field(default_factory=dict)
    functions: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    _parts: dict[str, Parts] = field(default_factory=dict, repr=False)

    def now(self) -> datetime:
        """The time, by `clock` as it is now."""
        return self.clock()

    @cached_property
    def way_out(self) -> Http:
        """What the rooms call others with: `http`, whatever that is by then."""
        return WayOut(lambda: self.http)

    @cached_property
    def wide_way_out(self) -> Http:
        """The same for services that announced large answers."""
        return WayOut(lambda: self.http.wide if isinstance(self.http, GuardedHttp) else self.http)

    @cached_property
    def watch(self) -> Watch:
        """Logs, metrics and traces."""
        from .shared.watch import Watch

        service = f"klang-{self.settings.environment}-{'-'.join(self.settings.platforms)}"
        platforms = self.settings.platforms
        return Watch(service, self.settings.environment, platforms[0], traced=traced)

    @cached_property
    def tokens(self) -> Tokens:
        """The check of access tokens: people's providers, and the exchange for systems."""
        people = [
            TrustedIssuer(issuer.iss, issuer.audience, "person", fetched_jwks(self.way_out, issuer.jwks_uri))
            for issuer in self.settings.issuers
        ]
        systems = TrustedIssuer(self.settings.gdx_url, AUDIENCE, "system", self.gdx_jwks)
        # only Klang's own portal may say that somebody acts for a person, whatever providers are configured beside it
        portal = f"{self.settings.citizen_url}/citizen"
        own = TrustedIssuer(portal, AUDIENCE, "person", self.portal_jwks, lets_act=True)
        return Tokens([*people, systems, own], self.now)

    @cached_property
    def portal_jwks(self) -> Callable[[], Mapping[str, Any]]:
        """The public keys of the portal's access tokens: its own where it is open here, else from its address."""
        if "citizen" in self.settings.platforms:
            return lambda: self.citizen.sessions.tokens.jwks()
        return fetched_jwks(self.way_out, f"{self.settings.citizen_url}/citizen/v1/jwks.json")

    @cached_property
    def gdx_jwks(self) -> Callable[[], Mapping[str, Any]]:
        """The exchange's public keys: its own where it is open here, else fetched from its address."""
        if "gdx" in self.settings.platforms:
            return lambda: self.gdx.onboarding.signing.jwks()
        return fetched_jwks(self.way_out, f"{self.settings.gdx_url}/.well-known/jwks.json")

    def member(self, room: str) -> str:
        """The room as a member of the exchange."""
        return MEMBERS[room]

    def parts(self, room: str) -> Parts:
        """The common parts of one room, made once."""
        if room not in self._parts:
            self._parts[room] = self._new_parts(room)
        return self._parts[room]

    def _new_parts(self, room: str) -> Parts:
        table = DynamoTable(lambda: self.clients.dynamodb, self.settings.table(room))
        keyring = Keyring(
            lambda: room_secret(table, lambda: self.clients.kms, self.settings.key_alias(room, "data")),
            lambda: KmsSigner(lambda: self.clients.kms, self.settings.key_alias(room, "signing")),
        )
        post = SqsPost(lambda: self.clients.sqs, self.settings.queue)
        return Parts(
            base_url=self.settings.gdx_url if room == "gdx" else self.settings.base_url,
            table=table,
            keyring=keyring,
            journal=Journal(table, post, ids=self.ids, clock=self.now),
            cursors=Cursors(keyring),
            tokens=self.tokens,
            http=self.way_out,
            clock=self.now,
            ids=self.ids,
        )

    def board(self, room: str) -> Board:
        """What the public is told of how a platform is."""
        return Board(self.parts(room).table, self.now, self.ids)

    def objects(self, purpose: str) -> S3Objects:
        """A bucket."""
        bucket = self.settings.bucket(purpose)
        return S3Objects(lambda: self.clients.s3, bucket, patient=lambda: self.clients.patient_s3)

    def asks_gdx(self, room: str, keyring: Keyring) -> AsksGdx:
        """The exchange as a room asks it: in this process, or as a member over HTTP."""
        if "gdx" in self.settings.platforms:
            return self.gdx.local(MEMBERS[room])
        from .shared.gdx_client import GdxClient

        return GdxClient(
            self.way_out,
            self.settings.gdx_url,
            MEMBERS[room],
            lambda: keyring.signer,
            clock=self.now,
            ids=self.ids,
        )

    @cached_property
    def gdx(self) -> Gdx:
        """The exchange."""
        from .gdx.service import Service

        notices = None
        if "citizen" in self.settings.platforms:  # else nothing of another room is loaded here
            from .neighbours import NoticesToCitizen

            notices = NoticesToCitizen(lambda: self.citizen)
        return Service(
            self.parts("gdx"),
            self.objects("gdx-documents"),
            self.objects("gdx-log"),
            self.settings.xroad_spelling,
            notices,
            self.wide_way_out,
        )

    @cached_property
    def others(self) -> Functions | None:
        """The other functions of this stage; None where this process does their work."""
        if not self.settings.functions:
            return None
        from .shared.aws.functions import LambdaFunctions

        return LambdaFunctions(lambda patience: self.clients.functions(patience), self.settings.functions)

    @cached_property
    def opendata(self) -> OpenData:
        """The open-data catalogue."""
        from .opendata.service import open_catalogue

        return open_catalogue(self.parts("opendata"), self.objects("opendata"), functions=self.others)

    @cached_property
    def citizen(self) -> Citizen:
        """The Citizen Portal."""
        from .bindings import citizen

        return citizen(self)

    @cached_property
    def biz(self) -> Biz:
        """The Biz Portal."""
        from .bindings import biz

        return biz(self)

    def relay(self, room: str, address: str) -> Relay:
        """A neighbour's routes, called with people's own tokens: in this process if it is open here, else by HTTP."""
        from .shared.next_door import NextDoor
        from .shared.relay import Relay

        here = room in self.settings.platforms
        return Relay(NextDoor(lambda: [self.rooms[room]]) if here else self.way_out, address)

    def outside(self, room: str) -> Outside:
        """E-mail and SMS."""
        from .shared.aws.ses import SesMailer
        from .shared.aws.sns import SnsTexter
        from .shared.messengers import Outside

        settings = self.settings
        mailer = SesMailer(lambda: self.clients.ses, settings.mail_from, f"klang-{settings.environment}-{room}")
        return Outside(mailer, SnsTexter(lambda: self.clients.sns))

    def requests(self, room: str) -> GdxRequests:
        """The check of what comes to a room through the exchange."""
        from .shared.gdx_request import GdxRequests

        return GdxRequests(self.settings.gdx_url, MEMBERS[room], self.gdx_jwks, self.now)

    def datasets(self) -> Platform:
        """What agencies have connected to the open-data catalogue."""
        from .opendata.connections import ConnectedDatasets

        return ConnectedDatasets(self.opendata.store)

    def services(self) -> Platform:
        """What agencies have connected to the Biz Portal."""
        from .biz.connections import ConnectedServices

        return ConnectedServices(self.biz.register)

    def openapi(self) -> dict[str, Any]:
        """The description of everything that is open here."""
        from .shared.openapi import document

        return document(list(self.rooms.values()), server=self.settings.base_url)


def open_house(
    settings: Settings,
    *,
    session: Session | None = None,
    http: Http | None = None,
    clock: Callable[[], datetime] = utc_now,
    ids: Callable[[], str] = new_id,
) -> House:
    """The house of one process.

    Args:
        settings: which rooms, and where everything is.
        session: a boto3 session of the caller's (tests, the laptop), else the process's own.
        http: the way out, else the guarded one.
        clock: tells the time.
        ids: makes ids.
    """
    from .front import front
    from .openings import OPENINGS

    house = House(
        settings=settings,
        clients=Clients(settings.region, session),
        http=http or GuardedHttp(settings.egress_networks),
        clock=clock,
        ids=ids,
    )
    for platform in settings.platforms:
        OPENINGS[platform](house)
    for room in house.rooms.values():
        room.login = f"{settings.citizen_url}/citizen/v1/login"
        parts = house.parts(room.name)
        room.paces = Paces(parts.table, parts.keyring, parts.clock)
    boards = {platform: house.board(platform) for platform in settings.platforms}
    house.rooms["front"] = front(list(house.rooms.values()), server=settings.base_url, boards=boards, clock=house.now)
    return house
