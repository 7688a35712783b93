"""A mini-app from its registration to its end: what people grant, what its system learns, and what stops it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.citizen.miniapps.wire import PERSON
from chalicelib.shared.errors import UpstreamFailed
from tests.citizen.miniapps.town import APP, CORE, FACTS, OTHER, Town, described
from tests.citizen.portal import SOMCHAI


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def live() -> Town:
    made = Town()
    made.open()
    return made


# ---- the register


def test_people_use_a_mini_app_only_after_an_operator_read_it(town: Town) -> None:
    said = town.describe().json
    assert (said["state"], said["waiting"], said["version"]) == ("waiting", True, 1)
    path = f"/citizen/v1/me/miniapps/{APP}"
    assert town.client.get(path, token=town.portal.somchai).status == 404
    assert town.client.post(f"{path}/launch", token=town.portal.somchai).status == 404
    assert town.approve().json["state"] == "live"
    shown = town.client.get(path, token=town.portal.somchai).json
    assert (shown["state"], shown["agency"]) == ("never", "TH/LOCAL/LAEMNGOP")
    assert [ask["granted"] for ask in shown["asks"]] == [False] * len(FACTS), "nothing is ticked beforehand"


def test_only_an_operator_approves_and_only_what_was_read(town: Town) -> None:
    town.describe()
    path = f"/citizen/v1/miniapps/{APP}"
    for token in (town.system, town.stranger, town.portal.somchai):
        assert town.client.post(f"{path}/approve", token=token, headers={"If-Match": '"v1"'}).status == 403
    assert town.client.post(f"{path}/approve", token=town.operator).status == 428
    town.describe(category="health")
    assert town.client.post(f"{path}/approve", token=town.operator, headers={"If-Match": '"v1"'}).status == 412
    assert town.approve().status == 200
    assert town.approve().status == 409, "nothing waits"


def test_a_wider_description_waits_while_people_use_the_old_one(live: Town) -> None:
    live.describe(wants=[])
    live.approve()
    assert live.describe().json == {"id": APP, "state": "live", "waiting": True, "version": 5}
    assert live.client.get(f"/citizen/v1/me/miniapps/{APP}", token=live.portal.somchai).json["asks"] == []
    assert live.grant("citizenId").status == 422


def test_the_same_description_again_changes_nothing(live: Town) -> None:
    first = live.describe(category="health").json
    assert live.describe(category="health").json == first


def test_an_app_id_belongs_to_the_system_that_came_first(town: Town) -> None:
    town.describe()
    assert town.describe(token=town.stranger).status == 409
    path = f"/citizen/v1/miniapps/{APP}"
    assert town.client.get(path, token=town.stranger).status == 404
    assert town.client.get("/citizen/v1/miniapps", token=town.stranger).json["items"] == []
    assert [each["id"] for each in town.client.get("/citizen/v1/miniapps", token=town.operator).json["items"]] == [APP]
    assert town.stop(token=town.stranger).status == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"start_url": "http://family.laemngop.example/"}, "/start_url"),
        ({"start_url": "https://user:pass@family.laemngop.example/"}, "/start_url"),
        ({"start_url": "https://family.laemngop.example/#x"}, "/start_url"),
        ({"start_url": "https://family.laemngop.example/?MTOKEN=1"}, "/start_url"),
        ({"start_url": "https://family.laemngop.example:99999/"}, "/start_url"),
        ({"origin": "https://family.laemngop.example/path"}, "/origin"),
        ({"origin": "https://evil.example"}, "/origin"),
        ({"wants": [described()["wants"][0]] * 2}, "/wants/1/name"),
    ],
)
def test_a_description_that_may_not_stand_says_where(town: Town, changes: Any, pointer: str) -> None:
    answer = town.describe(**changes)
    assert answer.status == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
    assert town.client.get(f"/citizen/v1/miniapps/{APP}", token=town.system).status == 404, "nothing half-written"


@pytest.mark.parametrize("id", ["x", "-abc", "a%20b", "a" * 65])
def test_an_app_id_that_can_be_none_is_refused(town: Town, id: str) -> None:
    assert town.describe(id).status == 422


# ---- what people grant


def test_a_launch_before_the_choice_opens_nothing_and_shows_what_is_asked(live: Town) -> None:
    launch = live.launch()
    assert (launch["ready"], launch["url"], launch["expires"]) == (False, None, None)
    assert [ask["name"] for ask in launch["app"]["asks"]] == list(FACTS)
    assert live.portal.gdx.asked == []


def test_a_launch_gives_an_address_that_lives_two_minutes(live: Town) -> None:
    live.grant("firstName")
    launch = live.launch()
    parts = urlsplit(launch["url"])
    query = dict(parse_qsl(parts.query))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "family.laemngop.example", "/start")
    assert (query["from"], query["appId"]) == ("portal", APP)
    assert len(query["mToken"]) >= 43, "256 random bits"
    assert live.mtoken() != query["mToken"]
    live.later(seconds=121)
    refused = live.deproc(query["mToken"])
    assert (refused.status, refused.json["messageCode"], refused.json["result"]) == (401, 401, None)


def test_only_granted_facts_are_handed_over_once(live: Town) -> None:
    live.grant("firstName", "dateOfBirthString", "notification")
    mtoken = live.mtoken()
    answer = live.deproc(mtoken)
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    result = answer.json["result"]
    assert answer.json["messageCode"] == 200 and isinstance(answer.json["requestTimeStamp"], int)
    assert {name: value for name, value in result.items() if name != "userId"} == {
        "citizenId": None,
        "firstName": "สมชาย",
        "middleName": None,
        "lastName": None,
        "dateOfBirthString": "1983-05-17",
        "mobile": None,
        "email": None,
        "notification": True,
    }
    again = live.deproc(mtoken)
    assert (again.status, again.json["result"]) == (401, None)
    assert live.portal.gdx.times(PERSON) == 1


def test_a_grant_of_nothing_names_nobody_and_asks_no_register(live: Town) -> None:
    live.grant()
    result = live.deproc(live.mtoken()).json["result"]
    assert result.pop("userId") and not any(result.values())
    assert live.portal.gdx.asked == []


def test_of_many_at_once_one_gets_the_data(live: Town) -> None:
    live.grant("citizenId")
    mtoken = live.mtoken()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: live.deproc(mtoken), range(16)))
    assert sorted(answer.status for answer in answers) == [200, *[401] * 15]
    assert [answer.json["result"]["citizenId"] for answer in answers if answer.status == 200] == [SOMCHAI]


def test_the_spellings_of_existing_clients_are_read(live: Town) -> None:
    live.grant("citizenId")
    for names in (("AppId", "MToken"), ("appId", "mToken"), ("Appid", "MToken")):
        mtoken = live.mtoken()
        assert live.deproc("", **dict(zip(names, (APP, mtoken), strict=True))).status == 200
    assert live.deproc("", AppId=APP, appId=APP, MToken="x").status == 400


def test_no_two_mini_apps_know_one_person_by_one_name(live: Town) -> None:
    live.describe("other-app")
    live.approve("other-app")
    live.grant()
    live.grant(id="other-app")
    one = live.user()
    other = live.deproc(live.mtoken(id="other-app"), app="other-app").json["result"]["userId"]
    assert one != other and one == live.user()
    pseudonym = live.portal.keyring.pseudonym(SOMCHAI)
    assert pseudonym not in (one, other)


def test_another_system_or_another_app_opens_nothing_and_spoils_nothing(live: Town) -> None:
    live.describe("other-app")
    live.approve("other-app")
    live.grant("citizenId")
    mtoken = live.mtoken()
    refused = [
        live.deproc(mtoken, headers=live.theirs),
        live.deproc(mtoken, app="other-app"),
        live.deproc("x" * 43),
        live.deproc(mtoken, app="nobody"),
    ]
    assert {(answer.status, answer.json["message"]) for answer in refused} == {(401, refused[0].json["message"])}
    assert SOMCHAI not in "".join(answer.text for answer in refused)
    assert live.deproc(mtoken).status == 200


def test_a_withdrawal_stops_the_launch_that_was_under_way(live: Town) -> None:
    live.grant("citizenId")
    mtoken = live.mtoken()
    assert live.withdraw().status == 204
    assert live.deproc(mtoken).status == 401
    assert live.launch()["ready"] is False
    shown = live.client.get("/citizen/v1/me/miniapps", token=live.portal.somchai).json["items"]
    assert [(each["state"], each["asks"][0]["granted"]) for each in shown] == [("withdrawn", False)]
    assert live.withdraw().status == 404
    live.grant("citizenId")
    assert live.deproc(mtoken).status == 401, "a grant given anew opens no old launch"


def test_a_withdrawal_while_the_register_answers_hands_over_nothing(live: Town) -> None:
    live.grant("citizenId", "firstName")
    mtoken = live.mtoken()

    def withdrawn_meanwhile(_path: str, _body: Any) -> Any:
        assert live.withdraw().status == 204
        return {"first_name_th": "สมชาย"}

    live.portal.gdx.answering[PERSON] = withdrawn_meanwhile
    answer = live.deproc(mtoken)
    assert answer.status == 401 and "สมชาย" not in answer.text


def test_a_grant_is_for_the_purpose_that_was_read_and_for_no_other(live: Town) -> None:
    live.grant("citizenId", "firstName", "notification")
    user = live.user()
    wants = described()["wants"]
    for fact in wants:
        if fact["name"] != "firstName":
            fact["purpose"] = {"th": "เพื่อการตลาด", "en": "For marketing"}
    live.describe(wants=wants)
    assert live.deproc(live.mtoken()).json["result"]["citizenId"] == SOMCHAI, "until an operator lets it in"
    live.approve()
    result = live.deproc(live.mtoken()).json["result"]
    assert (result["citizenId"], result["firstName"], result["notification"]) == (None, "สมชาย", False)
    assert live.push({"message": "x", "userId": user}).json["result"] == []
    asks = live.launch()["app"]["asks"]
    assert [ask["name"] for ask in asks if ask["granted"]] == ["firstName"]
    live.grant("citizenId")
    assert live.deproc(live.mtoken()).json["result"]["citizenId"] == SOMCHAI


def test_while_the_register_is_away_the_token_stays_good(live: Town) -> None:
    live.grant("firstName")
    mtoken = live.mtoken()
    live.portal.gdx.down(PERSON)
    away = live.deproc(mtoken)
    assert (away.status, away.json["messageCode"], away.headers["retry-after"]) == (502, 502, "30")
    live.portal.gdx.up(PERSON)
    assert live.deproc(mtoken).status == 200


def test_somebody_who_acts_for_a_person_neither_grants_nor_opens(live: Town) -> None:
    acting = live.portal.issuers.acting(SOMCHAI, actor="citizen:x", scopes="profile inbox applications")
    assert live.grant("citizenId", token=acting).status == 403
    assert live.client.post(f"/citizen/v1/me/miniapps/{APP}/launch", token=acting).status == 403


def test_every_handing_over_stands_in_the_persons_log(live: Town) -> None:
    live.grant("firstName")
    live.deproc(live.mtoken())
    live.withdraw()
    person = live.portal.keyring.pseudonym(SOMCHAI)
    lines = [item.data for item in live.portal.table.query(f"LOG#{person}").items]
    assert [line["what"] for line in lines] == ["miniapp.granted", "miniapp.data", "miniapp.withdrawn"]
    assert lines[1]["by"]["caller"] == "system:TH/LOCAL/LAEMNGOP/family"
    assert lines[1]["detail"] == {"app": APP, "facts": ["firstName"]}


def test_a_stopped_mini_app_opens_learns_and_sends_nothing(live: Town) -> None:
    live.grant("citizenId", "notification")
    mtoken, user = live.mtoken(), live.user()
    assert live.stop().json["state"] == "stopped"
    assert live.deproc(mtoken).status == 401
    assert live.push({"message": "x", "userId": user}).status == 404
    assert live.client.post(f"/citizen/v1/me/miniapps/{APP}/launch", token=live.portal.somchai).status == 404
    shown = live.client.get("/citizen/v1/me/miniapps", token=live.portal.somchai).json["items"]
    assert [(each["open"], each["stopped"]["en"]) for each in shown] == [(False, "A leak")]
    assert live.stop().status == 409


def test_launches_of_one_hour_have_an_end(live: Town) -> None:
    live.grant()
    for _ in range(60):
        live.launch()
    answer = live.client.post(f"/citizen/v1/me/miniapps/{APP}/launch", token=live.portal.somchai)
    assert answer.status == 429
    assert live.launch(live.portal.malee)["ready"] is False, "another person is not touched"


# ---- what is kept


def test_nothing_that_names_a_person_or_opens_anything_lies_in_the_clear(live: Town) -> None:
    live.grant("citizenId", "firstName", "notification")
    mtoken = live.mtoken()
    user = live.user()
    live.push({"message": "นัดวันพรุ่งนี้", "userId": user}, when="2026-12-01T09:00:00+07:00")
    kept = json.dumps([dict(item.data) | {"key": item.key} for item, _ in live.portal.memory._items.values()])
    for secret in (mtoken, SOMCHAI, "สมชาย", "นัดวันพรุ่งนี้", "key-1", "token-1"):
        assert secret not in kept


def test_a_copy_and_an_erasure_know_the_grants(live: Town) -> None:
    live.grant("firstName")
    person = live.portal.citizen.hall.person(SOMCHAI)
    holding = live.portal.citizen.hall.holdings["miniapps"]
    assert [(each["app"], each["facts"]) for each in holding.export(person)] == [(APP, ["firstName"])]
    user = live.user()
    holding.erase(person)
    assert holding.export(person) == []
    assert live.push({"message": "x", "userId": user}).json["result"] == []
    holding.erase(person)
    assert {key.pk.partition("#")[0] for key in live.portal.traces(SOMCHAI)} == {"LOG"}, "the log goes by itself"


def test_a_launch_is_one_read_and_one_write(live: Town) -> None:
    live.grant("citizenId")
    live.portal.memory.requests.clear()
    mtoken = live.mtoken()
    assert live.portal.memory.requests == ["get_many", "write"]
    live.portal.memory.requests.clear()
    live.deproc(mtoken)
    assert live.portal.memory.requests == ["get", "get_many", "write"]


def test_a_stranger_of_the_exchange_gets_the_dialect(live: Town) -> None:
    path = f"{CORE}/shield/data/deproc"
    wrong = [
        live.client.post(path, json={}),
        live.client.post(path, json={}, headers={"Consumer-Key": "no", "Token": "token-1"}),
        live.client.post(path, json={}, headers={"Consumer-Key": "key-1", "Token": "no"}),
        live.client.post(path, body=b"[", headers=live.headers),
        live.client.post(path, body=b"[]", headers=live.headers),
        live.client.post(path, json={"AppId": APP}, headers=live.headers),
        live.client.post(path.replace("uat", "dev"), json={}, headers=live.headers),
    ]
    assert [answer.status for answer in wrong] == [403, 403, 401, 400, 400, 400, 404]
    for answer in wrong:
        assert answer.json["messageCode"] == answer.status and answer.json["message"] and answer.json["result"] is None
        assert answer.headers["content-type"].startswith("application/json")
    live.portal.door.away = UpstreamFailed("ไม่ตอบ", "Silent.", retry_after=30)
    assert live.deproc("x").status == 502
    assert OTHER not in "".join(answer.text for answer in wrong)
