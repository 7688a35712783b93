"""From what was measured to what the public is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.status import words
from chalicelib.status.model import Announcement, Part, Standing, Value
from chalicelib.status.rules import overall, parts, shown

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)


def standing(at: float = 30, **values: float) -> Standing:
    """What was measured `at` seconds ago."""
    moment = NOW - timedelta(seconds=at)
    return Standing({name: Value(value, moment) for name, value in values.items()}, moment)


def states(platform: str, known: Standing) -> dict[str, str]:
    return {part.name: part.state for part in parts(platform, known, NOW)}


@pytest.mark.parametrize(
    ("platform", "values", "name", "state"),
    [
        ("gdx", {"LogBehind": 20}, "log", "pass"),
        ("gdx", {"LogBehind": 301}, "log", "warn"),
        ("gdx", {"LogBehind": 4 * 3600 + 1}, "log", "fail"),
        ("gdx", {}, "log", "warn"),
        ("biz", {"OutboxAge": 899}, "delivery", "pass"),
        ("biz", {"OutboxAge": 901}, "delivery", "warn"),
        ("biz", {"OutboxAge": 0, "OutboxGivenUp": 1}, "delivery", "warn"),
        ("opendata", {"SearchAge": 600}, "search", "pass"),
        ("opendata", {"SearchAge": 3601}, "search", "warn"),
        ("citizen", {"LoginsAway": 0}, "login", "pass"),
        ("citizen", {"LoginsAway": 50}, "login", "warn"),
        ("citizen", {"LoginsAway": 100}, "login", "fail"),
        ("citizen", {"OffersPaused": 0}, "offers", "pass"),
        ("citizen", {"OffersPaused": 1}, "offers", "warn"),
        ("citizen", {}, "login", "pass"),
    ],
)
def test_a_part_is_as_it_was_measured(platform: str, values: dict[str, float], name: str, state: str) -> None:
    assert states(platform, standing(**values))[name] == state


@pytest.mark.parametrize(("ago", "state"), [(30, "pass"), (181, "warn"), (15 * 60 + 1, "fail")])
def test_what_runs_each_minute_is_missed_when_it_does_not(ago: float, state: str) -> None:
    assert states("biz", standing(ago, OutboxAge=0))["work"] == state
    assert states("biz", Standing())["work"] == "warn"


def test_what_nobody_measures_any_more_waits_on() -> None:
    old = standing(2 * 3600, LogBehind=10, OutboxAge=0, SearchAge=0)
    assert states("gdx", old) == {"work": "fail", "delivery": "warn", "log": "warn"}
    assert states("opendata", old)["search"] == "warn"


def test_the_whole_is_as_its_worst_part_and_an_incident_is_a_warning() -> None:
    good, bad = Part("a", "pass"), Part("b", "fail")
    coming = Announcement("1", "incident", "ก", "a", NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    begun = Announcement("2", "incident", "ก", "a", NOW - timedelta(hours=1), NOW + timedelta(hours=2))
    planned = Announcement("3", "maintenance", "ก", "a", NOW - timedelta(hours=1), NOW + timedelta(hours=2))
    assert overall([good], [], NOW) == overall([good], [coming, planned], NOW) == "pass"
    assert overall([good], [begun], NOW) == "warn"
    assert overall([good, bad], [begun], NOW) == "fail"
    assert shown([coming, begun, planned], NOW) == [begun, planned, coming]
    assert shown([begun], NOW + timedelta(hours=2)) == []


def test_every_part_has_its_words() -> None:
    names = {part.name for platform in words.PLATFORMS for part in parts(platform, Standing(), NOW)}
    assert names | {"store"} == words.PARTS.keys()
