"""Each function may do what it must, and no more: the story under the policies that the functions are deployed with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from demo.world import NotAsItShouldBe, World
from infra.functions import HANDLERS
from infra.rights.beside import BESIDE
from infra.rights.granted import API, granted, seen
from infra.stages import PLATFORMS
from tests.journeys.record_rights import differences
from tests.support.apart import apart
from tests.support.rights import policy_of
from tests.support.town import InProcess

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
FUNCTIONS = [(platform, function) for platform in PLATFORMS for function in (API, *HANDLERS[platform])]


def test_the_story_passes_under_the_policies_and_uses_exactly_what_is_written_down() -> None:
    """In a process of its own: what tests before this one left in the memory of theirs would not be asked for again."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.record_rights", "--check"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,  # what the functions log
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), "see docs/how-to/review-rights.md"


def test_a_right_too_many_and_a_right_too_few_are_named() -> None:
    now = {"biz": {API: {"table": ["dynamodb:Query"], "queue/biz-events": ["sqs:SendMessage"]}}}
    written = {"biz": {API: {"table": ["dynamodb:Query", "dynamodb:UpdateItem"]}}}
    assert list(differences(written, now)) == [
        "written down and not used: biz api_handler table dynamodb:UpdateItem",
        "used and not written down: biz api_handler queue/biz-events sqs:SendMessage",
    ]
    assert list(differences(now, now)) == []


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
