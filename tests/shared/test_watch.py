"""Logs: one JSON line each, and no national id in any of them, however it was written."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.shared.measures import Measurement, answered, measure
from chalicelib.shared.thai import to_thai_digits
from chalicelib.shared.watch import LOGGER, NAMESPACE, Watch, emf_lines, whose
from infra.local.alarms.points import Points, name_of
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
    watch = Watch("klang-test", "test", "gdx", traced=lambda: False)
    planted(watch.logger.info)
    written = lines.text
    assert "[pid]" in written and PID not in written and to_thai_digits(PID) not in written
    for line in written.splitlines():
        assert json.loads(line)["service"] == LOGGER


def test_the_loggers_of_the_house_write_through_it(lines: Lines) -> None:
    Watch("klang-test", "test", "gdx", traced=lambda: False)
    planted(logging.getLogger(f"{LOGGER}.journal").warning)
    written = lines.text
    assert written.count("\n") >= 5
    assert "[pid]" in written and PID not in written


def test_an_invocation_puts_its_id_on_every_line_and_writes_metrics_out(lines: Lines) -> None:
    watch = Watch("klang-test", "test", "gdx", traced=lambda: False)
    context = SimpleNamespace(aws_request_id="request-1", function_name="klang-test")

    def respond(_: Any) -> Any:
        watch.logger.info("inside")
        answered(404, False, 0.0123)
        return SimpleNamespace(status_code=404)

    assert watch.middleware()(SimpleNamespace(lambda_context=context), respond).status_code == 404
    inside, metrics = (json.loads(line) for line in lines.text.splitlines())
    assert inside["lambda_request_id"] == "request-1"
    assert (metrics["Answers4xx"], metrics["AnswerTime"]) == ([1.0], [12.3])
    (told,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (told["Namespace"], told["Dimensions"]) == (NAMESPACE, [["environment", "platform"]])
    assert (metrics["environment"], metrics["platform"]) == ("test", "gdx")


def test_the_tracer_comes_with_the_first_call_that_is_recorded(lines: Lines) -> None:
    recorded = iter((False, True))
    watch = Watch("klang-test", "test", "gdx", traced=lambda: next(recorded))
    seen = [watch.middleware()(SimpleNamespace(), lambda _: watch.tracer) for _ in range(3)]
    assert seen[0] is None and seen[1] is not None and seen[2] is seen[1]


def test_an_event_without_a_measurement_writes_no_metric(lines: Lines) -> None:
    watch = Watch("klang-test", "test", "gdx", traced=lambda: False)
    assert watch.middleware()(SimpleNamespace(), lambda _: None) is None
    assert lines.text == ""


def test_metrics_are_written_out_even_when_the_handler_fails(lines: Lines) -> None:
    watch = Watch("klang-test", "test", "gdx", traced=lambda: False)

    def respond(_: Any) -> Any:
        measure("OutboxResent", 3)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        watch.middleware()(SimpleNamespace(), respond)
    assert json.loads(lines.text)["OutboxResent"] == [3.0]


def test_each_set_of_dimensions_is_a_line_and_each_line_is_what_cloudwatch_reads() -> None:
    taken = [
        Measurement("Messages", 1, "biz", (("outcome", "done"),)),
        Measurement("Messages", 1, "biz", (("outcome", "done"),)),
        Measurement("Messages", 1, "biz", (("outcome", "failed"),)),
        Measurement("OutboxAge", 61.5, "biz"),
    ]
    lines = emf_lines(taken, "prod")
    points = Points()
    assert len(lines) == 3 and all(points.add_line(line, 100.0) for line in lines)
    own = [("environment", "prod"), ("platform", "biz")]
    assert points.statistic(name_of(NAMESPACE, "Messages", [*own, ("outcome", "done")]), "Sum", 0, 200) == 2
    assert points.statistic(name_of(NAMESPACE, "Messages", [*own, ("outcome", "failed")]), "Sum", 0, 200) == 1
    assert points.statistic(name_of(NAMESPACE, "OutboxAge", own), "Maximum", 0, 200) == 61.5


@pytest.mark.parametrize("line", ["", "text", '{"_aws": 1}', '{"_aws": {"CloudWatchMetrics": [', '{"message": "no"}'])
def test_another_line_of_a_log_holds_no_metric(line: str) -> None:
    assert not Points().add_line(line, 1.0)


@pytest.mark.parametrize(
    ("function", "platform"),
    [
        ("klang-prod-gdx-gdx_events", "gdx"),
        ("klang-dev-opendata_sweep", "opendata"),
        ("klang-prod-biz", "biz"),
        ("klang-dev", "citizen"),
        ("", "citizen"),
    ],
)
def test_a_functions_name_says_whose_work_it_does(function: str, platform: str) -> None:
    assert whose(function, "citizen") == platform
