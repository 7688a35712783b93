"""Acting for another: only Klang's own tokens may say so, and only routes that allow it let such a caller in."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.shared.errors import NotAllowed, Unauthenticated
from chalicelib.shared.identity import CITIZEN, Gate, Posting, citizen, officer
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

PID, OFFICER = "3990100023033", "3990100025052"
BILLS = citizen(acting="bills")


class Everybody:
    """A staff register in which everybody serves."""

    def posting(self, pseudonym: str) -> Posting:
        return Posting("TH/LOCAL/LAEMNGOP", frozenset({"assistant"}))


def gate(issuers: Issuers) -> Gate:
    return Gate(issuers.tokens, local_keyring(), Everybody())


def acting(issuers: Issuers, **changes: Any) -> str:
    return "Bearer " + issuers.acting(PID, actor="officer:abc", scopes="bills inbox", **changes)


def test_who_acts_is_the_person_and_is_named() -> None:
    issuers = Issuers()
    caller = gate(issuers).admit(acting(issuers), [BILLS])
    assert (caller.kind, caller.pid, caller.actor, caller.mandate) == ("citizen", PID, "officer:abc", "mandate-1")
    assert caller.label == f"citizen:{caller.id} by officer:abc" and caller.scopes == {"bills", "inbox"}


def test_a_route_that_does_not_say_so_lets_nobody_act() -> None:
    issuers = Issuers()
    for allow in ([CITIZEN], [citizen(acting="wallet")], [officer()], [CITIZEN, officer("assistant")]):
        with pytest.raises(NotAllowed):
            gate(issuers).admit(acting(issuers), allow)


def test_a_login_of_ones_own_enters_all_the_same() -> None:
    issuers = Issuers()
    caller = gate(issuers).admit(f"Bearer {issuers.person(PID)}", [BILLS])
    assert caller.actor is None and caller.label == f"citizen:{caller.id}"


def test_only_klangs_own_tokens_may_name_an_actor() -> None:
    issuers = Issuers()
    token = issuers.person(PID, act={"sub": "officer:abc"}, scope="bills", mandate="m")
    with pytest.raises(Unauthenticated):
        gate(issuers).admit(f"Bearer {token}", [BILLS])


@pytest.mark.parametrize(
    "changes",
    [{"act": "x"}, {"act": {}}, {"act": {"sub": ""}}, {"act": {"sub": 7}}, {"scope": ["bills"]}, {"mandate": 1}],
)
def test_a_half_said_actor_is_no_actor(changes: dict[str, Any]) -> None:
    issuers = Issuers()
    with pytest.raises(Unauthenticated):
        gate(issuers).admit(acting(issuers, **changes), [BILLS])
