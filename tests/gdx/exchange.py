"""An exchange for tests: the seed's directory over a memory table, with providers that a test can change."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Ask
from chalicelib.gdx.routes import routes
from chalicelib.gdx.seed import load
from chalicelib.gdx.service import Service
from chalicelib.shared.access_tokens import Tokens, TrustedIssuer
from chalicelib.shared.cursors import Cursors
from chalicelib.shared.egress import Http, HttpAnswer, Unreachable
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.gdx_request import GdxRequests
from chalicelib.shared.identity import Gate, Posting
from chalicelib.shared.ids import new_id
from chalicelib.shared.jose import sign_jwt
from chalicelib.shared.journal import Journal
from chalicelib.shared.parts import Parts
from chalicelib.shared.storage import Change, Item, Key, Table
from tests.support.client import Answer, Client
from tests.support.keys import LocalSigner, local_keyring
from tests.support.memory import MemoryTable
from tests.support.memory_objects import MemoryObjects
from tests.support.tokens import AUDIENCE, NOW, Issuers

_SEEDS = Path(__file__).parents[2] / "infra" / "seed"
SEED = json.loads((_SEEDS / "gdx.json").read_text(encoding="utf-8"))
for _name in ("services", "agreements"):  # what the exchange itself asks of the portal
    SEED[_name] += json.loads((_SEEDS / "gdx" / "consents.json").read_text(encoding="utf-8"))[_name]
BASE = "https://gdx.klang.test"
DOPA = "https://dopa.test"
MALEE = "3990100001013"
SOMCHAI = "1990100002021"
OPERATOR = "3990100006066"
OFFICE = "TH/LOCAL/LAEMNGOP/office"
BIZ = "TH/CENTRAL/DGA/biz"
CITIZEN = "TH/CENTRAL/DGA/citizen"
PERSON = "TH/CENTRAL/DOPA/civil/person"
COMPANY = "TH/CENTRAL/DBD/juristic/company"
USAGE = "TH/CENTRAL/DGA/gdx/usage"
RECORD = {
    "pid": MALEE,
    "title_th": "นางสาว",
    "first_name_th": "มาลี",
    "last_name_th": "ศรีสมุทร",
    "birth_date": "1982-05-17",
    "laser_code": "JT1111111111",
    "status": "alive",
    "address": {"house_no": "88/2", "subdistrict": "แหลมงอบ", "district": "แหลมงอบ", "province": "ตราด"},
    "religion": "พุทธ",
    "phone": "0800000001",
}


@dataclass
class Sent:
    """A request that reached a provider."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout: float


@dataclass
class Providers:
    """Stands for the network: answers by host; requests to the exchange itself come back to its room."""

    answer: HttpAnswer | Exception = field(
        default_factory=lambda: HttpAnswer(200, {"content-type": "application/json"}, json.dumps(RECORD).encode())
    )
    sent: list[Sent] = field(default_factory=list)
    loop: Callable[[Sent], HttpAnswer] | None = None
    before: Callable[[], None] | None = None

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        sent = Sent(method, url, dict(headers), body, timeout)
        if url.startswith(BASE) and self.loop is not None:
            return self.loop(sent)
        self.sent.append(sent)
        if self.before is not None:
            self.before()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def reply(self, status: int = 200, value: Any = None, media: str = "application/json", **headers: str) -> None:
        """What the provider answers from now on; bytes go out as they are."""
        body = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
        self.answer = HttpAnswer(status, {"content-type": media, **headers}, body)

    def die(self) -> None:
        """The provider does not answer any more."""
        self.answer = Unreachable("ConnectTimeoutError")


class Queues:
    """Holds what was sent to queues."""

    def __init__(self) -> None:
        self.held: list[tuple[str, str]] = []
        self.broken = False

    def send(self, queue: str, body: str) -> None:
        if self.broken:
            raise ConnectionError("the queue is away")
        self.held.append((queue, body))


