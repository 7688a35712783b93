"""On stages that share nothing: the exchange learns over itself who has connected what, and old clients find it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from demo.world import World
from tests.journeys.visitors import Visitor, visitor
from tests.support.apart import Apart, apart
from tests.support.town import InProcess

pytestmark = pytest.mark.slow

LAEMNGOP = "TH/LOCAL/LAEMNGOP"
OFFICE = f"{LAEMNGOP}/office"
MALEE = "3990100001013"
PURPOSE = "clause-4-report"


@pytest.fixture(scope="module")
def here() -> Iterator[Apart]:
    with apart() as running:
        yield running


@pytest.fixture(scope="module")
def world(here: Apart) -> World:
    return World(InProcess(here))


def test_the_other_platforms_tell_the_exchange_as_its_members(here: Apart, world: World) -> None:
    answer = Visitor(world, None).ask("GET", f"/gdx/v1/obligations/{LAEMNGOP}")
    assert answer.status == 200, answer.json
    told = {each["platform"]: each for each in answer.json["platforms"]}
    assert (told["biz"]["state"], told["biz"]["count"]) == ("connected", len(told["biz"]["items"]))
    assert "food-establishment-licence" in [each["id"] for each in told["biz"]["items"]]
    # nobody has published yet: that is known, and not unknown
    assert (told["opendata"]["state"], told["opendata"]["count"]) == ("missing", 0)
    operator = visitor(world, "operator-dga")
    for room in ("biz", "opendata"):
        found = operator.ask("GET", f"/gdx/v1/search?agreement=gdx-{room}-connections").json["items"]
        assert {each["purpose"] for each in found} == {PURPOSE}
    assert here.failures == []


def test_a_client_of_the_gateway_is_served_by_a_stage_of_its_own(here: Apart, world: World) -> None:
    wish = {"subsystem": OFFICE, "label": "counter program"}
    issued = visitor(world, "laemngop-office").ask("POST", "/gdx/v1/consumer-keys", wish)
    assert issued.status == 201, issued.json
    nobody, key = Visitor(world, None), issued.json["consumer_key"]
    asked = urlencode({"ConsumerSecret": issued.json["consumer_secret"], "AgentID": "3990100003032"})
    token = nobody.ask("GET", f"/ws/auth/validate?{asked}", Consumer_Key=key).json["Result"]
    asked = urlencode({"OfficeID": "00023", "ServiceID": "001", "Version": "01", "CitizenID": MALEE})
    answer = nobody.ask("GET", f"/ws/dopa/linkage/v1/link?{asked}", Consumer_Key=key, Token=token)
    assert (answer.status, answer.json["firstName"]) == (200, "มาลี")
    assert here.failures == []


def test_a_portal_on_a_stage_of_its_own_asks_for_consent_as_a_member(here: Apart, world: World) -> None:
    """The question goes out with the portal's own token; the answer comes back by the person's own."""
    wichai, check = world.person("wichai"), "/citizen/v1/me/entitlements/credit-bureau/check"
    told = wichai.post(check, {}).json
    assert told["status"] == "consent_needed"
    assert wichai.post(check, {}).json["consent"] == told["consent"], "the same question, not a second one"
    mine = f"/gdx/v1/me/consents/{told['consent']['id']}"
    asked = wichai.get(mine)
    assert (asked.json["consumer"], asked.json["data_life_days"]) == ("TH/CENTRAL/DGA/citizen", 0)
    wichai.post(f"{mine}/give", if_match=asked.etag)
    assert "701" in wichai.post(check, {}).json["headline"]["en"]
    assert wichai.post(check, {}).json["status"] == "consent_needed", "it served once"
    assert here.failures == []


def test_a_mini_app_of_the_gateway_is_known_to_the_portal_on_a_stage_of_its_own(here: Apart, world: World) -> None:
    family = "TH/LOCAL/LAEMNGOP/family"
    system, operator = visitor(world, "laemngop-family"), visitor(world, "operator-dga")
    issued = system.ask("POST", "/gdx/v1/consumer-keys", {"subsystem": family, "label": "mini-app"}).json
    nobody, key = Visitor(world, None), issued["consumer_key"]
    asked = urlencode({"ConsumerSecret": issued["consumer_secret"], "AgentID": "family-backend"})
    token = nobody.ask("GET", f"/ws/auth/validate?{asked}", Consumer_Key=key).json["Result"]
    word = {"th": "ครอบครัว", "en": "Family"}
    app = {
        "name": word,
        "about": word,
        "category": "family",
        "start_url": "https://family.laemngop.example/",
        "origin": "https://family.laemngop.example",
        "wants": [{"name": "firstName", "purpose": word}],
    }
    place, mine = "/citizen/v1/miniapps/laemngop-family", "/citizen/v1/me/miniapps/laemngop-family"
    described = system.ask("PUT", place, app)
    assert operator.ask("POST", f"{place}/approve", if_match=described.headers["etag"]).status == 200
    malee = visitor(world, "malee")
    assert malee.ask("PUT", f"{mine}/grant", {"facts": ["firstName"]}).status == 204
    mtoken = parse_qs(urlsplit(malee.ask("POST", f"{mine}/launch").json["url"]).query)["mToken"][0]
    wire, body = "/ws/dga/czp/prod/v1/core/shield/data/deproc", {"AppId": "laemngop-family", "MToken": mtoken}
    wrong = nobody.ask("POST", wire, body, Consumer_Key=key, Token="x")
    assert (wrong.status, wrong.json["messageCode"]) == (401, 401)
    answer = nobody.ask("POST", wire, body, Consumer_Key=key, Token=token)
    assert (answer.status, answer.json["result"]["firstName"]) == (200, "มาลี"), answer.json
    services = nobody.ask("GET", "/citizen/v1/services").json
    assert services["missing"] == [] and {"licence", "miniapp", "bill"} <= {each["kind"] for each in services["items"]}
    assert here.failures == []
