"""What a person does with messages: filters, the archive, hiding, languages, somebody who acts for them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.inbox.model import NewMessage
from chalicelib.citizen.inbox.rules import FILTERED_READS, PER_DAY
from chalicelib.citizen.model import SELF
from chalicelib.shared.errors import TooMany
from chalicelib.shared.storage import every
from tests.citizen.portal import BIZ, MALEE, SOMCHAI, Portal

ME = "/citizen/v1/me"


def did(portal: Portal, id: str, what: str, token: str | None = None) -> Any:
    return portal.client.post(f"{ME}/inbox/{id}/{what}", token=token or portal.malee)


def test_words_come_in_the_readers_language_and_both_are_there(portal: Portal) -> None:
    portal.message()
    for asked, read, title in (("en-GB,th;q=0.5", "en", "Application received"), ("th", "th", "รับคำขอแล้ว")):
        answer = portal.client.get(f"{ME}/inbox", token=portal.malee, headers={"Accept-Language": asked})
        (item,) = answer.json["items"]
        assert (item["words"]["language"], item["words"]["title"]) == (read, title)
        assert item["title"] == {"th": "รับคำขอแล้ว", "en": "Application received"}


def test_a_message_with_legal_effect_says_when_it_counts_and_how_far_that_was_checked(portal: Portal) -> None:
    portal.message("plain")
    portal.message("order", legal=True)
    order, plain = portal.inbox(portal.malee)["items"]
    assert plain["legal"] is None
    assert order["legal"]["verified"] == "no"
    assert order["legal"]["counts"]["th"] and "2565" in order["legal"]["source"]


def test_filters_by_category_and_by_what_was_never_opened(portal: Portal) -> None:
    made = {each: portal.message(each, category=each).json["id"] for each in ("payment", "licence", "data")}
    portal.message("payment-2", category="payment")
    did(portal, made["payment"], "read")
    bodies = [item["body"]["en"] for item in portal.inbox(portal.malee, "?category=payment")["items"]]
    assert bodies == ["Your case payment-2", "Your case payment"]
    unread = portal.inbox(portal.malee, "?unread=true&category=payment")
    assert [item["body"]["en"] for item in unread["items"]] == ["Your case payment-2"]
    assert unread["unread"] == 3
    assert portal.client.get(f"{ME}/inbox?category=advert", token=portal.malee).status == 422


def test_a_filtered_page_costs_a_bounded_number_of_requests_and_goes_on(portal: Portal) -> None:
    for number in range(12):
        portal.message(f"m-{number}", category="payment" if number == 0 else "data")
    portal.memory.requests.clear()
    first = portal.inbox(portal.malee, "?category=payment&limit=2")
    assert first["items"] == [] and first["next"]
    assert portal.memory.requests == ["query"] * FILTERED_READS + ["get"]
    rest = portal.inbox(portal.malee, f"?category=payment&limit=2&cursor={first['next']}")
    assert [item["body"]["en"] for item in rest["items"]] == ["Your case m-0"]
    other = portal.client.get(f"{ME}/inbox?category=data&limit=2&cursor={first['next']}", token=portal.malee)
    assert other.status == 400


def test_the_unread_count_is_one_read(portal: Portal) -> None:
    portal.message()
    portal.memory.requests.clear()
    assert portal.client.get(f"{ME}/unread", token=portal.malee).json == {"unread": 1}
    assert portal.memory.requests == ["get"]


def test_the_archive_takes_and_gives_back_and_opening_still_counts(portal: Portal) -> None:
    made = portal.message(legal=True).json["id"]
    assert did(portal, made, "archive").json["archived"] is True
    assert did(portal, made, "archive").json["archived"] is True
    assert portal.inbox(portal.malee)["items"] == []
    (kept,) = portal.inbox(portal.malee, "?archived=true")["items"]
    assert (kept["id"], kept["opened_at"]) == (made, None)
    assert portal.inbox(portal.malee)["unread"] == 1, "putting away is not reading"
    assert did(portal, made, "read").json["opened_at"]
    assert did(portal, made, "unarchive").json["archived"] is False
    back = portal.inbox(portal.malee)
    assert ([item["id"] for item in back["items"]], back["unread"]) == ([made], 0)


def test_a_plain_notice_is_hidden_and_one_with_legal_effect_is_not(portal: Portal) -> None:
    notice, order = portal.message("notice").json["id"], portal.message("order", legal=True).json["id"]
    refused = portal.client.delete(f"{ME}/inbox/{order}", token=portal.malee)
    assert (refused.status, refused.json["type"].rpartition("/")[2]) == (409, "wrong-state")
    assert portal.client.delete(f"{ME}/inbox/{notice}", token=portal.malee).status == 204
    page = portal.inbox(portal.malee)
    assert ([item["id"] for item in page["items"]], page["unread"]) == ([order], 1)
    assert portal.client.delete(f"{ME}/inbox/{notice}", token=portal.malee).status == 404
    assert did(portal, notice, "read").status == 404
    assert portal.message("notice").json["id"] == notice, "a repeat of the sender changes nothing"
    assert portal.inbox(portal.malee)["unread"] == 1


def test_another_persons_message_can_neither_be_moved_nor_hidden(portal: Portal) -> None:
    made = portal.message().json["id"]
    assert [did(portal, made, what, portal.somchai).status for what in ("read", "archive", "unarchive")] == [404] * 3
    assert portal.client.delete(f"{ME}/inbox/{made}", token=portal.somchai).status == 404
    assert len(portal.inbox(portal.malee)["items"]) == 1


def test_two_devices_at_once_archive_and_open(portal: Portal) -> None:
    made = portal.message().json["id"]
    write, before = portal.memory.write, [lambda: did(portal, made, "archive")]

    def overtaken(changes: Any, token: str) -> None:
        while before:
            before.pop()()
        write(changes, token)

    portal.memory.write = overtaken  # type: ignore[method-assign]  # the race, at the store's boundary
    opened = did(portal, made, "read")
    assert opened.status == 200 and opened.json["opened_at"] and opened.json["archived"]


def test_who_acts_for_a_person_reads_and_that_stands_in_their_log(portal: Portal) -> None:
    made = portal.message().json["id"]
    person = portal.parts.keyring.pseudonym(MALEE)
    asked = {"kind": "agent", "whom": SOMCHAI, "scopes": ["inbox", "bills"], "until": "2027-05-31"}
    mandate = portal.client.post(f"{ME}/mandates", token=portal.malee, json=asked).json["id"]
    portal.client.post(f"{ME}/mandates/{mandate}/accept", token=portal.somchai)

    def acting(scope: str) -> str:
        path = f"{ME}/mandates/{mandate}/token"
        got: str = portal.client.post(path, token=portal.somchai, json={"scopes": [scope]}).json["access_token"]
        return got

    assert portal.client.get(f"{ME}/inbox", token=acting("bills")).status == 403
    helper = acting("inbox")
    opened = did(portal, made, "read", helper)
    assert opened.status == 200 and opened.json["opened_at"]
    (line,) = [item.data for item in every(portal.memory, f"LOG#{person}") if item.data["what"] == "message.opened"]
    assert (line["by"]["mandate"], line["detail"]["message"]) == (mandate, made)
    did(portal, made, "read")
    assert len([item for item in every(portal.memory, f"LOG#{person}") if item.data["what"] == "message.opened"]) == 1


def test_one_sender_cannot_flood_one_person_and_the_room_itself_is_not_counted(portal: Portal) -> None:
    text = {"th": "ก", "en": "a"}

    def tell(number: int, sender: str) -> None:
        given = {"id": f"m-{number}", "category": "notice", "title": text, "body": text, "source": "x"}
        portal.citizen.inbox.deliver(MALEE, NewMessage.model_validate(given), sender=sender)

    for number in range(PER_DAY):
        tell(number, BIZ)
    with pytest.raises(TooMany):
        tell(PER_DAY, BIZ)
    tell(0, BIZ)
    tell(PER_DAY, "TH/CENTRAL/DOPA/civil")
    for number in range(PER_DAY + 1):
        tell(number, SELF)
    assert portal.citizen.inbox.unread(portal.citizen.hall.person(MALEE)) == PER_DAY * 2 + 2
    portal.now = portal.now.replace(day=portal.now.day + 1)
    tell(PER_DAY, BIZ)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["serve", "legal", "read", "archive", "unarchive", "hide"]), st.integers(0, 3)),
        max_size=25,
    )
)
def test_whatever_a_person_does_the_count_is_right_and_nothing_legal_is_lost(steps: list[tuple[str, int]]) -> None:
    portal = Portal()
    ids, state = dict[int, str](), dict[int, dict[str, bool]]()
    for what, number in steps:
        if what in ("serve", "legal"):
            if number not in ids:
                ids[number] = portal.message(f"m-{number}", legal=what == "legal").json["id"]
                state[number] = {"legal": what == "legal", "opened": False, "archived": False, "hidden": False}
            continue
        if number not in ids:
            continue
        now = state[number]
        if what == "hide":
            status = portal.client.delete(f"{ME}/inbox/{ids[number]}", token=portal.malee).status
            assert status == (404 if now["hidden"] else 409 if now["legal"] else 204)
            now["hidden"] |= status == 204
            continue
        assert did(portal, ids[number], what).status == (404 if now["hidden"] else 200)
        if not now["hidden"]:
            now["opened"] |= what == "read"
            now["archived"] = {"archive": True, "unarchive": False}.get(what, now["archived"])
    for archived in (False, True):
        page = portal.inbox(portal.malee, f"?archived={str(archived).lower()}")
        expected = {ids[n] for n, each in state.items() if each["archived"] is archived and not each["hidden"]}
        assert {item["id"] for item in page["items"]} == expected
        assert page["unread"] == sum(not each["opened"] and not each["hidden"] for each in state.values())
