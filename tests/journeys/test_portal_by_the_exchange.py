"""What the Biz Portal sends to the other platforms, by way of the exchange as a member of it: letters and figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.biz.ports import Letter
from chalicelib.gdx.notices import ConsentNews, NoticesThroughGdx
from chalicelib.neighbours import FiguresThroughGdx, MailboxThroughGdx
from chalicelib.opendata.figures.service import BIZ
from chalicelib.shared.thai import Text
from demo.world import World
from tests.support.town import InProcess, Town, town

pytestmark = pytest.mark.slow

MALEE = "3990100001013"
FILE = "licensing-2026-11.csv"


@pytest.fixture(scope="module")
def here() -> Iterator[Town]:
    with town() as here:
        yield here


def exchange(here: Town) -> Any:
    house = here.loaded.house
    return house.asks_gdx("biz", house.parts("biz").keyring)


def test_the_portal_learns_that_a_letter_was_opened(here: Town) -> None:
    mailbox = MailboxThroughGdx(exchange(here))
    words = Text(th="ข้อความ", en="Words")
    mailbox.deliver(MALEE, Letter("letter-1", words, words, "case-1", "TH/LOCAL/LAEMNGOP", "2026-11-25T03:00:00Z"))
    assert mailbox.opened(MALEE, ["letter-1", "letter-2"]) == {}
    malee = World(InProcess(here)).person("malee")
    (message,) = malee.get("/citizen/v1/me/inbox").json["items"]
    read = malee.post(f"/citizen/v1/me/inbox/{message['id']}/read", {}).json
    assert mailbox.opened(MALEE, ["letter-1", "letter-2"]) == {"letter-1": read["opened_at"]}


def test_the_portal_s_figures_become_a_dataset(here: Town) -> None:
    figures = FiguresThroughGdx(exchange(here))
    for content in ("month,received\r\n2026-11,7\r\n", "month,received\r\n2026-11,8\r\n"):
        figures.publish(FILE, content)
        figures.publish(FILE, content)
        here.settle()
    shown = World(InProcess(here)).person("malee").get(f"/api/3/action/package_show?id={BIZ.name}").json["result"]
    assert [(each["name"], each["format"]) for each in shown["resources"]] == [(FILE, "CSV")]
    assert (here.failures, here.dead_letters()) == ([], 0)


def test_the_exchange_tells_the_portal_what_became_of_a_consent(here: Town) -> None:
    house = here.loaded.house
    notices = NoticesThroughGdx(house.asks_gdx("gdx", house.parts("gdx").keyring))
    title = Text(th="ธนาคารขอความยินยอมจากท่าน", en="A bank asks for your consent")
    until = (house.now() + timedelta(days=9)).isoformat()
    notices.consent(MALEE, ConsentNews("consent-1", 1, "REQUESTED", until, title))
    citizen = house.citizen
    cards = citizen.hall.cards.page(citizen.hall.person(MALEE))[1]
    assert [(card.kind, card.title) for card in cards if card.id == "consent-1"] == [("task", title)]
    notices.consent(MALEE, ConsentNews("consent-1", 2, "REFUSED", until, title))
    assert "consent-1" not in {card.id for card in citizen.hall.cards.page(citizen.hall.person(MALEE))[1]}
