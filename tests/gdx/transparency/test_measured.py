"""The minute's run in a real house: it seals, measures what the alarms watch, and fails aloud."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chalicelib.gdx.transparency import store
from chalicelib.gdx.transparency.tiles import BrokenLog
from chalicelib.settings import Settings
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Update
from chalicelib.wiring import House, open_house
from infra.local.surroundings import variables
from infra.provision import load_template
from tests.support.cloud import ENVIRONMENT, ORIGIN, REGION, moto_cloud


@pytest.fixture
def house() -> Iterator[House]:
    with moto_cloud(["gdx"]) as session:
        yield open_house(
            Settings.from_env({**variables(ENVIRONMENT, ORIGIN), "PLATFORMS": "gdx", "AWS_REGION": REGION}),
            session=session,
        )


def measured(written: str) -> dict[str, float]:
    """Values of the metrics that were written out, by name."""
    lines = [json.loads(line) for line in written.splitlines() if '"_aws"' in line]
    assert all(line["environment"] == "test" for line in lines)
    return {metric["Name"]: line[metric["Name"]][0] for line in lines for metric in _metrics(line)}


def _metrics(line: dict[str, dict[str, list[dict[str, list[dict[str, str]]]]]]) -> list[dict[str, str]]:
    return line["_aws"]["CloudWatchMetrics"][0]["Metrics"]


def test_a_run_is_measured_and_one_that_fails_too(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.sweeps["gdx_seal"]()
    assert measured(capsys.readouterr().out) == {"LogSealFailures": 0.0, "LogBehind": 0.0}
    table = house.parts("gdx").table
    head = table.get(store.HEAD)
    assert head is not None
    table.write([Update(head.next({**head.data, "size": 7, "published": False}))], new_token())
    with pytest.raises(BrokenLog):
        house.sweeps["gdx_seal"]()
    assert measured(capsys.readouterr().out) == {"LogSealFailures": 1.0}


def test_the_alarms_watch_just_these() -> None:
    alarms = [
        entry.properties for entry in load_template().resources.values() if entry.type == "AWS::CloudWatch::Alarm"
    ]
    ours = {alarm["MetricName"]: alarm for alarm in alarms if alarm["Namespace"] == "Klang"}
    assert {"LogBehind", "LogSealFailures"} <= set(ours)
    for name in ("LogBehind", "LogSealFailures"):
        assert ours[name]["Dimensions"] == [{"Name": "environment", "Value": {"Ref": "Environment"}}]
    # a run that does not come at all measures nothing, and that is the worst
    assert (ours["LogBehind"]["TreatMissingData"], ours["LogBehind"]["Threshold"]) == ("breaching", 300)
