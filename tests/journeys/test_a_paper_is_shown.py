"""A holder shows her licence at a market once, is told of it, and what the office suspends is known at once."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest

from demo.world import World
from infra.local.stack import Stack
from tests.journeys.licensed import BUNDIT, MALEE, licensed
from tests.journeys.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

ME = "/citizen/v1/me"
WHY = {"reasons": {"th": "พบหนูในครัว", "en": "Rats in the kitchen."}}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The world with a licensed restaurant."""
    return licensed(stack)


def test_a_licence_is_shown_once_and_checked_at_that_moment(world: World) -> None:
    malee, clerk = world.person(MALEE), Visitor(world, None)

    # the licence came into her wallet by itself, and her home page says that there is news
    def in_the_wallet() -> object:
        found = malee.get(f"{ME}/wallet", query={"kind": "licence"}).json["items"]
        return found[0] if found else None

    paper = world.until("the licence in the wallet", in_the_wallet)
    assert malee.get(f"{ME}/home").json["unread"] > 0
    assert malee.get(f"{ME}/wallet/{paper['id']}/status").json["verdict"] == "valid"

    # she reads it in the words of the office that issued it, as whoever looks at it will
    assert paper["name"]["en"] == "Food establishment licence"
    assert paper["labels"].keys() == paper["claims"].keys()

    # she makes a code, and the clerk opens its address: looking uses nothing up, pressing the button does
    wish = {"claims": paper["disclosable"][:1], "lives_minutes": 10, "for": "ตลาดนัด"}
    made = malee.post(f"{ME}/wallet/{paper['id']}/shares", wish, expect=201).json
    path = urlsplit(made["url"]).path
    page = clerk.ask("GET", path, accept="text/html")
    assert page.status == 200 and b'<form method="post"' in page.body
    seen = clerk.ask(
        "POST", path, urlencode({}).encode(), accept="text/html", content_type="application/x-www-form-urlencoded"
    )
    assert seen.status == 200 and 'class="standing valid"' in seen.body.decode()
    assert "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร" in seen.body.decode() and "urn:klang" not in seen.body.decode()
    assert "<dt>ชื่อสถานประกอบการ (ไทย)</dt>" in seen.body.decode()
    assert clerk.ask("POST", path).status == clerk.ask("GET", path).status == 404

    # she learns of it, and her log and her list of codes say so too
    def told() -> bool:
        letters = malee.get(f"{ME}/inbox", query={"category": "data"}).json["items"]
        return any(letter["title"]["en"].startswith("Somebody saw the paper") for letter in letters)

    world.until("the letter that the code was used", told)
    assert malee.get(f"{ME}/shares").json["items"][0]["state"] == "used"

    # what she passes on by hand anybody can check, until the office suspends the licence
    shown = malee.post(f"{ME}/wallet/{paper['id']}/presentations", {"claims": []}).json["presentation"]
    assert clerk.ask("POST", "/citizen/v1/verify", {"presentation": shown}).json["verdict"] == "valid"
    second = malee.post(f"{ME}/wallet/{paper['id']}/shares", {"claims": []}, expect=201).json
    world.person(BUNDIT).post(f"/biz/v1/licences/{world.known['licence']}/suspend", WHY)

    def suspended() -> bool:
        told = clerk.ask("POST", "/citizen/v1/verify", {"presentation": shown}).json
        return bool(told.get("verdict") == "suspended")

    world.until("the suspension known to who checks", suspended)
    assert clerk.ask("POST", urlsplit(second["url"]).path).json["verdict"] == "suspended"

    # a stranger sees none of it
    somchai = world.person("somchai")
    assert somchai.get(f"{ME}/shares").json["items"] == []
    somchai.get(f"{ME}/wallet/{paper['id']}", expect=404)
