"""An agency brings its mini-app, and a person opens it: over real HTTP, with the wire that existing mini-apps speak."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from demo.story_gdx import persona
from demo.world import Answer, HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.visitors import Visitor, visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

APP = "laemngop-family"
FAMILY = "TH/LOCAL/LAEMNGOP/family"
CORE = "/ws/dga/czp/uat/v1/core"
PERSON = "TH/CENTRAL/DOPA/civil/person"
WHY = {"th": "เพื่อนัดวัคซีนให้บุตรของท่าน", "en": "To book a vaccine for your child"}
DESCRIBED = {
    "name": {"th": "ครอบครัวแหลมงอบ", "en": "Laem Ngop family"},
    "about": {"th": "นัดรับวัคซีนเด็กและศูนย์เด็กเล็ก", "en": "Vaccines and nurseries for children"},
    "category": "family",
    "start_url": "https://family.laemngop.example/start",
    "origin": "https://family.laemngop.example",
    "wants": [
        {"name": name, "purpose": WHY} for name in ("citizenId", "firstName", "dateOfBirthString", "notification")
    ],
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


@pytest.fixture(scope="module")
def client(world: World) -> MiniApp:
    """The mini-app's own system, with a key of its own and a description that an operator has read."""
    system = visitor(world, APP)
    issued = system.ask("POST", "/gdx/v1/consumer-keys", {"subsystem": FAMILY, "label": "mini-app"})
    assert issued.status == 201, issued.json
    assert system.ask("PUT", f"/citizen/v1/miniapps/{APP}", DESCRIBED).status == 200
    operator = visitor(world, "operator-dga")
    read = operator.ask("GET", f"/citizen/v1/miniapps/{APP}")
    assert read.status == 200, read.json
    approved = operator.ask("POST", f"/citizen/v1/miniapps/{APP}/approve", if_match=read.headers["etag"])
    assert approved.json["state"] == "live"
    return MiniApp(world, issued.json["consumer_key"], issued.json["consumer_secret"])


class MiniApp:
    """A client as they exist: two steps, three headers."""

    def __init__(self, world: World, key: str, secret: str) -> None:
        self._nobody = Visitor(world, None)
        self._key, self._secret = key, secret
        self._token = ""

    def validate(self, agent: str) -> None:
        """Step 1: a token for key and secret; existing mini-apps name the mToken itself as AgentID."""
        asked = urlencode({"ConsumerSecret": self._secret, "AgentID": agent})
        answer = self._nobody.ask("GET", f"/ws/auth/validate?{asked}", Consumer_Key=self._key)
        assert answer.status == 200, answer.json
        self._token = answer.json["Result"]

    def call(self, what: str, body: Any) -> Answer:
        """Step 2."""
        return self._nobody.ask("POST", f"{CORE}/{what}", body, Consumer_Key=self._key, Token=self._token)

    def deproc(self, mtoken: str) -> Answer:
        """Who opened it."""
        return self.call("shield/data/deproc", {"AppId": APP, "MToken": mtoken})

    def push(self, user: str, message: str) -> Answer:
        """A word to somebody."""
        return self.call("notification/push", {"appId": APP, "data": [{"message": message, "userId": user}]})


def opened(world: World) -> str:
    """Somchai opens the mini-app; the mToken in its address."""
    launch = world.person("somchai").post(f"/citizen/v1/me/miniapps/{APP}/launch").json
    assert launch["ready"], launch
    parts = urlsplit(launch["url"])
    assert parts.netloc == "family.laemngop.example"
    return str(parse_qs(parts.query)["mToken"][0])


def grant(world: World, *facts: str) -> None:
    """Somchai chooses."""
    answer = visitor(world, "somchai").ask("PUT", f"/citizen/v1/me/miniapps/{APP}/grant", {"facts": list(facts)})
    assert answer.status == 204, answer.body


def test_a_person_opens_a_mini_app_and_it_learns_what_they_chose(world: World, client: MiniApp) -> None:
    somchai = world.person("somchai")
    first = somchai.post(f"/citizen/v1/me/miniapps/{APP}/launch").json
    assert not first["ready"] and not any(ask["granted"] for ask in first["app"]["asks"])
    grant(world, "firstName", "dateOfBirthString", "notification")
    mtoken = opened(world)
    client.validate(agent=mtoken)
    answer = client.deproc(mtoken)
    assert answer.status == 200, answer.json
    result = answer.json["result"]
    assert (answer.json["messageCode"], result["firstName"], result["citizenId"]) == (200, "สมชาย", None)
    assert result["lastName"] is None and result["notification"] is True and len(result["dateOfBirthString"]) == 10
    again = client.deproc(mtoken)
    assert (again.status, again.json["messageCode"], again.json["result"]) == (401, 401, None)
    assert persona("somchai")["pid"] not in answer.body.decode()
    seen = [line for line in somchai.get("/gdx/v1/me/usage").json["items"] if line["service"] == PERSON]
    assert seen[0]["consumer"] == "TH/CENTRAL/DGA/citizen" and "mini-app" in seen[0]["purpose_en"]


