"""The list over its routes: what stands in it, how it goes on, and what happens while somebody is away."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.citizen.directory.listing import Directory
from chalicelib.citizen.directory.ports import LicencesAtBiz
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import Unavailable, UpstreamFailed
from chalicelib.shared.relay import Relay
from tests.citizen.directory.shelf import Shelf, licence
from tests.citizen.miniapps.town import Town
from tests.support.tokens import NOW

LINK: dict[str, Any] = {
    "name": {"th": "จองคิวทำหนังสือเดินทาง", "en": "Passport appointment"},
    "about": {"th": "จองวันและเวลาทำหนังสือเดินทาง", "en": "Book a day for a passport"},
    "url": "https://passport.example.go.th/queue",
    "category": "travel",
    "channels": ["online", "counter"],
    "words": ["พาสปอร์ต"],
    "hours": {"th": "จันทร์ถึงศุกร์ 8.30-15.30 น.", "en": "Monday to Friday 8.30-15.30"},
}


@pytest.fixture
def town() -> Town:
    return Town()


def services(town: Town, query: str = "") -> Any:
    answer = town.client.get(f"/citizen/v1/services{query}")
    assert answer.status == 200, answer.text
    return answer.json


def ids(town: Town, query: str = "") -> list[str]:
    return [each["id"] for each in services(town, query)["items"]]


def put(town: Town, id: str = "passport-queue", token: str | None = None, **changes: Any) -> Any:
    return town.client.put(f"/citizen/v1/links/{id}", json={**LINK, **changes}, token=token or town.system)


class Sites:
    """Sites on the internet: what they answer, and what they were asked."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.asked: list[tuple[str, str]] = []

    def send(self, method: str, url: str, **_: Any) -> HttpAnswer:
        self.asked.append((method, url))
        if self.status is None:
            raise Unreachable("refused")
        return HttpAnswer(self.status)


def test_one_list_of_everything(town: Town) -> None:
    town.open()
    put(town)
    found = services(town)
    assert {each["kind"] for each in found["items"]} >= {"entitlement", "licence", "miniapp", "link"}
    assert found["missing"] == [] and found["total"] == len(found["items"])
    by_id = {each["id"]: each for each in found["items"]}
    assert by_id["entitlement:newborn-grant"]["path"] == "/citizen/v1/entitlements/newborn-grant"
    link = by_id["link:passport-queue"]
    assert (link["url"], link["path"], link["channels"], link["answers"]) == (
        LINK["url"],
        None,
        ["online", "counter"],
        None,
    )


def test_kind_category_and_agency_narrow(town: Town) -> None:
    put(town)
    assert ids(town, "?kind=link") == ["link:passport-queue"]
    assert ids(town, "?category=travel&agency=TH/LOCAL/LAEMNGOP") == ["link:passport-queue"]
    assert ids(town, "?category=travel&agency=TH/CENTRAL/DOPA") == []
    assert ids(town, f"?q={quote('พาสปอร์ต')}")[0] == "link:passport-queue"
    assert {"category": "travel", "count": 1} in services(town)["categories"]


def test_pages_go_on_and_a_cursor_is_of_one_question(town: Town) -> None:
    town.portal.shelf.held = [licence(f"l-{number}", f"ใบอนุญาต {number}", f"Licence {number}") for number in range(25)]
    seen, cursor = list[str](), ""
    while True:
        page = services(town, f"?kind=licence&limit=10{cursor}")
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen)) == 25
    first = services(town, "?kind=licence&limit=10")["next"]
    assert town.client.get(f"/citizen/v1/services?kind=link&cursor={first}").status == 400
    town.portal.shelf.held.pop()
    town.later(minutes=2)
    assert town.client.get(f"/citizen/v1/services?kind=licence&limit=10&cursor={first}").status == 400


def test_the_list_is_made_once_a_minute(town: Town) -> None:
    services(town)
    asked, requests = town.portal.shelf.asked, len(town.portal.memory.requests)
    services(town, "?q=x")
    assert (town.portal.shelf.asked, len(town.portal.memory.requests)) == (asked, requests)
    town.later(minutes=2)
    services(town)
    assert town.portal.shelf.asked == asked + 1


