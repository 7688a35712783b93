"""Ploy pays electricity and water where she is, and nobody has to be told: over real HTTP, with a bank that slips.

She looks her bills up, scans one QR each, and finds her receipts in the wallet. The bank tells twice, too late and too
little; two finance officers put that right. The biller knows, the home page is empty, and Malee is reminded in time.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from chalicelib.shared.credentials import verify
from demo.story_gdx import persona
from demo.world import HttpTransport, World
from infra.local.data_centre import endpoint_of
from infra.local.stack import Stack
from tests.journeys.passing_time import moved
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

ELECTRICITY = {"biller": "pea", "customer_no": "020010000018"}
WATER = {"biller": "pwa", "customer_no": "1010000018"}
MALEES = {"biller": "pea", "customer_no": "020010000021"}
BILLS = "/citizen/v1/me/bills"
FINANCE = ("somchai", "wichai")
"""Two people whom the operator makes finance officers of the water works."""


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town."""
    return World(HttpTransport(stack.address))


def asked(world: World, who: str, meter: dict[str, str]) -> list[Any]:
    """Somebody asks for the open bills of a meter."""
    items: list[Any] = world.person(who).post(f"{BILLS}/lookup", meter).json["items"]
    return items


def answered(world: World, who: str, bill: str) -> bool:
    """Whether the exchange answers: after a jump of the clock it stands still until its log is sealed."""
    return visitor(world, who).ask("GET", f"{BILLS}/{bill}/disputes").status == 200


def qr_of(world: World, who: str, bill: str) -> Any:
    """The live QR of a bill."""
    return world.person(who).post(f"{BILLS}/{bill}/qr", expect=201).json


def scan(world: World, qr: str, expect: int = 200, **wish: Any) -> list[str]:
    """Somebody pays with a banking app; what the portal said to each notice."""
    body = json.dumps({"qr": qr, **wish}).encode()
    answer = world.transport.send("POST", "/local/bank/pay", {"content-type": "application/json"}, body)
    assert answer.status == expect, answer.body
    return [said["body"]["status"] for said in answer.json["platform"]]


def at_the_biller(stack: Stack, subsystem: str, path: str, body: Any = None) -> Any:
    """The biller's own desk."""
    place = f"{stack.surroundings.data_centre.address}{endpoint_of(subsystem)}/admin{path}"
    raw = None if body is None else json.dumps(body).encode()
    answer = HttpTransport("").send("GET" if raw is None else "POST", place, {"content-type": "application/json"}, raw)
    assert answer.status in (200, 201), answer.body
    return answer.json


def bills_at_home(world: World, who: str) -> list[tuple[str, str]]:
    """Bills on somebody's home page: id and due day."""
    items = world.person(who).get("/citizen/v1/me/home").json["items"]
    return [(item["id"], item["due"]) for item in items if item["kind"] == "bill"]


def titles(world: World, who: str) -> list[str]:
    """What somebody's inbox says."""
    items = world.person(who).get("/citizen/v1/me/inbox").json["items"]
    return [item["title"]["en"] for item in items]


def test_ploy_pays_her_electricity_and_her_water(world: World, stack: Stack) -> None:
    ploy = world.person("ploy")
    billers = {item["id"]: item for item in world.public("/citizen/v1/billers").json["items"]}
    assert billers["pea"]["number_where"]["th"], "she sees where the number stands on the paper bill"

    meter = ploy.post("/citizen/v1/me/billers", {**ELECTRICITY, "nickname": "บ้าน"}, expect=201).json
    assert meter["yours"] and meter["holder"] and not meter["watch"]
    (electricity,) = asked(world, "ploy", ELECTRICITY)
    (water,) = asked(world, "ploy", WATER)
    assert sorted(bills_at_home(world, "ploy")) == sorted((bill["id"], bill["due"]) for bill in (electricity, water))

    qr = qr_of(world, "ploy", electricity["id"])
    assert qr["amount"] == "1284.75" and "<svg" in qr["svg"]
    assert scan(world, qr["qr"], notices=2) == ["booked", "duplicate"]
    paid = ploy.get(f"{BILLS}/{electricity['id']}").json
    assert (paid["state"], paid["owed_satang"]) == ("paid", 0)
    assert [bill for bill, _ in bills_at_home(world, "ploy")] == [water["id"]]

    def known() -> Any:
        told = at_the_biller(stack, "TH/SOE/PEA/billing", "/payments")
        return [each for each in told if each["number"] == "PEA-6911-0018"] or None

    (told,) = world.until("the electricity authority to know", known)
    assert (told["amount"], told["status"]) == ("1284.75", "paid")
    assert asked(world, "ploy", ELECTRICITY) == []

    def receipts() -> Any:
        return [item for item in ploy.get("/citizen/v1/me/wallet").json["items"] if item["kind"] == "receipt"] or None

    (receipt,) = world.until("the receipt in her wallet", receipts)
    show = ploy.post(f"/citizen/v1/me/wallet/{receipt['id']}/presentations", {"claims": ["payer"]}).json
    issuer = world.public("/.well-known/jwt-vc-issuer/citizen").json
    jwks = world.transport.send("GET", issuer["jwks_uri"], {}, None).json
    now = dt.datetime.fromisoformat(world.transport.send("GET", "/local/clock", {}, None).json["now"])
    claims = verify(show["presentation"], jwks, now=now, issuer=issuer["issuer"]).claims
    assert (claims["total_baht"], claims["payer"]) == ("1284.75", "พลอย แก้วมณี") and "customer_no" not in claims
    page = ploy.get(f"/citizen/v1/me/receipts/{claims['receipt_no']}?format=html")
    assert "ใบเสร็จรับเงิน" in page.body.decode() and "1,284.75" in page.body.decode()
    assert visitor(world, "somchai").ask("GET", f"{BILLS}/{electricity['id']}").status == 404


