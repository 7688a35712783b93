"""Keys of others, numbers of others, and odd ways to write a path: what clever callers send to the real rooms."""

from __future__ import annotations

import pytest

from tests.hostile.owning import WISHES
from tests.hostile.played import SOMEBODY, Played
from tests.support.wsgi_call import call_wsgi

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("hostile")]

PATHS = (
    "/citizen/v1/shares/..%2fme", "/citizen/v1/shares/%2e%2e%2fme", "/citizen/v1/shares/%252e%252e%252fme",
    "/citizen/v1/%6de", "/citizen/v1/me/", "/citizen//v1/me", "/CITIZEN/v1/me", "/citizen/v1/me;x=1",
    "/citizen/v1/me%00", "/citizen/v1/me%20", "/citizen/v1/me/inbox/%2e%2e", "/biz/v1/verify/%2e%2e%2fapplications",
    "/citizen/v1/me?x=%0d%0aa:b", "/biz/v1/applications/%e0%b9%91%e0%b9%92",
    "/biz/v1/services/..%5c..%5capplications", "/./citizen/v1/me", "/biz/v1/services/../applications",
    "/dataset/%2e%2e%2f%2e%2e%2fhealth", "/dumps/..%2f..%2fgdx-log", "/dumps/%2e%2e", "/dataset/%F0%28%8C%28",
    "/gdx/v1/registers/%2e%2e", "/ws/%2e%2e/x", "/r1/%2e%2e/x/y/z", "/feeds/..%2fme",
    "http://a.example/citizen/v1/me", "/\\a.example/x", "/citizen/v1/me#x", "/%ff", "/%", "/%zz", "/" + "a/" * 2_000,
)  # fmt: skip
"""Ways to write a path so that a guard and a router might read it differently."""
OVERRIDES = {
    "x-http-method-override": "DELETE", "x-method-override": "PUT", "x-original-url": "/citizen/v1/me",
    "x-rewrite-url": "/citizen/v1/me", "x-forwarded-user": "somebody", "x-amzn-oidc-data": "x",
    "forwarded": "for=127.0.0.1", "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "host": "evil.example",
    "transfer-encoding": "chunked",
}  # fmt: skip
"""Headers that some servers obey and none of ours may."""


def test_somebody_elses_key_is_another_key(played: Played) -> None:
    for owner, operation, body in WISHES:
        key = {"idempotency-key": f"{owner} {operation}"}
        again = played.ask(operation, (), owner, body=body, headers=key)
        assert "Idempotent-Replayed" in again.headers, operation
        for other in ("somchai", "ploy", "officer-dcy"):
            answer = played.ask(operation, (), other, body=body, headers=key)
            assert "Idempotent-Replayed" not in answer.headers and answer.body != again.body, (operation, other)


@pytest.mark.parametrize(("operation", "name", "who"), [
    ("POST /citizen/v1/me/mandates", "whom", "ploy"),
    ("POST /biz/v1/delegations", "agent", "malee"),
    ("POST /citizen/v1/assistance", "pid", "assistant-jintana"),
])  # fmt: skip
def test_nobody_learns_whether_a_number_is_somebodys(played: Played, operation: str, name: str, who: str) -> None:
    body = next(body for _, wished, body in WISHES if wished == operation)
    known, unknown = "1990100002021", "1990100099998"
    said: list[tuple[int, int]] = []
    for number in (known, unknown):
        answer = played.ask(operation, (), who, body={**body, name: number}, headers={"idempotency-key": number})
        said.append((answer.status, len(answer.body)))
    assert said[0] == said[1], said


def test_no_way_of_writing_a_path_goes_around_a_guard(played: Played) -> None:
    for path in PATHS:
        for headers in ({}, OVERRIDES):
            status, answered, body = call_wsgi(played.here.front, "GET", path, headers, None)
            assert status < 500, (path, status)
            assert status >= 300 or SOMEBODY.encode() not in body, path
            assert "x-injected" not in answered and "a" not in answered, path
