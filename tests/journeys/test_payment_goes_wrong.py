"""Everything goes wrong with the fee of one application, over real HTTP, and in the end every satang is accounted for.

The story is played up to the approval. Then a bank of our own tells of half a fee, the other half, too much, the same
twice, money for nobody, and takes some of it back; two finance officers decide; the day is reconciled.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from demo.story import STEPS
from demo.story_biz import case_path
from demo.world import Answer, HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

BANK, SECRET = "clumsy-bank", "a secret of the clumsy bank, of 32 characters or more"
AGENCY = "TH/LOCAL/LAEMNGOP"
FINANCE = {"somchai": "1990100002021", "publisher-laemngop": "3990100005051"}
"""Two people whom the operator makes finance officers of the agency."""

ENTRIES = "/biz/v1/payments/entries"


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with an approved application, a bank and finance officers."""
    world = World(HttpTransport(stack.address))
    for step in STEPS:
        step.play(world)
        if step.name == "approve":
            break
    operator = visitor(world, "operator-dga")
    assert operator.ask("PUT", f"/biz/v1/payments/providers/{BANK}", {"secret": SECRET}).status == 200
    for pid in FINANCE.values():
        body = {"pid": pid, "agency": AGENCY, "roles": ["finance"], "name": "เจ้าหน้าที่การเงิน"}
        assert operator.ask("POST", "/biz/v1/officers", body).status == 201
    return world


def signed(world: World, method: str, path: str, raw: bytes) -> Answer:
    """What the bank sends."""
    at = int(datetime.now(UTC).timestamp())
    code = hmac.new(SECRET.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-klang-signature": f"t={at},v1={code}"}
    return world.transport.send(method, path, headers, raw)


def tell(world: World, notice: dict[str, Any]) -> str:
    """The bank tells; what the platform made of it."""
    answer = signed(world, "POST", f"/biz/v1/payments/callbacks/{BANK}", json.dumps(notice).encode())
    assert answer.status == 200, answer.body
    return str(answer.json["status"])


def decide(world: World, who: str, transaction: str, step: str, **wish: Any) -> Answer:
    """A finance officer's step."""
    body = {"step": step, "reason": "ตรวจสอบกับธนาคารแล้ว", **wish}
    return visitor(world, who).ask("POST", f"{ENTRIES}/{BANK}~{transaction}", body)


def resolve(world: World, transaction: str, **wish: Any) -> Any:
    """Both finance officers want it."""
    first, second = FINANCE
    assert decide(world, first, transaction, "propose", **wish).status == 200
    assert decide(world, first, transaction, "confirm", **wish).status == 403, "four eyes"
    done = decide(world, second, transaction, "confirm", **wish)
    assert done.status == 200, done.body
    return done.json


def test_a_fee_with_which_everything_goes_wrong(world: World) -> None:
    malee, now = world.person("malee"), datetime.now(UTC)
    bill = malee.post(case_path(world, "/payments"), expect=201).json
    good = {"ref1": bill["ref1"], "ref2": bill["ref2"], "paid_at": now.isoformat()}
    half = {**good, "transaction": "CLUMSY-1", "amount": "120.00"}
    rest = {**good, "transaction": "CLUMSY-2", "amount": "80.00"}
    stray = {**good, "transaction": "CLUMSY-3", "amount": "200.00", "ref1": "NOBODYS", "ref2": "1"}
    assert [tell(world, each) for each in (half, half, rest, stray)] == ["kept", "duplicate", "kept", "kept"]
    forged = world.public(f"/biz/v1/payments/callbacks/{BANK}", method="POST", expect=401)
    assert forged.status == 401

    finance, operator = visitor(world, "somchai"), visitor(world, "operator-dga")

    def waiting() -> list[str] | None:
        items = finance.ask("GET", ENTRIES).json["items"]
        return [item["kind"] for item in items] if len(items) == 2 else None

    assert world.until("both halves to stand in the queue", waiting) == ["short", "short"]
    nobodys = operator.ask("GET", f"{ENTRIES}?kind=unknown_reference").json["items"]
    assert [item["transaction"] for item in nobodys] == ["CLUMSY-3"]

    case = world.known["case"]
    done = resolve(world, "CLUMSY-1", way="apply", case=case, others=[f"{BANK}~CLUMSY-2"])
    assert done["booked_satang"] == 12000
    view = malee.get(case_path(world)).json
    assert view["paid"] and view["state"] == "licensed"

    twice = {**good, "transaction": "CLUMSY-4", "amount": "200.00"}
    assert tell(world, twice) == "kept"
    assert resolve(world, "CLUMSY-4", way="refund")["refund_satang"] == 20000

    first = malee.get(case_path(world, "/payments")).json
    assert tell(world, {**rest, "status": "reversed"}) == "reversed"
    owing = malee.get(case_path(world, "/payments")).json
    assert (owing["paid"], owing["owed_satang"]) == (False, 20000)
    assert world.transport.send("GET", first["receipt_url"], {}, None).json["voided_at"]
    again = {**rest, "transaction": "CLUMSY-5"}
    assert tell(world, again) == "kept"
    resolve(world, "CLUMSY-1", way="apply", case=case, others=[f"{BANK}~CLUMSY-5"])
    assert malee.get(case_path(world)).json["paid"]

    day = now.astimezone(timezone(timedelta(hours=7))).date().isoformat()
    path = f"/biz/v1/payments/providers/{BANK}/{day}"
    lines = [half, {**rest, "status": "reversed"}, stray, twice, again, {**stray, "transaction": "CLUMSY-6"}]
    total = "880.00"
    raw = b"\n".join(json.dumps(line).encode() for line in ({"statement": day, "lines": 6, "total": total}, *lines))
    reconciled = signed(world, "PUT", path, raw)
    assert reconciled.status == 200, reconciled.body
    assert (reconciled.json["matched"], reconciled.json["missing_here"]) == (5, 1)
    assert signed(world, "PUT", path, raw).json == reconciled.json
    report = operator.ask("GET", path).json
    assert report["by_payee"] == {AGENCY: {"count": 2, "satang": 20000}}
    assert (report["refunds"][AGENCY]["satang"], report["in_queues"]["-"]["satang"]) == (20000, 40000)
    assert report["settled"]["satang"] == 20000 + 20000 + 40000
    assert finance.ask("GET", path).json["in_queues"] == {}

    receipt = malee.get(case_path(world, "/payments")).json["receipt_url"]
    page = world.transport.send("GET", receipt, {"accept": "text/html", "accept-language": "th"}, None)
    assert "ใบเสร็จรับเงิน" in page.body.decode() and "200.00" in page.body.decode()
    history = malee.get(case_path(world, "/timeline")).json["items"]
    assert [item["type"] for item in history].count("biz.licence.issued") == 1
