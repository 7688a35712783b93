"""What tests of powers of attorney do again and again: give one, have it accepted, act by it."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.thai import check_digit
from tests.support.client import Answer

from ..samples import food
from ..town import FOOD, MALEE, SOMCHAI, Town

ALL_ACTS = ("fill", "file", "pay", "withdraw", "receive", "reuse")
UNKNOWN = "199010000999" + check_digit("199010000999")
"""A national id that nobody has."""


def wish(**changes: Any) -> dict[str, Any]:
    """A good power of attorney."""
    return {"agent": SOMCHAI, "services": [FOOD], "acts": list(ALL_ACTS), "until": "2027-03-31", **changes}


def given(town: Town, by: str = MALEE, **changes: Any) -> str:
    """An offer; its id."""
    return str(town.ok(by, "POST", "/delegations", json=wish(**changes))["id"])


def held(town: Town, by: str = MALEE, to: str = SOMCHAI, **changes: Any) -> str:
    """A power of attorney that its agent accepted; its id."""
    deed = given(town, by, agent=to, **changes)
    command(town, to, deed, "accept")
    return deed


def command(town: Town, who: str, deed: str, name: str) -> Any:
    """A command that must succeed."""
    return town.ok(who, "POST", f"/delegations/{deed}/{name}")


def opening(town: Town, deed: str, who: str = SOMCHAI, service: str = FOOD, **changes: Any) -> Answer:
    """An application opened by an agent."""
    return town.call(who, "POST", "/applications", json={"service": service, "delegation": deed, **changes})


def opened(town: Town, deed: str, who: str = SOMCHAI) -> str:
    """A draft opened by an agent; its id."""
    answer = opening(town, deed, who)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def drafted(town: Town, deed: str, who: str = SOMCHAI) -> str:
    """A draft by an agent with everything in it."""
    case = opened(town, deed, who)
    town.ok(who, "POST", f"/applications/{case}/prefill")
    answers = food()["tests"][0]["answers"]
    del answers["operator"]
    town.patch(case, answers, who)
    town.send(case, "site_map", pid=who)
    return case


def show(town: Town, deed: str, who: str = MALEE) -> Any:
    """The power as one of its sides sees it."""
    return town.ok(who, "GET", f"/delegations/{deed}")
