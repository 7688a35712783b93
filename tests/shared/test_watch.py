"""Logs: one JSON line each, and no national id in any of them, however it was written."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.thai import check_digit, to_thai_digits
from chalicelib.shared.watch import LOGGER, NAMESPACE, Watch, redact

PID = "1101700207030"
GROUPS = ("1", "1017", "00207", "03", "0")
TWELVE = st.from_regex(r"[1-8][0-9]{11}", fullmatch=True)


def grouped(separator: str) -> str:
    return separator.join(GROUPS)


SPELLINGS: dict[str, str] = {
    "plain": PID,
    "dashes": grouped("-"),
    "spaces": grouped(" "),
    "dots": grouped("."),
    "underscores": grouped("_"),
    "slashes": grouped("/"),
    "no-break spaces": grouped("\u00a0"),
    "en dashes": grouped("–"),
    "hyphens of Unicode": grouped("\u2010"),
    "minus signs": grouped("−"),
    "zero width spaces": grouped("\u200b"),
    "two spaces": grouped("  "),
    "each digit apart": " ".join(PID),
    "Thai": to_thai_digits(PID),
    "Thai, dashes": to_thai_digits(grouped("-")),
    "half Thai": to_thai_digits(PID[:6]) + PID[6:],
    "full width": "".join(chr(0xFF10 + int(digit)) for digit in PID),
    "Arabic-Indic": "".join(chr(0x660 + int(digit)) for digit in PID),
    "JSON escapes, Thai": json.dumps(to_thai_digits(PID))[1:-1],
    "JSON escapes, full width": json.dumps("".join(chr(0xFF10 + int(digit)) for digit in PID))[1:-1],
    "JSON escapes, en dashes": json.dumps(grouped("–"))[1:-1],
    "percent, spaces": quote(grouped(" ")),
    "percent, Thai": quote(to_thai_digits(PID)),
    "percent, lower case": quote(to_thai_digits(PID)).lower(),
    "percent, dashes": grouped("%2D"),
    "form": grouped("+"),
    "HTML": "".join(f"&#{ord(digit)};" for digit in PID),
}

SURROUNDINGS: dict[str, str] = {
    "alone": "{}",
    "in a sentence": "คุณ {} มาแล้ว",
    "in an address": "https://x.example/people/{}/cards?a=1",
    "in JSON": '{{"pid":"{}"}}',
    "in JSON in JSON": '{{"body":"{{\\"pid\\":\\"{}\\"}}"}}',
    "glued to letters": "pid{}x",
    "after a number": "7 {}",
    "after a number and a dash": "7-{}",
    "before a number": "{}, 7",
    "in brackets": "({})[{}]",
}


@pytest.mark.parametrize("around", SURROUNDINGS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_national_id_is_masked(spelling: str, around: str) -> None:
    text = SPELLINGS[spelling]
    said = redact(SURROUNDINGS[around].format(text, text))
    assert said == SURROUNDINGS[around].format("[pid]", "[pid]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1101700207031",
        "110170020703",
        "11017002070300",
        "01101700207030",
        "2026-11-25T03:00:00.000+07:00",
        "1764039600000",
        "019c7a3f2b1d4e5f60718293a4b5c6d7",
        "1-5759e988-bd862e3fe1be46a994272793",
        "08 1234 5678",
        "127.0.0.1 10.20.30.40",
        "0105569000017",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text


@given(TWELVE, st.text(st.characters(exclude_categories=["Nd"]), max_size=20), st.sampled_from(["", "-", " "]))
def test_any_id_anywhere_is_masked(twelve: str, around: str, gap: str) -> None:
    pid = twelve + check_digit(twelve)
    text = f"{around}x{gap.join((pid[0], pid[1:5], pid[5:10], pid[10:12], pid[12]))}x{around}"
    assert pid not in redact(text).translate({ord("-"): None, ord(" "): None})
    assert "[pid]" in redact(text)


@given(st.text(max_size=300))
def test_text_without_an_id_is_not_touched_outside_of_masks(text: str) -> None:
    assert redact(text).replace("[pid]", "") == text.replace("[pid]", "") or "[pid]" in redact(text)


@pytest.mark.parametrize("text", ["1" * 50_000, "1-" * 25_000, "%E0%B9%91" * 5_000, "a" * 200_000, "\\u0e5" * 20_000])
def test_a_long_line_costs_little(text: str) -> None:
    begun = time.process_time()
    redact(text)
    assert time.process_time() - begun < 2


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
    log("extra", extra={"pid": PID, "deep": {"list": [to_thai_digits(PID)], PID: grouped("-")}})
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


def test_base64_is_a_known_limit() -> None:
    """What is encoded as a whole is not searched; tokens and bodies are therefore never logged."""
    assert redact(base64.b64encode(PID.encode()).decode()) == base64.b64encode(PID.encode()).decode()
