"""Messages: served once, opened once, seen by their person only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.inbox.model import NewMessage
from chalicelib.shared.errors import AlreadyThere, Invalid
from chalicelib.shared.journal import Event, chain_is_whole
from tests.citizen.portal import BIZ, MALEE, SOMCHAI, Portal


def a_message(id: str = "m-1", **changes: Any) -> NewMessage:
    text = {"th": "ก", "en": "a"}
    return NewMessage.model_validate(
        {"id": id, "category": "notice", "title": text, "body": text, "source": "TH/LOCAL/LAEMNGOP", **changes}
    )


def test_who_i_am_comes_from_the_login(portal: Portal) -> None:
    answer = portal.client.get("/citizen/v1/me", token=portal.malee)
    assert (answer.json["name"], answer.json["ial"]) == ("มาลี ใจงาม", "2.3")
    assert portal.memory.requests == ["get"]


def test_messages_come_newest_first_with_the_unread_count(portal: Portal) -> None:
    for number in range(5):
        assert portal.message(f"m-{number}").status == 200
    first = portal.inbox(portal.malee, "?limit=3")
    assert [item["body"]["en"] for item in first["items"]] == ["Your case m-4", "Your case m-3", "Your case m-2"]
    assert first["unread"] == 5
    second = portal.inbox(portal.malee, f"?limit=3&cursor={first['next']}")
    assert [item["body"]["en"] for item in second["items"]] == ["Your case m-1", "Your case m-0"]
    assert second["next"] is None
    assert portal.inbox(portal.somchai) == {"items": [], "unread": 0, "next": None}


def test_a_page_costs_two_requests(portal: Portal) -> None:
    portal.message()
    portal.memory.requests.clear()
    portal.inbox(portal.malee)
    assert sorted(portal.memory.requests) == ["get", "query"]


def test_opening_is_kept_once(portal: Portal) -> None:
    made = portal.message().json["id"]
    portal.message("m-2")
    first = portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    again = portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    assert first.json["opened_at"] > first.json["served_at"]
    assert again.json == first.json
    page = portal.inbox(portal.malee)
    assert page["unread"] == 1
    assert [item["opened_at"] is None for item in page["items"]] == [True, False]


def test_a_repeat_is_the_same_message_and_other_content_is_refused(portal: Portal) -> None:
    first = portal.message()
    again = portal.message()
    assert first.json == again.json
    assert portal.inbox(portal.malee)["unread"] == 1
    refused = portal.message(case="other")
    assert refused.status == 409
    assert refused.json["errors"][0]["pointer"] == "/id"


def test_two_senders_may_use_one_id(portal: Portal) -> None:
    portal.citizen.inbox.deliver(MALEE, a_message(), sender=BIZ)
    portal.citizen.inbox.deliver(MALEE, a_message(), sender="TH/CENTRAL/DOPA/civil")
    assert portal.inbox(portal.malee)["unread"] == 2


def test_another_persons_message_is_not_there(portal: Portal) -> None:
    made = portal.message().json["id"]
    mine = portal.client.post("/citizen/v1/me/inbox/0000/read", token=portal.somchai)
    theirs = portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.somchai)
    assert theirs.status == mine.status == 404
    assert {**theirs.json, "instance": ""} == {**mine.json, "instance": ""}
    assert portal.inbox(portal.malee)["unread"] == 1


def test_a_cursor_of_somebody_else_is_refused(portal: Portal) -> None:
    portal.message("m-1")
    portal.message("m-2")
    cursor = portal.inbox(portal.malee, "?limit=1")["next"]
    answer = portal.client.get(f"/citizen/v1/me/inbox?cursor={cursor}", token=portal.somchai)
    assert answer.status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "TH/CENTRAL/DGA/biz"},
        {"service": "TH/CENTRAL/DGA/citizen/wallet"},
        {"body_sha256": "x"},
        {"htm": "GET"},
        {"exp": 1},
        {"iss": "https://evil.example"},
    ],
)
def test_a_delivery_without_a_good_signature_is_refused(portal: Portal, changes: dict[str, Any]) -> None:
    text = {"th": "ก", "en": "a"}
    body = {"pid": MALEE, "id": "m", "category": "notice", "title": text, "body": text, "source": "x"}
    assert portal.deliver("inbox", "/messages", body, **changes).status == 401
    assert portal.inbox(portal.malee)["unread"] == 0


def opened(portal: Portal, pid: str, *ids: str, **changes: Any) -> Any:
    return portal.deliver("inbox", "/messages/opened", {"pid": pid, "ids": list(ids)}, **changes)


def test_a_sender_learns_when_its_own_messages_were_opened(portal: Portal) -> None:
    read, unread = portal.message(id="m-1"), portal.message(id="m-2")
    assert (read.status, unread.status) == (200, 200)
    assert opened(portal, MALEE, "m-1", "m-2").json == {"opened": []}
    shown = portal.client.post(f"/citizen/v1/me/inbox/{read.json['id']}/read", token=portal.malee).json
    assert opened(portal, MALEE, "m-1", "m-2", "m-3").json == {
        "opened": [{"id": "m-1", "opened_at": shown["opened_at"]}]
    }
    assert opened(portal, SOMCHAI, "m-1").json == {"opened": []}


def test_nobody_else_learns_it(portal: Portal) -> None:
    made = portal.message(id="m-1").json["id"]
    portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    assert opened(portal, MALEE, "m-1", service="TH/CENTRAL/DGA/citizen/wallet").status == 401
    assert portal.client.post("/citizen/v1/provider/inbox/messages/opened", token=portal.malee).status == 401
    assert portal.citizen.inbox.opened(MALEE, ["m-1"], sender="TH/CENTRAL/DOPA/civil") == {}


@pytest.mark.parametrize("ids", [[], ["a b"], ["m"] * 101])
def test_a_question_that_will_not_do_is_refused(portal: Portal, ids: list[str]) -> None:
    assert opened(portal, MALEE, *ids).status == 422


def test_a_persons_token_delivers_nothing(portal: Portal) -> None:
    text = {"th": "ก", "en": "a"}
    body = {"pid": SOMCHAI, "id": "m", "category": "notice", "title": text, "body": text, "source": "x"}
    answer = portal.client.post("/citizen/v1/provider/inbox/messages", json=body, token=portal.malee)
    assert answer.status == 401


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"pid": "3100600445636"}, "/pid"),
        ({"pid": "12"}, "/pid"),
        ({"category": "advert"}, "/category"),
        ({"title": {"th": "ก"}}, "/title/en"),
        ({"id": "a b"}, "/id"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_a_delivery_that_will_not_do_says_where_and_repeats_no_number(
    portal: Portal, changes: dict[str, Any], pointer: str
) -> None:
    answer = portal.message(**changes)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    assert "310060044563" not in answer.text


@pytest.mark.parametrize("path", ["/me", "/me/inbox", "/me/wallet", "/me/wallet/x", "/me/access-log"])
def test_a_stranger_sees_nothing(portal: Portal, path: str) -> None:
    assert portal.client.get(f"/citizen/v1{path}").status == 401
    system = portal.issuers.system(BIZ)
    assert portal.client.get(f"/citizen/v1{path}", token=system).status == 403


def test_nothing_in_the_table_names_a_person_or_tells_a_message(portal: Portal) -> None:
    made = portal.message().json["id"]
    portal.credential(portal.licence())
    portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    everything = json.dumps(
        [[key, item.data, list(item.indexes.values())] for key, (item, _) in portal.memory._items.items()],
        ensure_ascii=False,
    )
    for secret in (MALEE, "มาลี", "รับคำขอแล้ว", "Application received", "แหลมงอบ", "1/2569"):
        assert secret not in everything


def test_history_is_chained(portal: Portal) -> None:
    made = portal.message().json["id"]
    portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee)
    events = [Event(**item.data) for key, (item, _) in portal.memory._items.items() if key.pk == f"MESSAGE#{made}"]
    assert [event.type for event in events] == ["citizen.message.served", "citizen.message.opened"]
    assert chain_is_whole(events)


class Overtaken:
    """A table in which somebody else writes the same thing just before our first write."""

    def __init__(self, portal: Portal, before: Any) -> None:
        self._write = portal.memory.write
        self._before = before

    def __call__(self, changes: Any, token: str) -> None:
        before, self._before = self._before, None
        if before is not None:
            before()
        self._write(changes, token)


def test_two_deliveries_at_once_are_one_message(portal: Portal) -> None:
    def other() -> None:
        portal.citizen.inbox.deliver(MALEE, a_message(), sender=BIZ)

    portal.memory.write = Overtaken(portal, other)  # type: ignore[method-assign]  # the race, at the store's boundary
    portal.citizen.inbox.deliver(MALEE, a_message(), sender=BIZ)
    assert portal.inbox(portal.malee)["unread"] == 1


def test_two_devices_open_a_message_once(portal: Portal) -> None:
    made = portal.message().json["id"]

    def other() -> None:
        assert portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee).status == 200

    portal.memory.write = Overtaken(portal, other)  # type: ignore[method-assign]  # the race, at the store's boundary
    assert portal.client.post(f"/citizen/v1/me/inbox/{made}/read", token=portal.malee).status == 200
    assert portal.inbox(portal.malee)["unread"] == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["deliver", "open"]), st.integers(0, 3)), max_size=25))
def test_the_counter_always_equals_what_was_never_opened(steps: list[tuple[str, int]]) -> None:
    portal = Portal()
    ids: dict[int, str] = {}
    opened: set[int] = set()
    for what, number in steps:
        if what == "deliver":
            ids[number] = portal.citizen.inbox.deliver(MALEE, a_message(f"m-{number}"), sender=BIZ).id
        elif number in ids:
            assert portal.client.post(f"/citizen/v1/me/inbox/{ids[number]}/read", token=portal.malee).status == 200
            opened.add(number)
    assert portal.inbox(portal.malee)["unread"] == len(ids) - len(opened)


def test_a_bad_number_and_a_reused_id_are_refused_in_process_too(portal: Portal) -> None:
    with pytest.raises(Invalid):
        portal.citizen.inbox.deliver("1234567890123", a_message(), sender=BIZ)
    portal.citizen.inbox.deliver(MALEE, a_message(), sender=BIZ)
    with pytest.raises(AlreadyThere):
        portal.citizen.inbox.deliver(MALEE, a_message(case="x"), sender=BIZ)
