"""`GET /status`: one read of what the sweeps kept, as JSON and as a page, and nothing of what is inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from boto3.session import Session

from chalicelib.settings import Settings
from chalicelib.shared.measures import measuring
from chalicelib.shared.web import Request, Response
from chalicelib.wiring import House, open_house
from infra.local.calls import Calls
from infra.local.surroundings import variables
from infra.operate.__main__ import COMMANDS, parser
from infra.operate.command import Asked, NotDone
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, moto_cloud
from tests.support.faults import faults

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def account() -> Iterator[Session]:
    with moto_cloud(["biz"]) as session:
        yield session


@pytest.fixture
def house(account: Session) -> House:
    table = account.resource("dynamodb").Table("klang-test-biz")
    for item in table.scan()["Items"]:
        table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    chosen = {**variables(ENVIRONMENT, ORIGIN), "PLATFORMS": "biz", "AWS_REGION": REGION}
    return open_house(Settings.from_env(chosen), session=account, clock=lambda: NOW)


def asked(house: House, **headers: str) -> Response:
    door = house.rooms["front"]
    (route,) = (route for route in door.routes if route.path == "/status")
    return door.answer(route, Request("GET", "/status", headers=headers))


def told(house: House) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(asked(house).body)
    return answer


def test_a_platform_whose_sweep_ran_is_well(house: House) -> None:
    with measuring() as outer:
        house.sweeps["biz_sweep"]()
    assert {"OutboxAge", "OutboxGivenUp"} <= {each.name for each in outer}, "the metrics go out as well"
    answer = asked(house)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/health+json")
    assert answer.headers["Cache-Control"] == "public, max-age=30"
    document = json.loads(answer.body)
    (biz,) = document["platforms"]
    assert (document["status"], biz["platform"], biz["status"]) == ("pass", "biz", "pass")
    assert {name: check["status"] for name, (check,) in biz["checks"].items()} == {
        "store": "pass",
        "work": "pass",
        "delivery": "pass",
    }
    (delivery,) = biz["checks"]["delivery"]
    assert (delivery["componentType"], delivery["observedValue"], delivery["observedUnit"]) == ("component", 0, "s")


def test_it_costs_one_read_and_asks_nobody_else(house: House, account: Session) -> None:
    house.sweeps["biz_sweep"]()
    calls = Calls()
    calls.watch(account)
    house.clients = type(house.clients)(REGION, account)
    asked(house)
    assert calls.totals == {"dynamodb:Query": 1}


def test_a_table_that_is_away_is_told_as_what_it_is(house: House) -> None:
    with faults(lambda service, operation, n: "500"):
        answer, page = asked(house), asked(house, accept="text/html")
    document = json.loads(answer.body)
    assert (answer.status, document["status"]) == (503, "fail")
    assert answer.headers["Retry-After"] == page.headers["Retry-After"] == "60"
    assert list(document["platforms"][0]["checks"]) == ["store"]


def test_a_sweep_that_fails_is_not_told_as_one_that_ran(house: House) -> None:
    with faults(lambda service, operation, n: "500"), pytest.raises(Exception, match="busy"):
        house.sweeps["biz_sweep"]()
    (work,) = told(house)["platforms"][0]["checks"]["work"]
    assert work["status"] == "warn" and work["time"] is None


def test_operators_announce_and_withdraw(house: House) -> None:
    def done(name: str, *words: str) -> Any:
        options = parser().parse_args(["local", name, *words])
        return COMMANDS[name].do(Asked(house, "biz", options, lambda: ""))

    soon, later = (NOW + timedelta(hours=hours) for hours in (1, 3))
    words = ["--th", "ปิดปรับปรุง <b>", "--en", "Maintenance & more"]
    made = done("announce", *words, "--from", soon.isoformat(), "--until", later.isoformat())
    done("announce", *words, "--kind", "incident", "--until", later.isoformat())
    house.sweeps["biz_sweep"]()
    document = told(house)
    assert document["status"] == "warn", "an incident"
    first, second = document["platforms"][0]["announcements"]
    assert (first["kind"], second["kind"], second["id"]) == ("incident", "maintenance", made["announced"])
    assert second["text"] == {"th": "ปิดปรับปรุง <b>", "en": "Maintenance & more"}
    page = asked(house, accept="text/html").body.decode()
    assert "ปิดปรับปรุง &lt;b&gt;" in page and "<b>" not in page
    done("withdraw", "--id", second["id"])
    assert [each["kind"] for each in told(house)["platforms"][0]["announcements"]] == ["incident"]
    with pytest.raises(NotDone):
        done("withdraw", "--id", second["id"])
    for wrong in (
        ["--th", " ", "--en", "x", "--until", later.isoformat()],
        ["--th", "ก", "--en", "x" * 1001, "--until", later.isoformat()],
        ["--th", "ก", "--en", "a\x1bb", "--until", later.isoformat()],
        ["--th", "ก", "--en", "x", "--until", "2026-12-05"],
        ["--th", "ก", "--en", "x", "--until", "tomorrow"],
        ["--th", "ก", "--en", "x", "--until", NOW.isoformat()],
        ["--th", "ก", "--en", "x", "--from", later.isoformat(), "--until", soon.isoformat()],
    ):
        with pytest.raises(NotDone):
            done("announce", *wrong)


@pytest.mark.parametrize(("language", "word"), [("th", "สถานะของระบบ"), ("en", "Status of the platforms")])
def test_people_get_a_page_in_their_language(house: House, language: str, word: str) -> None:
    house.sweeps["biz_sweep"]()
    answer = asked(house, accept="text/html,*/*", **{"accept-language": language})
    page = answer.body.decode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f'<html lang="{language}">' in page and f"<h1>{word}</h1>" in page and "<script" not in page
    for inside in ("klang-test", "dynamodb", "OUT#", "NOW#", "biz_sweep", "sqs"):
        assert inside not in page.lower()
    assert '<th scope="col">' in page and '<a class="skip" href="#main">' in page
