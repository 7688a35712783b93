"""Consents through the portal: the exchange decides, the portal explains, shows and remembers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.citizen.consents.model import News
from chalicelib.citizen.consents.rules import heard
from chalicelib.shared.storage import every
from chalicelib.shared.thai import Text
from tests.citizen.consents.neighbour import Street
from tests.gdx.exchange import MALEE
from tests.support.tokens import NOW


@pytest.fixture
def street() -> Street:
    return Street()


def lines(street: Street) -> list[str]:
    """The deeds in Malee's activity log."""
    person = street.portal.citizen.hall.person(MALEE)
    return [item.data["what"] for item in every(street.portal.memory, f"LOG#{person}")]


def test_a_question_says_in_plain_words_who_what_why_until_when_and_what_a_no_means(street: Street) -> None:
    identifier = street.ask()
    listed = street.get().json
    assert [each["id"] for each in listed["asked"]] == [identifier] and not listed["given"] and not listed["ended"]
    one = street.get(f"/{identifier}")
    assert one.json == listed["asked"][0] and one.headers["etag"] == '"v1"'
    shown = one.json
    assert shown["state_words"]["en"] == "Waiting for your decision"
    for word in ("ธนาคารออมสิน", "คะแนนเครดิต", "สินเชื่อ", "25 ธันวาคม พ.ศ. 2569"):
        assert word in shown["summary"]["th"], word
    for word in ("Government Savings Bank", "credit score, risk grade", "loan", "25 December 2026"):
        assert word in shown["summary"]["en"], word
    assert "ไม่มีผลเสีย" in shown["if_you_refuse"]["th"] and "30 days" in shown["how_often"]["en"]
    assert [named["code"] for named in shown["what"]] == ["/score", "/grade"]
    assert MALEE not in one.text


def test_giving_and_withdrawing_hold_at_the_exchange_at_once(street: Street) -> None:
    identifier = street.ask()
    assert street.bank.call_report().status != 200
    given = street.decide(identifier, "give")
    assert given.json["standing"] == "given" and given.json["artefact"].count(".") == 2
    assert street.bank.call_report().status == 200
    ended = street.decide(identifier, "withdraw", match=None)
    assert ended.json["standing"] == "ended" and ended.json["closed_by"] == "person"
    assert street.bank.call_report().status != 200, "the very next call"
    assert lines(street) == ["consent.given", "consent.withdrawn"]
    assert [each["id"] for each in street.get().json["ended"]] == [identifier]


def test_the_home_page_asks_until_it_is_decided(street: Street) -> None:
    given = street.ask()
    assert street.cards() == [given]
    street.decide(given, "give")
    assert street.cards() == []
    street.settle()
    street.decide(given, "withdraw", match=None)
    street.settle()
    refused = street.ask()
    assert street.cards() == [refused]
    match = street.get(f"/{refused}").headers["etag"]
    assert street.bank.decide(refused, "refuse", match=match).status == 200  # at the exchange itself
    street.settle()
    assert street.cards() == []


def test_a_question_that_runs_out_leaves_the_home_page(street: Street) -> None:
    identifier = street.ask()
    for days, cards in ((29, [identifier]), (2, []), (0, [])):
        street.portal.now += timedelta(days=days)
        street.portal.citizen.consents.sweep(street.portal.now)
        assert street.cards() == cards


def test_a_repeat_is_one_deed_and_one_line(street: Street) -> None:
    identifier = street.ask()
    first = street.decide(identifier, "give", key="k-1")
    again = street.decide(identifier, "give", key="k-1")
    assert first.json == again.json and lines(street) == ["consent.given"]


def test_what_the_exchange_refuses_reads_the_same_here(street: Street) -> None:
    identifier = street.ask(ial="3")
    assert street.decide(identifier, "give").json["type"].endswith("/assurance-too-low")
    assert street.decide(identifier, "give", match=7).json["type"].endswith(("/stale", "/assurance-too-low"))
    assert street.decide(identifier, "refuse", match=7).status == 412
    assert street.decide(identifier, "refuse", match=None).status == 428
    assert street.decide(identifier, "withdraw", match=None).json["type"].endswith("/wrong-state")
    assert lines(street) == [], "what was refused was not done"


def test_another_persons_consent_is_not_there_and_nobody_gives_one_for_another(street: Street) -> None:
    identifier = street.ask()
    assert street.get(f"/{identifier}", street.somchai).status == 404
    assert street.get(token=street.somchai).json["asked"] == []
    for deed in ("give", "refuse", "withdraw"):
        assert street.decide(identifier, deed, token=street.somchai).status == 404
        assert street.decide("..%2Fx", deed).status == 404
    assert street.get("/..").status == 404
    son = street.portal.issuers.acting(MALEE, actor="citizen:son", scopes="consents inbox")
    assert street.get(token=son).status == 403
    assert street.decide(identifier, "give", token=son).status == 403
    assert street.bank.client.get(f"/gdx/v1/me/consents/{identifier}", token=street.malee).json["state"] == "REQUESTED"


def test_when_the_exchange_is_away_nothing_is_said_about_consents(street: Street) -> None:
    street.portal.neighbours.clear()
    assert street.get().status == 502 and street.get().headers["retry-after"]


def news(**changes: Any) -> dict[str, Any]:
    """News of a consent."""
    good = {
        "pid": MALEE,
        "id": "consent-1",
        "seq": 1,
        "state": "REQUESTED",
        "until": (NOW + timedelta(days=9)).isoformat(),
        "title": {"th": "ธนาคารขอความยินยอม", "en": "A bank asks"},
    }
    return {**good, **changes}


def test_news_may_come_late_twice_and_out_of_order(street: Street) -> None:
    assert street.hear(news(seq=2, state="GIVEN")).status == 200
    assert street.hear(news()).status == 200
    assert street.cards() == [], "the question is older than its answer"
    assert street.hear(news(id="consent-2")).status == 200
    assert street.hear(news(id="consent-2")).status == 200
    assert street.cards() == ["consent-2"]
    assert street.hear(news(id="consent-3", until=(NOW - timedelta(days=1)).isoformat())).status == 200
    assert street.cards() == ["consent-2"], "a question that is over asks for nothing"


def test_news_comes_through_the_exchange_only_and_about_somebody(street: Street) -> None:
    path = "/citizen/v1/provider/consents/news"
    assert street.portal.client.post(path, json=news(), token=street.malee).status == 401
    assert street.hear(news(pid="1234567890123")).status == 422
    assert street.hear(news(state="MAYBE")).status == 422


def test_newer_news_alone_counts() -> None:
    text = Text(th="ก", en="a")
    first = heard(None, News("c", 1, "REQUESTED", NOW + timedelta(days=1), text), NOW)
    assert first is not None and first.waits and first.version == 1
    assert heard(first, News("c", 1, "REQUESTED", NOW + timedelta(days=1), text), NOW) is None
    second = heard(first, News("c", 2, "GIVEN", NOW + timedelta(days=1), text), NOW)
    assert second is not None and not second.waits and second.version == 2