class FailingTable(MemoryTable):
    """A memory table that can be down for writes, or never see what others just wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.blind = False

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.down:
            raise Unavailable("ระบบไม่ว่าง", "The table is down.")
        super().write(changes, token)

    def get(self, key: Key) -> Item | None:
        return None if self.blind else super().get(key)

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        return {} if self.blind else super().get_many(keys)


class Exchange:
    """The whole room with its surroundings.

    Args:
        table: instead of the memory table, which is `table` and what `rows` looks into.
        http: instead of `providers`, the way out to providers.
        signer: the exchange's own key.
    """

    def __init__(self, table: Table | None = None, http: Http | None = None, signer: LocalSigner | None = None) -> None:
        self.now = NOW
        self.table = FailingTable()
        used = table or self.table
        self.objects = MemoryObjects()
        self.providers = Providers()
        self.queues = Queues()
        self.signer = signer or LocalSigner()
        self.keyring = local_keyring(signer=self.signer)
        self.people = Issuers(self.clock).people
        tokens = Tokens(
            [
                self.people.trusted,
                TrustedIssuer(BASE, AUDIENCE, "system", lambda: self.service.onboarding.signing.jwks()),
            ],
            self.clock,
        )
        self.parts = Parts(
            base_url=BASE,
            table=used,
            keyring=self.keyring,
            journal=Journal(used, self.queues, ids=new_id, clock=self.clock),
            cursors=Cursors(self.keyring),
            tokens=tokens,
            http=http or self.providers,
            clock=self.clock,
            ids=new_id,
        )
        self.log_objects = MemoryObjects()
        self.service = Service(self.parts, self.objects, self.log_objects)
        self.keys = {name: LocalSigner() for name in (OFFICE, BIZ, CITIZEN, "TH/CENTRAL/DOPA/civil")}
        self.load()
        self.service.operators.appoint(OPERATOR, Posting("TH/CENTRAL/DGA", frozenset({"operator"}), "ธนา"))
        self.room = routes(self.service, Gate(tokens, self.keyring, self.service.operators))
        self.client = Client([self.room])
        self.providers.loop = self._loop
        self.pump()
        self.table.requests.clear()

    def clock(self) -> datetime:
        """The time, which a test may move."""
        return self.now

    def pass_time(self, **given: float) -> None:
        """Moves the clock."""
        self.now += timedelta(**given)

    def load(self) -> int:
        """Loads the seed."""
        addresses = {
            "gdx": BASE,
            "citizen": "https://citizen.test",
            "biz": "https://biz.test",
            "opendata": "https://opendata.test",
            "dopa": DOPA,
            "dbd": "https://dbd.test",
            "ncb": "https://ncb.test",
        }
        keys = {name: {"keys": [dict(signer.public_jwk)]} for name, signer in self.keys.items()}
        return load(self.service, SEED, self.now, addresses=addresses, keys=keys)

    def assertion(self, client: str, *, signer: LocalSigner | None = None, typ: str = "JWT", **changes: Any) -> str:
        """A client assertion that holds, unless a changed claim spoils it; None takes a claim out."""
        now = int(self.now.timestamp())
        claims = {
            "iss": client,
            "sub": client,
            "aud": f"{BASE}/oauth2/token",
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + 120,
        }
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return sign_jwt(claims, _Named(signer or self.keys[client], str(claims.get("iss"))), typ)

    def ask_token(self, assertion: str, **form: str) -> Answer:
        """Asks the token endpoint."""
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            **form,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.client.post("/oauth2/token", body=urlencode(sent).encode(), headers=headers)

    def token(self, client: str = OFFICE) -> str:
        """An access token of a system."""
        return str(self.ask_token(self.assertion(client)).json["access_token"])

    def operator(self) -> str:
        """An access token of the operator."""
        return self.people.token(pid=OPERATOR, name="ธนา", ial="2.3")

    def r1(
        self,
        path: str = f"/r1/{PERSON}/lookup",
        *,
        method: str = "POST",
        client: str = OFFICE,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A call as an X-Road client makes it."""
        if json is None and body is None and method == "POST":
            json = {"pid": MALEE}
        sent = {"x-road-client": client, **(headers or {})}
        return self.client.call(method, path, token=self.token(client), json=json, body=body, headers=sent)

    def ask(self, **changes: Any) -> Ask:
        """A request for the pipeline itself."""
        given: dict[str, Any] = {
            "client": SubsystemId.parse(OFFICE),
            "service": ServiceId.parse(PERSON),
            "method": "POST",
            "path": "/lookup",
            "query": "",
            "body": json.dumps({"pid": MALEE}).encode(),
            "headers": {"content-type": "application/json", "accept": "application/json"},
            "message_id": str(uuid.uuid4()),
        }
        return Ask(**{**given, **changes})

    def agree(self, identifier: str = "laemngop-person", **changes: Any) -> Answer:
        """The operator registers an agreement of the seed with other terms."""
        entry = next(entry for entry in SEED["agreements"] if entry["id"] == identifier)
        posted = {"valid_from": "2026-01-01", "valid_until": "2030-12-31", **entry, **changes}
        return self.client.post("/gdx/v1/agreements", token=self.operator(), json=posted)

    def pump(self) -> None:
        """Delivers everything that waits in the queues, as Lambda would."""
        names = {"gdx-exchanges": "gdx_exchanges", "gdx-events": "gdx_events"}
        while self.queues.held:
            queue, body = self.queues.held.pop(0)
            self.service.handlers[names[queue]](body)

    def check_at_provider(self, sent: Sent, subsystem: str = "TH/CENTRAL/DOPA/civil", code: str = "person") -> Any:
        """What the provider's verifier says of a request."""
        requests = GdxRequests(BASE, subsystem, self.service.voice.jwks, self.clock)
        return requests.check(sent.headers["authorization"], sent.method, code, sent.body or b"")

    def rows(self, prefix: str) -> list[Any]:
        """Content of all items whose partition begins so."""
        return [item.data for key, (item, _) in self.table._items.items() if key.pk.startswith(prefix)]

    def _loop(self, sent: Sent) -> HttpAnswer:
        parts = urlsplit(sent.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        found = self.client.call(sent.method, path, body=sent.body, headers=sent.headers)
        return HttpAnswer(found.status, found.headers, found.response.body)


class _Named:
    def __init__(self, signer: LocalSigner, issuer: str) -> None:
        self._signer = signer
        self.issuer = issuer

    @property
    def kid(self) -> str:
        return self._signer.kid

    def sign(self, message: bytes) -> bytes:
        return self._signer.sign(message)
