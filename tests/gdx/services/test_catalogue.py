"""The public list of services: anyone finds them, by words and agency."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from chalicelib.gdx.contract import document_hash
from tests.gdx.exchange import PERSON, Exchange
from tests.gdx.services.register import ENTRY, PATH, card_of_person


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def test_anyone_finds_services_by_words_and_agency(exchange: Exchange) -> None:
    def found(query: str) -> list[str]:
        return [item["id"] for item in exchange.client.get(f"/gdx/v1/services{query}").json["items"]]

    everything = found("")
    assert PERSON in everything and everything == sorted(everything)
    assert found(f"?q={quote('กรมการปกครอง')}") == [PERSON]
    assert found("?q=LOOKUP%20dopa") == [PERSON]
    assert found("?q=nothing-like-it") == []
    assert found("?member=TH/CENTRAL/DBD") == ["TH/CENTRAL/DBD/juristic/company"]
    assert exchange.client.get("/gdx/v1/services?member=nonsense").status == 422
    card = card_of_person(exchange)
    assert card["personal"] is True and card["member_en"] == "Department of Provincial Administration"


def test_the_list_has_pages_that_belong_to_one_search(exchange: Exchange) -> None:
    everything = [item["id"] for item in exchange.client.get("/gdx/v1/services").json["items"]]
    seen: list[str] = []
    page = exchange.client.get("/gdx/v1/services?limit=2").json
    seen += [item["id"] for item in page["items"]]
    while page["next"]:
        cursor = page["next"]
        page = exchange.client.get(f"/gdx/v1/services?limit=2&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
    assert seen == everything
    assert exchange.client.get(f"/gdx/v1/services?limit=2&q=x&cursor={cursor}").status == 400


def test_a_service_is_shown_with_its_description(exchange: Exchange) -> None:
    answer = exchange.client.get(PATH)
    assert answer.json["document"] == ENTRY["document"] and answer.headers["etag"]
    assert answer.json["document_hash"] == document_hash(ENTRY["document"])
    for path in (f"{PATH}x", "/gdx/v1/services/TH/NONE/DOPA/civil/person"):
        assert exchange.client.get(path).status == 404
    assert exchange.client.get(f"{PATH}x/versions").status == 404
