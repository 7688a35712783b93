"""Forged tokens before every operation: at least 120 before each, all of them in the long run, and none gets in."""

from __future__ import annotations

import pytest

from tests.hostile.doors import ACCESS_DENIED, INSIDE, Doors
from tests.hostile.forged_callers import SCHEMES, everything
from tests.hostile.long_run import CASES
from tests.support.forgeries import PID

EACH = 120
"""Forgeries before each operation; the next operation meets the next ones, so that all are tried before several."""
TOKENS = "POST /oauth2/token"
LARGE = 10_000
"""Characters from which a forgery is tried before few operations: reading it costs a hundred times as much."""


@pytest.fixture(scope="module")
def doors() -> Doors:
    return Doors()


def refused(doors: Doors, name: str, authorization: str) -> str | None:
    """What is wrong with the answer to a forgery, or None."""
    answer = doors.asked(name, authorization)
    if answer.status == INSIDE:
        return f"{name} lets it in"
    if answer.status == 500 and answer.headers.get("X-Road-Error", "").endswith(ACCESS_DENIED):
        return None
    if answer.status not in (401, 403):
        return f"{name} answers {answer.status}"
    told = answer.headers.get("WWW-Authenticate", "")
    error = "invalid_client" if name == TOKENS else "invalid_token"  # RFC 6749 s.5.2, RFC 6750 s.3.1
    return None if told.startswith("Bearer ") and f'error="{error}"' in told else f"{name} tells {told!r}"


def test_no_forgery_opens_anything(doors: Doors) -> None:
    forged = everything(doors.issuers)
    assert len(forged) >= 250
    small = [(what, token) for what, token in forged.items() if len(token) < LARGE]
    large = [(what, token) for what, token in forged.items() if len(token) >= LARGE]
    wrong, tried = [], 0
    for number, name in enumerate(doors.doors):
        turned = [small[(number * EACH + place) % len(small)] for place in range(EACH)]
        some = [*small, *large] if CASES else [*turned, *(large if number % 50 == 0 else ())]
        for what, token in some:
            tried += 1
            if (found := refused(doors, name, f"Bearer {token}")) is not None:
                wrong.append((what, found))
    assert wrong == []
    assert tried >= EACH * 499


def test_a_good_token_opens_nothing_under_another_scheme(doors: Doors) -> None:
    token = doors.issuers.person(PID)
    wrong = []
    for number, name in enumerate(doors.doors):
        for scheme in SCHEMES[number % 3 :: 3]:
            answer = doors.asked(name, scheme.replace("{}", token))
            if answer.status not in (401, 403, 500):
                wrong.append((name, scheme, answer.status))
    assert wrong == []


def test_a_forgery_that_is_let_in_is_seen(doors: Doors) -> None:
    """The public operations let nobody in with a bad token, yet anybody without: that is what a missing check is."""
    name = "GET /citizen/v1/me"
    assert refused(doors, name, f"Bearer {doors.issuers.person(PID)}") == f"{name} lets it in"
    assert refused(doors, name, "") is not None
