"""The home page: one read, what is due first comes first, and what to do next in words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.cards import Card, Kind
from chalicelib.citizen.home import rules
from chalicelib.shared.ids import new_token
from chalicelib.shared.thai import Text
from tests.citizen.portal import MALEE, SOMCHAI, Portal

HOME = "/citizen/v1/me/home"
TODAY = dt.date(2026, 11, 25)
KINDS: list[Kind] = ["bill", "case", "offer", "task"]


def put(portal: Portal, kind: Kind, id: str, due: dt.date | None = None, **data: Any) -> None:
    card = Card(kind, id, Text(th=f"ไทย {id}", en=f"Title {id}"), "2026-11-20T03:00:00.000+00:00", due, data)
    person = portal.citizen.hall.person(MALEE)
    portal.memory.write([portal.citizen.hall.cards.put(person, card)], new_token())


def home(portal: Portal, token: str | None = None, **headers: str) -> Any:
    return portal.client.get(HOME, token=token or portal.malee, headers=headers)


def test_a_full_page_is_one_read(portal: Portal) -> None:
    portal.message()
    put(portal, "offer", "o")
    put(portal, "bill", "late", TODAY - dt.timedelta(days=1))
    put(portal, "bill", "soon", TODAY + dt.timedelta(days=7))
    put(portal, "case", "c", TODAY + dt.timedelta(days=30))
    put(portal, "task", "t", TODAY)
    portal.memory.requests.clear()
    page = home(portal).json
    assert portal.memory.requests == ["query"]
    assert [item["id"] for item in page["items"]] == ["late", "t", "soon", "c", "o"]
    assert [item["urgency"] for item in page["items"]] == ["overdue", "today", "soon", "later", "none"]
    assert page["unread"] == 1
    assert page["counts"] == {"bill": 2, "case": 1, "offer": 1, "task": 1}
    assert page["greeting"] == {"th": "สวัสดี คุณมาลี ใจงาม", "en": "Hello, มาลี ใจงาม"}
    assert page["next"]["href"] == "/citizen/v1/me/bills/late"
    assert page["next"]["words"]["en"].startswith("Title late (was due on 24 November 2026)")
    assert "พ.ศ. 2569" in page["next"]["words"]["th"]
    assert page["inbox"] == {
        "words": {"th": "มีข้อความใหม่ 1 ข้อความ", "en": "1 new message"},
        "href": "/citizen/v1/me/inbox?unread=true",
    }


def test_an_empty_page_says_so_and_unread_messages_come_before_what_has_time(portal: Portal) -> None:
    empty = home(portal).json
    assert (empty["items"], empty["next"], empty["inbox"]["words"]["en"]) == ([], None, "No new messages")
    put(portal, "offer", "o")
    assert home(portal).json["next"]["href"] == "/citizen/v1/me/offers/o"
    portal.message()
    assert home(portal).json["next"]["href"] == "/citizen/v1/me/inbox?unread=true"


def test_a_page_that_did_not_change_is_not_sent_again(portal: Portal) -> None:
    first = home(portal)
    etag = first.headers["etag"]
    again = home(portal, **{"If-None-Match": f'"x", W/{etag}'})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", etag)
    portal.message()
    changed = home(portal, **{"If-None-Match": etag})
    assert changed.status == 200 and changed.headers["etag"] != etag
    assert "no-store" not in changed.headers["cache-control"] and "private" in changed.headers["cache-control"]


def test_another_person_sees_another_page(portal: Portal) -> None:
    put(portal, "bill", "b", TODAY)
    assert home(portal, portal.somchai).json["items"] == []
    assert home(portal, portal.issuers.acting(MALEE, actor="citizen:x", scopes="bills")).status == 403


def test_somebody_may_be_let_in_to_see_the_page(portal: Portal) -> None:
    put(portal, "bill", "b", TODAY)
    asked = {"kind": "agent", "whom": SOMCHAI, "scopes": ["profile"], "until": "2027-05-31"}
    mandate = portal.client.post("/citizen/v1/me/mandates", token=portal.malee, json=asked).json["id"]
    (task,) = home(portal, portal.somchai).json["items"]
    assert task["next"]["href"] == f"/citizen/v1/me/mandates/{mandate}"
    portal.client.post(f"/citizen/v1/me/mandates/{mandate}/accept", token=portal.somchai)
    got = portal.client.post(
        f"/citizen/v1/me/mandates/{mandate}/token", token=portal.somchai, json={"scopes": ["profile"]}
    )
    asked_of = home(portal, portal.somchai).json["items"]
    assert asked_of == [], "accepted: nothing is asked of them any more"
    seen = home(portal, got.json["access_token"]).json
    assert "b" in [item["id"] for item in seen["items"]]


def test_a_card_leads_only_into_the_portal(portal: Portal) -> None:
    put(portal, "task", "own", None, href="/citizen/v1/me/consents/c-1")
    put(portal, "task", "evil", None, href="https://evil.example/")
    places = {item["id"]: item["next"]["href"] for item in home(portal).json["items"]}
    assert places["own"] == "/citizen/v1/me/consents/c-1"
    assert places["evil"].startswith("/citizen/")


def test_every_kind_leads_to_an_address_that_exists(portal: Portal) -> None:
    served = {route.path for route in portal.room.routes if route.method == "GET"}
    shapes = {re.sub(r"{\w+}", "{}", path) for path in served}
    assert {re.sub(r"{\w+}", "{}", path) for path in rules.PLACES.values()} <= shapes


CARD = st.builds(
    Card,
    kind=st.sampled_from(KINDS),
    id=st.text("abc", min_size=1, max_size=4),
    title=st.just(Text(th="ก", en="a")),
    at=st.sampled_from(["2026-11-20T03:00:00.000+00:00", "2026-11-21T03:00:00.000+00:00"]),
    due=st.one_of(st.none(), st.dates(dt.date(2026, 11, 1), dt.date(2026, 12, 31))),
)


@given(st.lists(CARD, max_size=12))
def test_what_is_due_comes_first_and_nothing_is_lost(cards: list[Card]) -> None:
    ordered = rules.in_order(cards)
    assert sorted(map(repr, ordered)) == sorted(map(repr, cards))
    days = [card.due for card in ordered]
    dated = [day for day in days if day is not None]
    assert days[: len(dated)] == sorted(dated)
    for day in dated:
        level = rules.urgency(day, TODAY)
        assert level == ("overdue" if day < TODAY else "today" if day == TODAY else level)
        assert (level == "soon") == (TODAY < day <= TODAY + rules.SOON)
        assert rules.due_words(day, TODAY) is not None
