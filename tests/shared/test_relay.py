"""A neighbour called with the person's own token: same answers, same refusals, nothing added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.errors import AssuranceTooLow, Fault, Invalid, NotFound, Refusal, Stale, TooMany, UpstreamFailed
from chalicelib.shared.identity import CITIZEN, Gate
from chalicelib.shared.next_door import NextDoor
from chalicelib.shared.relay import Own, Relay, refusal_in
from chalicelib.shared.web import Call, Incoming, Outgoing, Reply, Room
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

PID = "3990100001013"


class Said(Incoming):
    """What is sent."""

    word: str


class Heard(Outgoing):
    """What comes back."""

    word: str
    by: str
    key: str | None
    read: int | None


def opened(refusing: Callable[[], Refusal] | None = None) -> tuple[Relay, Own]:
    issuers = Issuers()
    room = Room("next", Gate(issuers.tokens, local_keyring()))

    @room.post("/next/v1/things/{id}", allow=[CITIZEN], body=Said, answer=Heard, status=201, summary="Say something")
    def say(call: Call) -> Reply:
        if refusing is not None:
            raise refusing()
        heard = Heard(
            word=call.body.word, by=call.caller.name, key=call.headers.get("idempotency-key"), read=call.if_match
        )
        return Reply(heard, version=7)

    own = Own.of({"authorization": f"Bearer {issuers.person(PID, name='มาลี')}", "idempotency-key": "k-1"}, "th")
    return Relay(NextDoor(lambda: [room]), "https://next.klang.test"), own


def test_the_call_is_the_persons_own() -> None:
    relay, own = opened()
    answer = relay.call(own, "POST", "/next/v1/things/a", {"word": "สวัสดี"}, if_match=3)
    assert answer.value == {"word": "สวัสดี", "by": "มาลี", "key": "k-1", "read": 3}
    assert (answer.version, answer.replayed) == (7, False)


@pytest.mark.parametrize(
    "refusal",
    [
        NotFound("ไม่พบ", "No such thing."),
        Stale("แก้ไปแล้ว", "It has changed."),
        TooMany("เต็ม", "Too many.", retry_after=60),
        AssuranceTooLow("อ่อนไป", "Too weak."),
        Invalid("ผิด", "Wrong.", [Fault("/word", "ผิด", "Wrong."), Fault("/more", "ขาด", "Missing.")]),
    ],
)
def test_a_refusal_comes_back_as_what_it_was(refusal: Refusal) -> None:
    relay, own = opened(lambda: refusal)
    with pytest.raises(type(refusal)) as caught:
        relay.call(own, "POST", "/next/v1/things/a", {"word": "x"})
    assert caught.value.faults == refusal.faults and caught.value.retry_after == refusal.retry_after
    assert refusal.faults or (caught.value.th, caught.value.en) == (refusal.th, refusal.en)


def test_what_a_stronger_login_needs_is_not_lost() -> None:
    relay, own = opened(lambda: AssuranceTooLow("อ่อนไป", "Too weak.").wanting("2.3", "1.1"))
    with pytest.raises(AssuranceTooLow) as caught:
        relay.call(own, "POST", "/next/v1/things/a", {"word": "x"})
    assert caught.value.members == {"required_ial": "2.3", "ial": "1.1"} and '"2.3"' in caught.value.challenge


def test_without_a_token_it_is_nobodys_call() -> None:
    relay, _ = opened()
    with pytest.raises(Refusal) as caught:
        relay.call(Own("", "th"), "POST", "/next/v1/things/a", {"word": "x"})
    assert caught.value.slug == "unauthenticated"


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"type": "https://klang.example/problems/internal"}, {"type": "x", "errors": [1]}]
)
def test_nonsense_is_a_system_that_failed(document: Any) -> None:
    assert isinstance(refusal_in(document, {}), UpstreamFailed)


class Away:
    """A network on which nobody answers."""

    def send(self, *_: Any, **__: Any) -> HttpAnswer:
        raise Unreachable("away")


def test_who_is_away_is_told_as_such() -> None:
    with pytest.raises(UpstreamFailed):
        Relay(Away(), "https://next.klang.test").call(Own("Bearer x", "th"), "GET", "/next")
    with pytest.raises(UpstreamFailed):
        opened()[0].call(Own("Bearer x", "th"), "GET", "/nowhere")
