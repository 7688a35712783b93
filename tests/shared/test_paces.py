"""How often one caller may ask: counted in the table, so that no number of processes gives more tries."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from chalicelib.shared.errors import TooMany
from chalicelib.shared.identity import CITIZEN, NOBODY, PUBLIC, Caller, Gate
from chalicelib.shared.paces import Pace, Paces, network_of
from chalicelib.shared.web import Call, Room
from tests.support.client import Client
from tests.support.forgeries import PID
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable
from tests.support.tokens import NOW, Issuers

PACE = Pace("codes", 3)
ISSUERS = Issuers()
ADDRESS = "198.51.100.7"


class Counter:
    """Processes of one room over one table, and a clock."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.now = NOW

    def clock(self) -> datetime:
        return self.now

    def process(self) -> Paces:
        return Paces(self.table, local_keyring(), self.clock)

    def client(self, pace: Pace = PACE) -> Client:
        room = Room("test", Gate(ISSUERS.tokens, local_keyring()))
        room.paces = self.process()

        @room.post("/codes", allow=[PUBLIC, CITIZEN], raw=True, pace=pace, summary="Tries a code")
        def codes(call: Call) -> dict[str, str]:
            return {"tried": call.caller.kind}

        return Client([room])


def test_each_process_counts_on_where_the_others_are() -> None:
    counter = Counter()
    for _ in range(PACE.most):
        counter.process().take(PACE, NOBODY, ADDRESS)
    with pytest.raises(TooMany) as refused:
        counter.process().take(PACE, NOBODY, ADDRESS)
    assert refused.value.retry_after == 60 and "60" in refused.value.th and "60" in refused.value.en
    counter.process().take(PACE, NOBODY, "198.51.100.8")
    counter.process().take(Pace("others", 3), NOBODY, ADDRESS)


def test_the_next_window_begins_anew() -> None:
    counter = Counter()
    counter.now += timedelta(seconds=59)
    for _ in range(PACE.most):
        counter.process().take(PACE, NOBODY, ADDRESS)
    with pytest.raises(TooMany) as refused:
        counter.process().take(PACE, NOBODY, ADDRESS)
    assert refused.value.retry_after == 1
    counter.now += timedelta(seconds=1)
    counter.process().take(PACE, NOBODY, ADDRESS)


def test_who_is_known_is_counted_by_name_and_not_by_network() -> None:
    paces = Counter().process()
    for number in range(PACE.most + 1):
        paces.take(PACE, Caller("system", f"TH/LOCAL/X/{number}"), ADDRESS)
    for _ in range(PACE.most):
        paces.take(PACE, Caller("citizen", "a"), ADDRESS)
    with pytest.raises(TooMany):
        paces.take(PACE, Caller("citizen", "a"), "203.0.113.99")


def test_nothing_of_the_caller_lies_in_the_table() -> None:
    counter = Counter()
    counter.process().take(PACE, NOBODY, ADDRESS)
    counter.process().take(PACE, Caller("citizen", "a-pseudonym"), ADDRESS)
    rows = [f"{key.pk} {key.sk}" for key in counter.table._items]
    assert len(rows) == 2 and not any(ADDRESS in row or "a-pseudonym" in row for row in rows)


def test_a_room_of_this_very_process_is_not_counted() -> None:
    counter = Counter()
    for _ in range(PACE.most + 1):
        counter.process().take(PACE, NOBODY, "")
    assert counter.table.requests == []


@pytest.mark.parametrize("language", ["th", "en"])
def test_who_asks_too_often_is_told_when_to_come_back(language: str) -> None:
    client = Counter().client()
    headers = {"accept-language": language}
    for _ in range(PACE.most):
        answer = client.post("/codes", headers=headers)
        assert answer.status == 200 and answer.headers["ratelimit-policy"] == '"codes";q=3;w=60'
    answer = client.post("/codes", headers=headers)
    assert answer.status == 429 and answer.json["type"].endswith("/too-many-requests")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "60" and answer.headers["ratelimit"] == '"codes";r=0;t=60'
    assert answer.headers["ratelimit-policy"] == '"codes";q=3;w=60'
    assert bool(re.search("[\u0e00-\u0e7f]", answer.json["detail"])) is (language == "th")
    assert client.post("/codes", token=ISSUERS.person(PID)).status == 200


def test_each_request_costs_one_write_and_what_counts_inside_none() -> None:
    for pace, cost in ((PACE, 1), (Pace("codes", 3, counted_inside=True), 0)):
        counter = Counter()
        counter.client(pace).post("/codes")
        assert len(counter.table.requests) == cost


def test_a_forged_token_costs_nothing() -> None:
    counter = Counter()
    assert counter.client().post("/codes", token="x.y.z").status == 401
    assert counter.table.requests == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "unknown"),
        ("198.51.100.7, 1.2.3.4", "unknown"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network
