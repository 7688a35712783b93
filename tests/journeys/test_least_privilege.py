"""Each function may do what it must, and no more: the story under the policies that the functions are deployed with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from demo.world import NotAsItShouldBe, World
from infra.functions import HANDLERS
from infra.rights.beside import BESIDE
from infra.rights.granted import API, granted, seen
from infra.stages import PLATFORMS
from tests.journeys.privileges import play
from tests.journeys.record_rights import seen_in
from tests.support.apart import Apart, apart
from tests.support.iam import allows
from tests.support.rights import policy_of
from tests.support.town import InProcess

pytestmark = pytest.mark.slow

FUNCTIONS = [(platform, function) for platform in PLATFORMS for function in (API, *HANDLERS[platform])]


@pytest.fixture(scope="module")
def played() -> Iterator[Apart]:
    with apart() as here:
        play(here)
        yield here


def test_the_story_passes_and_nobody_asks_for_more_than_is_granted(played: Apart) -> None:
    assert (played.failures, played.dead_letters()) == ([], 0)
    for platform, functions in played.asked.items():
        for function, asked in functions.items():
            refused = [use for use in asked if not allows(policy_of(platform, function), use)]
            assert (function, refused) == (function, [])


def test_what_is_used_is_written_down_or_has_a_reason(played: Apart) -> None:
    """Less may be seen than is written down: what tests before this one left in the process is not asked for again."""
    now = seen_in(played)
    for platform, function in FUNCTIONS:
        written = {(name, action) for name, actions in seen()[platform].get(function, {}).items() for action in actions}
        used = {(name, action) for name, actions in now[platform].get(function, {}).items() for action in actions}
        reasons = {
            (name, action)
            for each in BESIDE[platform]
            if function in each.functions
            for name, actions in each.rights().items()
            for action in actions
        }
        assert (function, used - written - reasons) == (function, set()), "make rights, or write the reason down"


def test_each_reason_is_for_something_that_the_recording_does_not_show() -> None:
    known = {function for _, function in FUNCTIONS}
    for platform in PLATFORMS:
        for each in BESIDE[platform]:
            assert set(each.functions) <= known
            for function, (name, actions) in product(each.functions, each.rights().items()):
                shown = seen()[platform].get(function, {}).get(name, frozenset())
                assert actions - shown, f"take {name} of {function} out of infra/rights/beside.py: {each.reason}"


def test_one_right_less_is_noticed() -> None:
    def less(platform: str, function: str) -> Mapping[str, Any]:
        whole = policy_of(platform, function)
        return _without(whole, "kms:Sign") if (platform, function) == ("gdx", API) else whole

    with apart(less) as here, pytest.raises(NotAsItShouldBe, match="no token for laemngop-office"):
        World(InProcess(here)).person("laemngop-office")


def test_what_one_function_may_do_another_may_not() -> None:
    """Each runs under its own policy: what seals the log may write there, what carries exchanges may not."""
    log = "objects/gdx-log/checkpoint"
    assert "s3:PutObject" in granted("gdx", "gdx_seal")[log]
    assert log not in granted("gdx", "gdx_exchanges")
    assert granted("opendata", "opendata_sql") == {}


def _without(policy: Mapping[str, Any], action: str) -> dict[str, Any]:
    kept = [
        {**statement, "Action": [each for each in statement["Action"] if each != action]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": kept}
