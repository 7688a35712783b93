"""Bodies that are handed on as they come: within their limits, and by the same guarded way out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.shared.egress import GuardedHttp, HttpAnswer, Unreachable, downloads
from tests.shared.provider import LOOPBACK, serving


@pytest.fixture
def provider() -> Iterator[int]:
    """The port of a provider on loopback."""
    with serving() as port:
        yield port


def fetched(url: str, limit: int, *, whole: bool = True, timeout: float = 5.0) -> tuple[HttpAnswer, bytes]:
    body = bytearray()
    answer = GuardedHttp(LOOPBACK).fetch(
        "GET", url, headers={}, sink=body.extend, limit=limit, timeout=timeout, whole=whole
    )
    return answer, bytes(body)


def test_a_body_is_handed_on_as_it_comes(provider: int) -> None:
    answer, body = fetched(f"http://127.0.0.1:{provider}/", 100)
    assert (answer.status, answer.headers["x-answer"], answer.body, body) == (200, "Yes", b"", "ตอบ".encode())


@pytest.mark.parametrize(("path", "limit"), [("large", 0), ("large", 10), ("bomb", 10), ("drip", 1)])
def test_whoever_wants_only_the_beginning_hangs_up_then(provider: int, path: str, limit: int) -> None:
    answer, body = fetched(f"http://127.0.0.1:{provider}/{path}", limit, whole=False)
    assert (answer.status, len(body)) == (200, limit)


@pytest.mark.parametrize("path", ["large", "bomb"])
def test_no_more_than_was_wanted_is_handed_on(provider: int, path: str) -> None:
    body = bytearray()
    with pytest.raises(Unreachable, match="larger than 1 MB"):
        GuardedHttp(LOOPBACK).fetch(
            "GET", f"http://127.0.0.1:{provider}/{path}", headers={}, sink=body.extend, limit=1 << 20, timeout=5.0
        )
    assert len(body) <= 1 << 20


def test_a_body_that_drips_is_given_up(provider: int) -> None:
    with pytest.raises(Unreachable, match="too long"):
        fetched(f"http://127.0.0.1:{provider}/drip", 100, timeout=0.5)


def test_a_redirect_of_a_fetch_is_not_followed(provider: int) -> None:
    answer, _ = fetched(f"http://127.0.0.1:{provider}/redirect", 100)
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")


class Whole:
    """An `Http` that knows only whole answers."""

    def send(self, method: str, url: str, **_: Any) -> HttpAnswer:
        return HttpAnswer(200, {}, b"12345")


def test_whoever_knows_only_whole_answers_keeps_the_same_promises() -> None:
    body = bytearray()
    way = downloads(Whole())
    answer = way.fetch("GET", "x", headers={}, sink=body.extend, limit=3, timeout=1.0, whole=False)
    assert (answer.body, bytes(body)) == (b"", b"123")
    with pytest.raises(Unreachable, match="larger"):
        way.fetch("GET", "x", headers={}, sink=body.extend, limit=3, timeout=1.0)
    guarded = GuardedHttp()
    assert downloads(guarded) is guarded
