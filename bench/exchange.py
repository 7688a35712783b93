"""A synchronous exchange beside a function that merely passes the answer on."""

from __future__ import annotations

import json
import time
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

BARE = "a bare Chalice pass-through"
KLANG = "Klang's exchange"
PATH = f"/r1/{COMPANY}/lookup"
QUESTION = json.dumps({"juristic_id": "0105569999981"}).encode()
LOOPBACK = ("127.0.0.0/8", "::1/128")


def exchange(size: int, rounds: int, batch: int = 5) -> Comparison:
    """One company record of about `size` bytes, asked for by Biz."""
    with provider() as address:
        http = At(GuardedHttp(LOOPBACK), address, size)
        house = Exchange(table=AdapterTable(), http=http)
        klang = Chalice("klang", configure_logs=False)
        klang.register_blueprint(blueprint(house.room))
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {house.token(BIZ)}",
            "X-Road-Client": BIZ,
            "X-GDX-Purpose": "licence-application",
        }
        calls = {
            BARE: caller(_bare(http), "POST", PATH, headers, QUESTION),
            KLANG: caller(klang, "POST", PATH, headers, QUESTION),
        }
        samples = side_by_side(calls, rounds=rounds, batch=batch, clock=time.process_time)
    return Comparison(
        f"A synchronous exchange, {size // 1000} kB",
        f"A company record of {len(answer(size)):,} bytes with its directors. Both ways are a Chalice app that is\n"
        "called with Lambda's event and asks the same provider with the same HTTP client over TLS; the provider is a\n"
        "process of its own. What is counted is this process's CPU time. The pass-through checks and records nothing.\n"
        "Klang checks the token, the agreement and the answer against the service's description, signs the request,\n"
        "cuts the answer down to the agreed fields and writes a signed record; signing with a local key is counted.\n"
        "What the adapter to DynamoDB does with items is counted too, their way to AWS is not. Not counted in either:\n"
        "Lambda's own part, the network, DynamoDB and KMS (both in memory here), and the CPU that boto3 would need to\n"
        "speak to them, which only Klang has. One certificate is trusted, so that no list of authorities is read.",
        samples,
        BARE,
    )


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
