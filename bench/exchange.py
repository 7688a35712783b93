"""A synchronous exchange beside a function that merely passes the answer on."""

from __future__ import annotations

import json
from typing import Any

from chalice.app import Chalice, Response

from bench.lambdas import caller
from bench.measure import side_by_side
from bench.report import Comparison
from chalicelib.shared.chalice_edge import blueprint
from chalicelib.shared.egress import Http
from tests.gdx.exchange import BIZ, COMPANY, Exchange

BARE = "a bare Chalice pass-through"
PATH = f"/r1/{COMPANY}/lookup"
QUESTION = json.dumps({"juristic_id": "0105569999981"}).encode()


def exchange(size: int, rounds: int, batch: int = 5) -> Comparison:
    """One company record of about `size` bytes, asked for by Biz."""
    house = Exchange()
    house.providers.reply(200, record(size))
    klang = Chalice("klang", configure_logs=False)
    klang.register_blueprint(blueprint(house.room))
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {house.token(BIZ)}",
        "X-Road-Client": BIZ,
        "X-GDX-Purpose": "licence-application",
    }
    calls = {
        BARE: caller(_bare(house.providers), "POST", PATH, headers, QUESTION),
        "Klang's exchange": caller(klang, "POST", PATH, headers, QUESTION),
    }
    return Comparison(
        f"A synchronous exchange, {size // 1000} kB",
        f"A company record of {len(json.dumps(record(size))):,} bytes with its directors, from a provider that\n"
        "answers at once. Table, keys and provider are in memory, so this is processor time only: signing with a\n"
        "local key is in it, the time of DynamoDB and KMS is not. The pass-through checks and records nothing.\n"
        "Klang checks the token, the agreement, and request and answer against the service's description, signs the\n"
        "request, cuts the answer down to the agreed fields and writes a signed record.",
        side_by_side(calls, rounds=rounds, batch=batch),
        BARE,
    )


def record(size: int) -> dict[str, object]:
    """A company with as many directors as make up the size."""
    director = {"pid": "3990100001013", "name": "มาลี ศรีสมุทร กรรมการผู้จัดการใหญ่"}
    company = {"juristic_id": "0105569999981", "name_th": "บริษัท ครัวกลาง จำกัด", "status": "active"}
    several = max(1, (size - len(json.dumps(company))) // (len(json.dumps(director)) + 2))
    return {**company, "directors": [director] * several}


def _bare(http: Http) -> Chalice:
    app = Chalice("bare", configure_logs=False)

    def pass_on(**_: str) -> Response:
        request: Any = app.current_request
        answer = http.send("POST", "https://dbd.test/company/lookup", headers={}, body=request.raw_body)
        return Response(answer.body.decode(), {"Content-Type": "application/json"}, answer.status)

    path = "/r1/{instance}/{member_class}/{member}/{subsystem}/{service}/{p1}"
    app.route(path, methods=["POST"], name="pass_on")(pass_on)
    return app
