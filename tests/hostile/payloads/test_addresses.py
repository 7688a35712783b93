"""The guarded way out: no address of the list gets a connection, and the recorder would have seen one."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest
import requests

from chalicelib.shared.egress import GuardedHttp, Unreachable
from tests.hostile.payloads.addresses import EVERY, NAMES, PUBLIC
from tests.hostile.payloads.recorder import CANARY, Names, Seen

METHODS = ("GET", "POST", "HEAD", "OPTIONS")


def sent(url: str, method: str = "GET", networks: tuple[str, ...] = ()) -> str:
    """Why there was no answer."""
    with pytest.raises(Unreachable) as refused:
        GuardedHttp(networks).send(method, url, headers={"authorization": "Bearer secret"})
    return refused.value.reason


def test_the_list_is_long_and_holds_nothing_twice() -> None:
    assert len(EVERY) == len(set(EVERY)) >= 150


def test_no_address_of_the_list_gets_a_connection(seen: Seen) -> None:
    for url in EVERY:
        for method in METHODS:
            sent(url, method)
    assert not seen.anything, seen


def test_without_the_list_of_names_nothing_is_lost(seen: Seen, names: Names) -> None:
    """A private network that the environment opens stays the only one: the list still gets nothing by way of it."""
    names.give("inside.example", ("10.20.0.9",))
    for url in EVERY:
        sent(url, networks=("10.20.0.0/16",))
    assert not seen.anything, seen
    sent("https://inside.example/", networks=("10.20.0.0/16",))
    assert seen.connects == [("10.20.0.9", 443)]


@pytest.mark.parametrize("second", [rounds[0] for rounds in NAMES.values()])
def test_a_name_that_turns_inside_after_it_was_judged_is_not_asked_again(
    second: tuple[str, ...], seen: Seen, names: Names
) -> None:
    names.give("turns.example", PUBLIC, second)
    sent("https://turns.example/")
    assert names.asked == ["turns.example", PUBLIC[0]], "the second time it is the number that is read"
    assert seen.connects == [(PUBLIC[0], 443)]
    assert sent("https://turns.example/") in ("the address is not allowed", "the name does not resolve")
    assert seen.connects == [(PUBLIC[0], 443)]


def test_a_reason_tells_nothing_of_the_address(seen: Seen) -> None:
    told = {sent(url) for url in EVERY}
    assert told == {
        "the address is not allowed",
        "the name does not resolve",
        "the address cannot be read",
        "the address is not plain http(s)",
    }


def test_the_recorder_sees_whoever_goes_round_the_guard(seen: Seen, tmp_path: Path) -> None:
    """Without this, an empty record would prove nothing."""
    with pytest.raises(requests.ConnectionError):
        requests.get("https://good.example/", timeout=5)
    with pytest.raises(OSError, match="recorded"):
        urllib.request.urlopen("http://169.254.169.254/latest/")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(OSError, match="recorded"):
        datagram.sendto(b"x", ("10.0.0.2", 53))
    with pytest.raises(OSError, match="recorded"):
        Path(CANARY).read_text("utf-8")
    assert seen.connects == [(PUBLIC[0], 443), ("169.254.169.254", 80), ("10.0.0.2", 53)]
    assert (seen.other, seen.opened) == (["urllib.Request"], [CANARY])
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("unknown.example", 443)
