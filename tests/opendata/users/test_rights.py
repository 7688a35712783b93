"""Who may do what: every writing action, by everybody, to one's own organisation's things and to another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.opendata import actions as actions  # enters the actions
from chalicelib.opendata.actions import registry
from tests.opendata.users.town import ACTIONS, KNOWN, ROLES, Town, allowed

WRITES = sorted(name for name, action in registry.ACTIONS.items() if action.writes)


TOWNS = 20
"""Fresh towns over which the actions are spread: a town that grows old answers slowly."""
TRIED = {"laemngop": ROLES, "other": ("citizen", "admin", "other", "operator")}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.mark.parametrize("names", [sorted(ACTIONS)[each::TOWNS] for each in range(TOWNS)], ids=", ".join)
def test_each_may_do_what_the_table_says_and_nothing_else(town: Town, names: list[str]) -> None:
    for action in names:
        roles, make = ACTIONS[action]
        for org, tried in TRIED.items():
            # what everybody may who is known is tried by some
            some = [role for role in tried if roles is not KNOWN or role in ("anonymous", "citizen", "publisher")]
            refused = [role for role in some if not allowed(action, role, org)]
            given = make(town, org, refused[0]) if refused else {}
            for role in refused:  # all of them try the same thing: a refusal must leave it as it was
                answer = town.portal.act(action, town.logins[role], **given)
                assert answer.status in ((403, 404) if roles else (403, 404, 409)), (action, org, role, answer.json)
            for role in some:
                if role not in refused:
                    answer = town.portal.act(action, town.logins[role], **make(town, org, role))
                    assert answer.status == 200, (action, org, role, answer.json)


def test_nobody_writes_without_being_known(town: Town) -> None:
    before = len(town.portal.memory._items)
    for action in WRITES:
        answer = town.portal.act(action, None, id="laemngop", name="a-name")
        assert answer.status == 403
        message = f"Access denied: Action {action} requires an authenticated user"
        assert answer.json["error"] == {"__type": "Authorization Error", "message": message}
    assert len(town.portal.memory._items) == before


def test_the_table_has_every_writing_action() -> None:
    # whose organisation is made depends on who asks: see tests/opendata/groups
    assert set(WRITES) - {"organization_create"} == set(ACTIONS)
