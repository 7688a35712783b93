"""Whatever happens to a linked case reaches the agency's system once it is up, and waits for it until then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import jwt
import pytest

from chalicelib.shared.storage import Change, Update
from tests.support.memory import MemoryTable

from ..town import MALEE
from .hotel import INBOX, OTHER_KEY, Hotels, client, definition


@pytest.fixture
def town(tmp_path: Path) -> Hotels:
    return Hotels(tmp_path)


def waiting(town: Hotels) -> list[dict[str, object]]:
    items: list[dict[str, object]] = town.push("GET", "/deliveries").json["items"]
    return items


def sweep(town: Hotels, **later: float) -> None:
    """What the schedule does after some time."""
    town.pass_time(**later)
    town.biz.parts.journal.sweep(town.now())
    town.run_queue()


def test_a_system_that_was_away_gets_it_later_and_once(town: Hotels) -> None:
    town.system.status = None
    case = town.handed()
    town.run_queue()
    (item,) = waiting(town)
    assert (item["what"], item["case"], item["tries"], item["failed"]) == ("filed", case, 1, "ConnectTimeoutError")
    town.system.status = 503
    sweep(town, minutes=2)
    (item,) = waiting(town)
    assert (item["tries"], item["status"], item["failed"]) == (2, 503, None)
    town.system.status = 200
    sweep(town, minutes=5)
    assert waiting(town) == []
    sweep(town, hours=3)
    assert town.system.told() == [("filed", case)] * 2, "the 503, and the one it took"
    assert len({json.loads(body)["delivery"] for _, _, body in town.system.got}) == 1, "a repeat is known by its id"


def test_tries_become_rarer_and_end_with_the_delivery_still_there(town: Hotels) -> None:
    town.system.status = 500
    town.handed()
    town.run_queue()
    for _ in range(60):
        sweep(town, minutes=61)
    assert 25 <= len(town.system.got) <= 31, "about a day of tries"
    (item,) = waiting(town)
    town.system.status = 200
    town.biz.parts.journal.revive(town.now())
    town.run_queue()
    assert waiting(town) == [] and item["delivery"]


def test_the_system_fetches_what_it_missed_and_says_so(town: Hotels) -> None:
    town.system.status = None
    case = town.handed()
    town.run_queue()
    (item,) = waiting(town)
    assert town.push("GET", f"/cases/{case}").json["state"] == "checking"
    tail = f"/deliveries/{item['delivery']}"
    taken = town.push("POST", tail, jti="have-it-1")
    assert taken.status == 200 and taken.json["delivery"] == item["delivery"]
    town.pass_time(minutes=1)
    assert town.push("POST", tail, jti="have-it-1").json == taken.json
    assert town.push("POST", tail, jti="have-it-2").json == taken.json
    town.system.status = 200
    sweep(town, hours=1)
    assert (waiting(town), town.system.got) == ([], [])


def test_the_list_has_pages_and_a_cursor_of_ones_own(town: Hotels) -> None:
    town.system.status = None
    cases = [town.handed() for _ in range(3)]
    town.run_queue()
    first = town.push("GET", "/deliveries?limit=2").json
    rest = town.push("GET", f"/deliveries?limit=2&cursor={first['next']}").json
    assert [item["case"] for item in first["items"] + rest["items"]] == cases
    assert rest["next"] is None
    assert town.push("GET", "/deliveries?cursor=abc").status == 400


def test_another_systems_delivery_is_not_there(tmp_path: Path) -> None:
    other = definition({"keys": [client.public_jwk(OTHER_KEY, "inn-1")]}, id="inn-licence")
    town = Hotels(tmp_path, definition(), other)
    town.system.status = None
    town.handed()
    town.run_queue()
    (item,) = waiting(town)
    inn = town.portal(service="inn-licence", key=OTHER_KEY, kid="inn-1")
    path = f"/biz/v1/linked/inn-licence/deliveries/{item['delivery']}"
    assert town.client.call("POST", path, token=inn.sign("POST", path, b"", "take-it-1")).status == 404
    path = "/biz/v1/linked/inn-licence/deliveries"
    assert town.client.call("GET", path, token=inn.sign("GET", path, b"", "list-it-1")).json["items"] == []
    assert town.push("POST", "/deliveries/none").status == 404


def test_one_event_is_one_delivery_however_often_it_is_told(town: Hotels) -> None:
    town.handed()
    told = [body for queue, body in town.post.sent if queue == "biz-events"]
    town.run_queue()
    events = [event for event in town.journal.history(f"CASE#{town.system.told()[0][1]}") if event.id in told]
    assert events
    for event in events:
        town.biz.linked.deliveries.heard(event)
    town.run_queue()
    assert [what for what, _ in town.system.told()] == ["filed"]


def test_a_message_that_comes_twice_is_told_once(town: Hotels) -> None:
    town.handed()
    for queue, body in [each for each in town.post.sent if each[0] == "biz-events"]:
        town.biz.on_event(body)
        town.biz.on_event(body)
        assert queue == "biz-events"
    for queue, body in [each for each in town.post.sent if each[0] == "biz-deliveries"]:
        town.biz.on_delivery(body)
        town.biz.on_delivery(body)
        assert queue == "biz-deliveries"
    assert len(town.system.got) == 1


def test_whoever_dies_after_the_system_took_it_tells_it_again_under_the_same_id(tmp_path: Path) -> None:
    table = Dying()
    town = Hotels(tmp_path, table=table)
    town.handed()
    table.dying = True
    with pytest.raises(ConnectionError):
        town.run_queue()
    table.dying = False
    sweep(town, minutes=2)
    ids = [json.loads(body)["delivery"] for _, _, body in town.system.got]
    assert len(ids) == 2 and len(set(ids)) == 1
    assert waiting(town) == []


class Dying(MemoryTable):
    """A table that loses the note of how a delivery went."""

    dying = False

    def write(self, changes: Sequence[Change], token: str) -> None:
        if self.dying and any(isinstance(each, Update) and each.item.key.pk.startswith("DLV#") for each in changes):
            raise ConnectionError
        super().write(changes, token)


@pytest.mark.parametrize("status", [200, 500])
def test_what_is_fetched_while_it_is_told_is_not_told_again(town: Hotels, status: int) -> None:
    town.handed()
    town.system.status = status
    town.system.meanwhile = lambda: town.push("POST", f"/deliveries/{waiting(town)[0]['delivery']}")
    town.run_queue()
    sweep(town, hours=2)
    assert (len(town.system.got), waiting(town)) == (1, [])


def test_what_leaves_goes_to_the_registered_address_and_is_signed_for_it_alone(town: Hotels) -> None:
    town.handed()
    town.run_queue()
    ((url, authorization, _),) = town.system.got
    assert url == INBOX
    portal = town.portal()
    portal._jwks = town.client.get("/biz/v1/jwks.json").json
    now = town.at.timestamp()
    claims = jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["aud"], claims["htu"], claims["exp"] - claims["iat"]) == (portal.system, INBOX, 300)
    assert claims["iat"] == int(now)


class TestTheClientOfTheHowTo:
    """It believes the portal and nobody else."""

    @pytest.fixture
    def town(self, tmp_path: Path) -> Hotels:
        town = Hotels(tmp_path)
        town.handed()
        town.run_queue()
        return town

    def test_it_believes_what_was_delivered(self, town: Hotels) -> None:
        portal = town.portal()
        portal._jwks = town.client.get("/biz/v1/jwks.json").json
        ((url, authorization, body),) = town.system.got
        assert portal.believe(authorization, url, body)["what"] == "filed"

    @pytest.mark.parametrize(
        "wrong",
        [
            "body",
            "address",
            "signature",
            "its own signature",
            "another system",
            "another portal",
            "nothing",
            "late",
            "early",
        ],
    )
    def test_it_believes_nothing_else(self, town: Hotels, wrong: str) -> None:
        portal = town.portal()
        portal._jwks = town.client.get("/biz/v1/jwks.json").json
        ((url, authorization, body),) = town.system.got
        match wrong:
            case "body":
                body = body.replace(b"checking", b"licensed")
            case "address":
                url = "https://other.go.th/"
            case "signature":
                authorization = authorization[:-4] + "AAAA"
            case "its own signature":
                authorization = f"Bearer {portal.sign('POST', url, body, 'mine-0001')}"
            case "another system":
                portal.service = "inn-licence"
            case "late":
                town.pass_time(seconds=311)
            case "early":
                town.pass_time(seconds=-11)
            case "another portal":
                portal.base = "https://other.test"
            case _:
                authorization = ""
        with pytest.raises(jwt.InvalidTokenError):
            portal.believe(authorization, url, body)


def test_a_case_that_moved_on_is_told_as_it_is_by_now(town: Hotels) -> None:
    town.system.status = None
    case = town.handed()
    town.run_queue()
    town.ok(MALEE, "POST", f"/applications/{case}/withdraw")
    town.system.status = 200
    sweep(town, hours=1)
    told = sorted((json.loads(body) for _, _, body in town.system.got), key=lambda each: int(each["seq"]))
    assert [each["what"] for each in told] == ["filed", "withdrawn"]
    assert {each["case"]["state"] for each in told} == {"withdrawn"}


def test_a_delivery_costs_two_reads_and_a_note(town: Hotels) -> None:
    town.handed()
    for _, body in list(town.post.sent):
        town.biz.on_event(body)
    (queued,) = [body for queue, body in town.post.sent if queue == "biz-deliveries"]
    town.memory.requests.clear()
    town.biz.on_delivery(queued)
    assert town.memory.requests == ["get", "get", "get", "write", "write"], "outbox row, delivery, case; note, close"
