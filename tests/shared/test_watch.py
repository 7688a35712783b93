"""Logs: one JSON line each, and no national id in any of them, however it was written."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.shared.thai import to_thai_digits
from chalicelib.shared.watch import LOGGER, NAMESPACE, Watch
from tests.support.spellings import grouped

PID = "1101700207030"


class Lines:
    """The lines that were written, as JSON."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    @property
    def text(self) -> str:
        return self._capsys.readouterr().out


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Standard output; the house's logger is put back as it was."""
    state = vars(logging.getLogger(LOGGER))
    before = {**state, "handlers": list(state["handlers"]), "filters": list(state["filters"])}
    fresh = vars(logging.Logger(LOGGER))
    # Powertools leaves its marks on the logger and configures it once per process only
    for mark in set(state) - set(fresh):
        del state[mark]
    state["handlers"], state["filters"] = [], []
    yield Lines(capsys)
    state.clear()
    state.update(before)


def planted(log: Callable[..., None]) -> None:
    """Ids in every place of a record where one can stand."""
    log(f"message {PID}")
    log("argument %s", PID)
    log("extra", extra={"pid": PID, "deep": {"list": [to_thai_digits(PID)], PID: grouped(PID, "-")}})
    log("bytes", extra={"body": f'{{"pid":"{PID}"}}'.encode()})
    try:
        raise ValueError(f"no such person {PID}")
    except ValueError:
        log("with a traceback", exc_info=True)


def test_no_line_of_a_log_holds_an_id(lines: Lines) -> None:
    watch = Watch("klang-test", tracing=False)
    planted(watch.logger.info)
    written = lines.text
    assert "[pid]" in written and PID not in written and to_thai_digits(PID) not in written
    for line in written.splitlines():
        assert json.loads(line)["service"] == LOGGER


def test_the_loggers_of_the_house_write_through_it(lines: Lines) -> None:
    Watch("klang-test", tracing=False)
    planted(logging.getLogger(f"{LOGGER}.journal").warning)
    written = lines.text
    assert written.count("\n") >= 5
    assert "[pid]" in written and PID not in written


def test_an_invocation_puts_its_id_on_every_line_and_writes_metrics_out(lines: Lines) -> None:
    watch = Watch("klang-test", tracing=False)
    watch.metrics.clear_metrics()  # Powertools keeps one set per process; another test's app may have added to it
    event = SimpleNamespace(lambda_context=SimpleNamespace(aws_request_id="request-1"))

    def respond(_: Any) -> Any:
        watch.logger.info("inside")
        return SimpleNamespace(status_code=404)

    assert watch.middleware()(event, respond).status_code == 404
    inside, metrics = (json.loads(line) for line in lines.text.splitlines())
    assert inside["lambda_request_id"] == "request-1"
    assert metrics["Answers4xx"] == [1.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE


def test_an_event_without_an_answer_writes_no_metric(lines: Lines) -> None:
    watch = Watch("klang-test", tracing=False)
    assert watch.middleware()(SimpleNamespace(), lambda _: None) is None
    assert lines.text == ""


def test_metrics_are_written_out_even_when_the_handler_fails(lines: Lines) -> None:
    watch = Watch("klang-test", tracing=False)

    def respond(_: Any) -> Any:
        watch.metrics.add_metric(name="Tried", unit="Count", value=1)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        watch.middleware()(SimpleNamespace(), respond)
    assert json.loads(lines.text)["Tried"] == [1.0]


def test_a_measurement_for_an_alarm_has_the_environment_as_its_only_dimension(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Watch("klang-prod-gdx", tracing=False).measure("LogBehind", "Seconds", 61.5, "prod")
    said = json.loads(capsys.readouterr().out)
    (metrics,) = said["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == (NAMESPACE, [["environment"]])
    assert (said["environment"], said["LogBehind"]) == ("prod", [61.5])