def test_too_little_and_too_late(world: World, stack: Stack) -> None:
    ploy, operator = world.person("ploy"), visitor(world, "operator-dga")
    for who in FINANCE:
        body = {"pid": persona(who)["pid"], "agency": "TH/SOE/PWA", "name": "เจ้าหน้าที่การเงิน"}
        assert operator.ask("PUT", "/citizen/v1/payments/officers", body).status == 204
    (water,) = asked(world, "ploy", WATER)
    old = qr_of(world, "ploy", water["id"])
    assert scan(world, old["qr"], amount="200.00", transaction="SLIP000001") == ["kept"]
    world.until("her to be told", lambda: any("does not fit" in title for title in titles(world, "ploy")) or None)

    entry = "/citizen/v1/payments/entries/sample-bank~SLIP000001"
    for who, step, expect in (("somchai", "propose", 200), ("somchai", "confirm", 403), ("wichai", "confirm", 200)):
        wish = {"step": step, "way": "refund", "reason": "ผู้ชำระโอนไม่ครบ"}
        done = visitor(world, who).ask("POST", entry, wish)
        assert done.status == expect, done.body
    assert visitor(world, "wichai").ask("GET", entry).json["refund_satang"] == 20000

    moved(world, seconds=40 * 60)
    new = qr_of(world, "ploy", water["id"])
    assert new["ref2"] != old["ref2"], "the old QR has run out"
    assert scan(world, old["qr"]) == ["booked"], "and yet it was paid"
    assert scan(world, new["qr"], transaction="TWICE00001") == ["kept"]
    assert world.person("ploy").get(f"{BILLS}/{water['id']}").json["state"] == "paid"
    assert bills_at_home(world, "ploy") == [] and ploy.id == "ploy"
    waiting = visitor(world, "wichai").ask("GET", "/citizen/v1/payments/entries").json["items"]
    assert [item["kind"] for item in waiting] == ["already_paid"]
    forged = world.public("/citizen/v1/payments/callbacks/sample-bank", method="POST", expect=401)
    assert forged.status == 401


def test_malee_disputes_one_bill_and_is_reminded_of_the_next(world: World, stack: Stack) -> None:
    (bill,) = asked(world, "malee", MALEES)
    filed = world.person("malee").post(f"{BILLS}/{bill['id']}/disputes", {"reason": "meter_misread"}, expect=201).json

    def received() -> Any:
        now = world.person("malee").get(f"{BILLS}/{bill['id']}/disputes").json
        return now if now["state"] == "received" else None

    world.until("the biller to have it", received)
    remind = dt.datetime.fromisoformat(bill["remind_at"])
    due = (remind + dt.timedelta(days=20)).date().isoformat()
    fresh = {"customer_no": MALEES["customer_no"], "number": "PEA-6912-0021", "amount": "99.00", "period": "2569-12"}
    at_the_biller(stack, "TH/SOE/PEA/billing", "/bills", {**fresh, "due_on": due})
    moved(world, to=(remind + dt.timedelta(minutes=2)).isoformat())
    world.until("the exchange to have sealed its log after those days", lambda: answered(world, "malee", bill["id"]))
    assert [each["number"] for each in asked(world, "malee", MALEES)] == ["PEA-6911-0021", "PEA-6912-0021"]
    decision = {"dispute": filed["id"], "state": "declined", "note": "อ่านถูกต้อง"}
    at_the_biller(stack, "TH/SOE/PEA/billing", "/disputes", decision)
    decided = world.person("malee").get(f"{BILLS}/{bill['id']}/disputes").json
    assert (decided["state"], decided["note"]) == ("rejected", "อ่านถูกต้อง")

    def reminders() -> int:
        return sum("is due soon" in title for title in titles(world, "malee"))

    assert reminders() == 0, "a disputed bill is not reminded"
    again = world.person("malee").get(f"{BILLS}/{bill['id']}").json["remind_at"]
    moved(world, to=(dt.datetime.fromisoformat(again) + dt.timedelta(minutes=2)).isoformat())
    assert world.until("the reminder", lambda: reminders() or None) == 1