def test_who_is_away_leaves_what_it_last_said_or_is_named(town: Town) -> None:
    town.portal.shelf.away = UpstreamFailed("ไม่ตอบ", "Silent.")
    assert services(town)["missing"] == ["licence"]
    town.portal.shelf.away = None
    town.later(minutes=2)
    assert services(town)["missing"] == [] and "licence:food-establishment-licence" in ids(town)
    town.portal.shelf.away = UpstreamFailed("ไม่ตอบ", "Silent.")
    town.later(minutes=2)
    assert services(town)["missing"] == [] and "licence:food-establishment-licence" in ids(town)


def test_a_table_that_is_away_is_waited_for_once_and_what_needs_none_is_there() -> None:
    now = [NOW]
    first, second, elsewhere = Shelf(), Shelf(), Shelf()
    directory = Directory({"appointment": first, "link": second}, {"licence": elsewhere}, lambda: now[0])
    first.away = Unavailable("ไม่ตอบ", "Silent.")
    listing = directory.listing()
    assert listing.missing == ("appointment", "link") and len(listing.services) == 1
    assert (first.asked, second.asked, elsewhere.asked) == (1, 0, 1)
    first.away = None
    now[0] += timedelta(minutes=2)
    assert directory.listing().missing == () and second.asked == 1


def test_life_events_lead_to_what_is_offered(town: Town) -> None:
    found = {each["id"]: each for each in town.client.get("/citizen/v1/life-events").json["items"]}
    assert found["born"]["services"][0]["id"] == "entitlement:newborn-grant"
    assert found["opened-a-shop"]["services"][0]["id"] == "licence:food-establishment-licence"
    assert all(each["name"]["th"] and each["name"]["en"] for each in found.values())


# ---- links


def test_a_link_belongs_to_the_system_that_came_first(town: Town) -> None:
    assert put(town).json == {"id": "passport-queue", "version": 1}
    assert put(town).json["version"] == 1, "the same again changes nothing"
    assert put(town, category="other").json["version"] == 2
    assert put(town, token=town.stranger).status == 409
    path = "/citizen/v1/links/passport-queue"
    assert town.client.delete(path, token=town.stranger).status == 404
    assert town.client.delete(path, token=town.portal.somchai).status == 403
    assert town.client.delete(path, token=town.operator).status == 204
    assert town.client.delete(path, token=town.operator).status == 404
    assert "link:passport-queue" not in ids(town)


@pytest.mark.parametrize(
    "url",
    ["http://x.example", "https://u:p@x.example", "javascript:alert(1)", "https://x.example:0x", "https://ไทย.example"],
)
def test_people_are_sent_to_https_only(town: Town, url: str) -> None:
    answer = put(town, url=url)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/url")


@pytest.mark.parametrize(
    ("status", "well"),
    [(200, True), (302, True), (403, True), (405, True), (404, False), (410, False), (500, False), (None, False)],
)
def test_a_link_is_asked_once_a_day_and_said_to_be_dead_after_two_days(
    town: Town, status: int | None, well: bool
) -> None:
    sites = Sites(status)
    object.__setattr__(town.portal.parts, "http", sites)
    put(town)
    town.later(minutes=1)
    town.later(minutes=1)
    assert sites.asked == [("HEAD", LINK["url"])]
    assert services(town, "?kind=link")["items"][0]["answers"] is True, "one miss is no death"
    town.later(days=1)
    town.later(minutes=2)
    assert len(sites.asked) == 2
    assert services(town, "?kind=link")["items"][0]["answers"] is well
    put(town, url="https://passport.example.go.th/new")
    town.later(minutes=2)
    assert services(town, "?kind=link")["items"][0]["answers"] is True


# ---- the Biz Portal's public list


def test_licences_come_from_the_public_list_of_the_biz_portal() -> None:
    text = {"th": "ก", "en": "K"}
    shown = {"id": "x", "version": 1, "kind": "licence", "name": text, "summary": text, "agency": "TH/X/Y"}
    card = json.dumps({"items": [{**shown, "agency_name": text}]}).encode()

    class Biz:
        body = card

        def send(self, method: str, url: str, **_: Any) -> HttpAnswer:
            assert (method, url) == ("GET", "https://biz.example/biz/v1/services")
            return HttpAnswer(200, {}, self.body)

    biz = Biz()
    (found,) = LicencesAtBiz(Relay(biz, "https://biz.example")).services()
    assert (found.id, found.path, found.agency) == ("licence:x", "/biz/v1/services/x", "TH/X/Y")
    for nonsense in (b'{"items":[{}]}', b"[]", b"5"):
        biz.body = nonsense
        with pytest.raises(UpstreamFailed):
            LicencesAtBiz(Relay(biz, "https://biz.example")).services()