def test_it_writes_to_them_until_they_take_it_back(world: World, client: MiniApp) -> None:
    somchai = world.person("somchai")
    grant(world, "citizenId", "notification")
    mtoken = opened(world)
    client.validate(agent="family-backend")
    user = client.deproc(mtoken).json["result"]["userId"]
    sent = client.push(user, "นัดวัคซีนวันจันทร์ 9.00 น.")
    assert sent.status == 200 and len(sent.json["result"]) == 1
    assert client.push(user, "นัดวัคซีนวันจันทร์ 9.00 น.").json["result"] == sent.json["result"]

    def arrived() -> list[Any]:
        items = somchai.get("/citizen/v1/me/inbox").json["items"]
        return [item for item in items if item["source"] == "TH/LOCAL/LAEMNGOP"]

    (message,) = world.until("the mini-app's message in the inbox", arrived)
    assert message["title"]["th"] == "ครอบครัวแหลมงอบ" and "วัคซีน" in message["body"]["th"]
    waiting = opened(world)
    somchai.delete(f"/citizen/v1/me/miniapps/{APP}/grant")
    assert client.deproc(waiting).status == 401
    assert client.push(user, "อีกข้อความ").json["result"] == []
    assert not somchai.post(f"/citizen/v1/me/miniapps/{APP}/launch").json["ready"]
    assert len(arrived()) == 1


def test_a_key_of_another_system_opens_nothing(world: World, client: MiniApp) -> None:
    grant(world, "citizenId")
    mtoken = opened(world)
    office = visitor(world, "laemngop-office")
    wish = {"subsystem": "TH/LOCAL/LAEMNGOP/office", "label": "another program"}
    issued = office.ask("POST", "/gdx/v1/consumer-keys", wish).json
    other = MiniApp(world, issued["consumer_key"], issued["consumer_secret"])
    other.validate(agent="x")
    assert other.deproc(mtoken).status == 401
    client.validate(agent="x")
    assert client.deproc(mtoken).json["result"]["citizenId"] == persona("somchai")["pid"]


@pytest.mark.parametrize(
    ("asked", "kind"), [("คนแก่", "entitlement"), ("ค่าไฟ", "bill"), ("ร้านอาหาร", "licence"), ("วัคซีน", "miniapp")]
)
def test_people_find_what_they_look_for_in_their_own_words(
    world: World, client: MiniApp, asked: str, kind: str
) -> None:
    found = world.public(f"/citizen/v1/services?q={quote(asked)}").json
    assert found["missing"] == [] and found["items"][0]["kind"] == kind


def test_an_appointment_is_booked_found_at_home_and_cancelled(world: World) -> None:
    somchai, family = world.person("somchai"), visitor(world, APP)
    desk = {
        "id": "vaccine",
        "name": {"th": "วัคซีนเด็ก", "en": "Child vaccines"},
        "about": {"th": "ฉีดวัคซีนตามวัย", "en": "Vaccines by age"},
        "minutes": 30,
        "places": 1,
        "windows": [{"weekdays": [1, 2, 3, 4, 5], "opens": "08:30", "closes": "12:00"}],
    }
    office = {
        "name": {"th": "เทศบาลตำบลแหลมงอบ", "en": "Laem Ngop town hall"},
        "address": {"th": "แหลมงอบ ตราด", "en": "Laem Ngop, Trat"},
        "category": "health",
        "desks": [desk],
    }
    assert family.ask("PUT", "/citizen/v1/appointments/offices/laemngop-hall", office).status == 200
    times = world.public("/citizen/v1/appointments/slots?office=laemngop-hall&service=vaccine").json["items"]
    assert times and all(each["left"] == 1 for each in times)
    place = {"office": "laemngop-hall", "service": "vaccine", "start": times[0]["start"]}
    mine = "/citizen/v1/me/appointments"
    held = somchai.post(mine, place, expect=201)
    world.person("malee").post(mine, place, expect=429)
    booked = somchai.post(f"{mine}/{held.json['id']}/confirm", if_match=held.headers["etag"])
    assert booked.json["state"] == "booked"

    def told() -> list[Any]:
        items = somchai.get("/citizen/v1/me/inbox").json["items"]
        return [item for item in items if booked.json["reference"] in item["body"]["th"]]

    assert len(world.until("the message about the appointment", told)) == 1
    home = somchai.get("/citizen/v1/me/home").json
    assert booked.json["id"] in json.dumps(home)
    day = times[0]["start"][:10]
    listed = family.ask("GET", f"/citizen/v1/appointments/offices/laemngop-hall/days/{day}").json["items"]
    assert [line["reference"] for line in listed] == [booked.json["reference"]]
    assert "สมชาย" not in json.dumps(listed, ensure_ascii=False)
    somchai.post(f"{mine}/{held.json['id']}/cancel", if_match=booked.headers["etag"])
    world.person("malee").post(mine, place, expect=201)
    assert booked.json["id"] not in json.dumps(somchai.get("/citizen/v1/me/home").json)
