"""A synchronous exchange beside a function that merely passes the answer on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Response

from bench.lambdas import caller
from bench.measure import side_by_side
from bench.provider import At, answer, provider
from bench.report import Comparison
from bench.table import AdapterTable
from chalicelib.shared.chalice_edge import blueprint
from chalicelib.shared.egress import GuardedHttp, Http
from tests.gdx.exchange import BIZ, COMPANY, Exchange
from tests.support.keys import LocalSigner

BARE = "a bare Chalice pass-through"
KLANG = "Klang's exchange"
ALONE = "the same, its two signatures made elsewhere"
PATH = f"/r1/{COMPANY}/lookup"
QUESTION = json.dumps({"juristic_id": "0105569999981"}).encode()
LOOPBACK = ("127.0.0.0/8", "::1/128")


def exchange(size: int, rounds: int, batch: int = 5) -> Comparison:
    """One company record of about `size` bytes, asked for by Biz."""
    with provider() as address:
        http = At(GuardedHttp(LOOPBACK), address, size)
        calls = {
            BARE: caller(_bare(http), "POST", PATH, {"Content-Type": "application/json"}, QUESTION),
            KLANG: _klang(http, LocalSigner()),
            ALONE: _klang(http, ElsewhereSigner()),
        }
        samples = side_by_side(calls, rounds=rounds, batch=batch, clock=time.process_time)
    return Comparison(
        f"A synchronous exchange, {size // 1000} kB",
        f"A company record of {len(answer(size)):,} bytes with its directors. Both ways are a Chalice app that is\n"
        "called with Lambda's event and asks the same provider with the same HTTP client over TLS; the provider is a\n"
        "process of its own. What is counted is this process's CPU time. The pass-through checks and records nothing.\n"
        "Klang checks the token, the agreement and the answer against the service's description, signs the request,\n"
        "cuts the answer down to the agreed fields and writes a signed record. Signing is counted in the second line,\n"
        "where the key is in this process; in the third it is elsewhere, as KMS is.\n"
        "What the adapter to DynamoDB does with items is counted too, their way to AWS is not. Not counted in either:\n"
        "Lambda's own part, the network, DynamoDB and KMS (both in memory here), and the CPU that boto3 would need to\n"
        "speak to them, which only Klang has. One certificate is trusted, so that no list of authorities is read.",
        samples,
        BARE,
    )


class ElsewhereSigner(LocalSigner):
    """A key that is elsewhere, as KMS's is: once it is `away`, a signature takes no time here (and does not hold)."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False

    def sign(self, message: bytes) -> bytes:
        """Raw r || s, 64 bytes."""
        return bytes(range(1, 65)) if self.away else super().sign(message)


def _klang(http: Http, signer: LocalSigner) -> Callable[[], Any]:
    house = Exchange(table=AdapterTable(), http=http, signer=signer)
    klang = Chalice("klang", configure_logs=False)
    klang.register_blueprint(blueprint(house.room))
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {house.token(BIZ)}",
        "X-Road-Client": BIZ,
        "X-GDX-Purpose": "licence-application",
    }
    if isinstance(signer, ElsewhereSigner):
        signer.away = True  # the access token above has to hold
    return caller(klang, "POST", PATH, headers, QUESTION)


def _bare(http: Http) -> Chalice:
    app = Chalice("bare", configure_logs=False)

    def pass_on(**_: str) -> Response:
        request: Any = app.current_request
        given = {name: request.headers[name] for name in ("content-type", "accept")}
        found = http.send("POST", "https://dbd.test/company/lookup", headers=given, body=request.raw_body)
        return Response(found.body.decode(), {"Content-Type": found.headers["content-type"]}, found.status)

    path = "/r1/{instance}/{member_class}/{member}/{subsystem}/{service}/{p1}"
    app.route(path, methods=["POST"], name="pass_on")(pass_on)
    return app
