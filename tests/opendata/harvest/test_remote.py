"""Asking a source: where one goes, where not, and how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.opendata.harvest.remote import PER_MINUTE, Answer, Away, Broken, Remote, host_of
from chalicelib.shared.egress import GuardedHttp, Http, HttpAnswer, Unreachable
from tests.opendata.harvest.remotes import answer
from tests.opendata.portal import Network
from tests.support.memory import MemoryTable

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def remote(http: Http) -> Remote:
    return Remote(http, MemoryTable(), lambda: NOON, "https://data.klang.test")


def served(answers: dict[str, HttpAnswer]) -> Network:
    network = Network()
    network.serve = lambda method, url, headers, body: answers[url]
    return network


def hop(to: str, status: int = 301) -> HttpAnswer:
    return answer("", status=status, location=to)


def fetch(answers: dict[str, HttpAnswer], url: str = "https://a.example/x") -> Answer:
    return remote(served(answers)).fetch(url, "application/json")


def test_a_few_redirects_on_the_same_host_are_followed() -> None:
    found = fetch(
        {
            "https://a.example/x": hop("/y"),
            "https://a.example/y": hop("https://a.example/z", 308),
            "https://a.example/z": answer("{}"),
        }
    )
    assert (found.url, found.body) == ("https://a.example/z", b"{}")


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("https://b.example/x", "moved"),
        ("http://a.example/x", "moved"),
        ("https://a.example:8443/x", "moved"),
        ("http://169.254.169.254/latest/meta-data/", "moved"),
        ("file:///etc/passwd", "moved"),
        ("https://[::1", "redirects"),
        ("/x", "redirects"),
    ],
)
def test_other_redirects_are_not(to: str, reason: str) -> None:
    with pytest.raises(Broken) as broken:
        fetch({"https://a.example/x": hop(to)})
    assert broken.value.reason == reason


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 301])
def test_a_refusal_is_final(status: int) -> None:
    with pytest.raises(Broken, match="refused"):
        fetch({"https://a.example/x": answer("", status=status)})


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_source_is_asked_later(status: int) -> None:
    with pytest.raises(Away, match="busy"):
        fetch({"https://a.example/x": answer("", status=status)})


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "https://localhost/x",
        "https://10.0.0.8/x",
        "https://[::ffff:10.0.0.8]/x",
        "http://169.254.169.254/latest/",
        "https://user:secret@a.example/",
        "ftp://a.example/x",
    ],
)
def test_addresses_that_nobody_outside_may_have_are_never_called(url: str) -> None:
    with pytest.raises(Broken, match="address"):
        remote(GuardedHttp()).fetch(url, "*/*")


@pytest.mark.parametrize(
    ("why", "reason", "final"),
    [
        ("the address is not allowed", "address", True),
        ("the answer is larger than 5 MB", "large", True),
        ("the answer takes too long", "silent", False),
        ("the name does not resolve", "silent", False),
        ("ConnectTimeoutError", "silent", False),
    ],
)
def test_no_answer_means_later_or_never(why: str, reason: str, final: bool) -> None:
    network = Network()

    def silent(*_: object) -> HttpAnswer:
        raise Unreachable(why)

    network.serve = silent
    with pytest.raises(Broken if final else Away, match=reason):
        remote(network).fetch("https://a.example/x", "*/*")


def test_a_host_has_one_budget_whatever_is_asked_of_it() -> None:
    network = Network()
    network.serve = lambda method, url, headers, body: answer("{}")
    asks = remote(network)
    for number in range(PER_MINUTE):
        asks.fetch(f"https://a.example/{number}", "*/*")
    with pytest.raises(Away) as away:
        asks.fetch("https://A.example:443/again", "*/*")
    assert (away.value.reason, away.value.counts) == ("turn", False)
    asks.fetch("https://b.example/", "*/*")


def test_we_say_who_asks() -> None:
    network, told = Network(), {}

    def serve(method: str, url: str, headers: dict[str, str], body: bytes | None) -> HttpAnswer:
        told.update(headers)
        return answer("{}")

    network.serve = serve  # type: ignore[assignment]  # narrower than the protocol's Mapping
    remote(network).fetch("https://a.example/", "text/turtle")
    assert told == {"user-agent": "Klang-Harvester/1.0 (+https://data.klang.test)", "accept": "text/turtle"}


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://A.Example/x", "a.example"), ("http://a.example:8080", "a.example:8080"), ("https://[::1", ""), ("", "")],
)
def test_hosts(url: str, host: str) -> None:
    assert host_of(url) == host
