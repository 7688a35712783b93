"""The table of alarms: what hurts people, not what may be the cause of it.

Thresholds are first guesses of people who have seen no production yet: `docs/how-to/watch-the-platforms.md` says how to
set them by what a platform does on a good day.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict, Unpack

from chalicelib.shared.measures import METRICS
from infra.functions import polled
from infra.stages import Stage
from infra.watching.model import NAMESPACE, Alarm, Composite, Series

HOUR = 3600
SLOW_MS = 3000
"""A person begins to doubt whether anything happens, and a portal that asks us may give up after five seconds."""
CROWDED = 800
"""Of 1,000 functions at once, Lambda's limit of a fresh account (Lambda quotas)."""


class Rule(TypedDict, total=False):
    """When an alarm rings; see `Alarm`."""

    expression: str
    over: float
    at_least: float
    below: float
    period: int
    periods: int
    needed: int
    silence_rings: bool


def alarms_of(stage: Stage, platform: str) -> tuple[list[Alarm], Composite]:
    """All alarms of a platform of a stage, and the one over them that calls somebody."""
    alarms = [
        *(alarm for queue in polled(platform) for alarm in _queue(stage, platform, queue)),
        *_edge(stage, platform),
        *_outbox(stage, platform),
        *_aws(stage, platform),
        *_SPECIAL[platform](stage),
    ]
    return alarms, Composite(platform, tuple(alarm.name for alarm in alarms))


def ours(stage: Stage, platform: str, name: str, statistic: str, **by: str) -> Series:
    """A series of the house's own table of metrics."""
    assert by.keys() == METRICS[name].by.keys(), f"{name} has other dimensions"
    own = (("environment", stage.environment.name), ("platform", platform))
    return Series(NAMESPACE, name, (*own, *sorted(by.items())), statistic)


def of_function(stage: Stage, handler: str, name: str, statistic: str = "Sum") -> Series:
    """A series of Lambda's about one function of `app.py`."""
    return Series("AWS/Lambda", name, (("FunctionName", stage.function_name(handler)),), statistic)


def of_queue(stage: Stage, queue: str, name: str, statistic: str = "Maximum") -> Series:
    """A series of SQS's about one queue of the template."""
    return Series("AWS/SQS", name, (("QueueName", f"klang-{stage.environment.name}-{queue}"),), statistic)


def functions_of(stage: Stage, platform: str) -> list[str]:
    """The functions that serve a platform: the one behind the API, and its own."""
    return ["api_handler", *(name for name in stage.handlers if name.startswith(f"{platform}_"))]


def total(ids: list[str] | tuple[str, ...]) -> str:
    """The sum of series of which some may have no value, as metric math."""
    return " + ".join(f"FILL({each}, 0)" for each in ids)


def _queue(stage: Stage, platform: str, queue: str) -> Iterator[Alarm]:
    yield Alarm(
        f"{queue}-dlq-not-empty",
        platform,
        f"{queue}-dlq-not-empty",
        f"A message of {queue} failed five times.",
        {"m": of_queue(stage, f"{queue}-dlq", "ApproximateNumberOfMessagesVisible")},
        over=0,
    )
    yield Alarm(
        f"{queue}-old",
        platform,
        f"{queue}-old",
        f"A message of {queue} waits longer than 15 minutes; its consumer is stuck or too slow.",
        {"m": of_queue(stage, queue, "ApproximateAgeOfOldestMessage")},
        over=900,
    )


def _edge(stage: Stage, platform: str) -> Iterator[Alarm]:
    answers = {f"a{kind}": ours(stage, platform, f"Answers{kind}xx", "Sum") for kind in (2, 3, 4, 5)}
    everything = total(list(answers))
    yield _alike(
        platform,
        "answers-failing",
        "More than 2 of 100 answers were 5xx, in three of five minutes.",
        answers,
        expression=f"IF({everything} >= 5, 100 * FILL(a5, 0) / ({everything}), 0)",
        over=2,
        periods=5,
        needed=3,
    )
    yield _alike(
        platform,
        "answers-slow",
        "One of 20 answers took longer than 3 seconds, in two of three times five minutes.",
        {"m": ours(stage, platform, "AnswerTime", "p95")},
        over=SLOW_MS,
        period=300,
        periods=3,
        needed=2,
    )
    functions = functions_of(stage, platform)
    errors = {f"e{number}": of_function(stage, name, "Errors") for number, name in enumerate(functions)}
    yield _alike(
        platform,
        "functions-failing",
        "Functions crashed or ran out of time five times in five minutes.",
        errors,
        expression=total(list(errors)),
        at_least=5,
        period=300,
    )
    yield _alike(
        platform,
        "api-throttled",
        "Lambda turned requests away, in three of five minutes: people got 429 or 5xx.",
        {"m": of_function(stage, "api_handler", "Throttles")},
        at_least=1,
        periods=5,
        needed=3,
    )
    yield _alike(
        platform,
        "concurrency-high",
        "The account runs over 800 functions at once; at its limit (1,000 at first) requests are turned away.",
        {"m": Series("AWS/Lambda", "ConcurrentExecutions", (), "Maximum")},
        over=CROWDED,
        periods=5,
        needed=3,
    )


def _outbox(stage: Stage, platform: str) -> Iterator[Alarm]:
    yield _alike(
        platform,
        "outbox-old",
        "Something that somebody must be told waits for over six hours.",
        {"m": ours(stage, platform, "OutboxAge", "Maximum")},
        over=6 * HOUR,
        period=HOUR,
    )
    yield _alike(
        platform,
        "given-up",
        "After a day of tries an event was given up; it waits for an operator.",
        {"m": ours(stage, platform, "OutboxGivenUp", "Maximum")},
        at_least=1,
        period=300,
    )
    yield _alike(
        platform,
        "sweep-silent",
        "The platform's sweep has measured nothing for ten minutes: it does not run, or fails at once.",
        {"m": ours(stage, platform, "OutboxGivenUp", "SampleCount")},
        below=1,
        period=300,
        periods=2,
        needed=2,
        silence_rings=True,
    )


def _aws(stage: Stage, platform: str) -> Iterator[Alarm]:
    services = METRICS["AwsFailed"].by["service"]
    for name, metric, what in (
        ("aws-throttled", "AwsThrottled", "refused ten calls as too many"),
        ("aws-failing", "AwsFailed", "failed at ten calls"),
    ):
        series = {f"s{at}": ours(stage, platform, metric, "Sum", service=each) for at, each in enumerate(services)}
        yield _alike(
            platform,
            name,
            f"Services of AWS (table, keys, files, queues) {what} in five minutes, after all repeats.",
            series,
            expression=total(list(series)),
            at_least=10,
            period=300,
        )


def _gdx(stage: Stage) -> Iterator[Alarm]:
    exchanges = {
        "e": ours(stage, "gdx", "Exchanges", "Sum"),
        "f": ours(stage, "gdx", "ExchangesFailed", "Sum"),
    }
    yield _own(
        "gdx-exchanges-failing",
        "More than 20 of 100 exchanges failed, not by the caller's fault, in two of three times five minutes.",
        exchanges,
        expression="IF(FILL(e, 0) >= 10, 100 * FILL(f, 0) / FILL(e, 0), 0)",
        over=20,
        period=300,
        periods=3,
        needed=2,
    )
    yield _own(
        "gdx-orders-stalled",
        "An order was given up after twelve tries; its agency waits.",
        {"m": ours(stage, "gdx", "OrdersStalled", "Sum")},
        at_least=1,
        period=300,
    )
    yield _own(
        "gdx-log-old",
        "An exchange waits longer than 5 minutes to be sealed into the log, or gdx_seal does not run at all.",
        {"m": ours(stage, "gdx", "LogBehind", "Maximum")},
        over=300,
        period=300,
        silence_rings=True,
    )
    yield _own(
        "gdx-log-failing",
        "gdx_seal failed three times in five minutes; if the log is broken, nothing is sealed until somebody looked.",
        {"m": ours(stage, "gdx", "LogSealFailures", "Sum")},
        at_least=3,
        period=300,
    )


def _opendata(stage: Stage) -> Iterator[Alarm]:
    yield _own(
        "opendata-ingest-failing",
        "Three files did not become tables within a quarter of an hour, for a reason of ours.",
        {"m": ours(stage, "opendata", "IngestFailures", "Sum", cause="ours")},
        at_least=3,
        period=900,
    )
    yield _own(
        "opendata-search-failing",
        "The search index could not be published ten times in fifteen minutes.",
        {"m": ours(stage, "opendata", "SearchPublishFailures", "Sum")},
        at_least=10,
        period=900,
    )
    yield _own(
        "opendata-search-old",
        "A change waits for over an hour to get into the search index, or opendata_publish does not run at all.",
        {"m": ours(stage, "opendata", "SearchAge", "Maximum")},
        over=HOUR,
        period=900,
        silence_rings=True,
    )
    yield _own(
        "opendata-harvests-failing",
        "A harvest of another catalogue ended without having read its source.",
        {"m": ours(stage, "opendata", "HarvestsFailed", "Sum")},
        at_least=1,
        period=HOUR,
    )


def _biz(stage: Stage) -> Iterator[Alarm]:
    yield _own(
        "biz-clocks-broken",
        "An agency is late with a case and let the seven days for its written reasons pass as well.",
        {"m": ours(stage, "biz", "ClocksBroken", "Sum", cause="reasons")},
        at_least=1,
        period=HOUR,
    )
    yield from _tells_and_takes_money(stage, "biz")


def _citizen(stage: Stage) -> Iterator[Alarm]:
    logins = {
        "n": ours(stage, "citizen", "SignIns", "Sum"),
        "p": ours(stage, "citizen", "SignInsFailed", "Sum", cause="provider"),
    }
    everything = total(list(logins))
    yield _own(
        "citizen-sign-ins-failing",
        "More than 20 of 100 logins failed because the provider did not answer, in two of three times five minutes.",
        logins,
        expression=f"IF({everything} >= 5, 100 * FILL(p, 0) / ({everything}), 0)",
        over=20,
        period=300,
        periods=3,
        needed=2,
    )
    yield from _tells_and_takes_money(stage, "citizen")


def _tells_and_takes_money(stage: Stage, platform: str) -> Iterator[Alarm]:
    channels = {each: ours(stage, platform, "NoticesFailed", "Sum", channel=each) for each in ("email", "sms")}
    yield _alike(
        platform,
        "notices-failing",
        "Ten e-mails or SMS within a quarter of an hour were not taken, or came back.",
        channels,
        expression=total(list(channels)),
        at_least=10,
        period=900,
    )
    yield _alike(
        platform,
        "payments-misfit",
        "A bank told of money that fits no bill.",
        {"m": ours(stage, platform, "PaymentMisfits", "Sum")},
        at_least=1,
        period=HOUR,
    )
    yield _alike(
        platform,
        "payments-unreconciled",
        "A day's statement of a bank differs from our books.",
        {"m": ours(stage, platform, "PaymentsUnreconciled", "Sum")},
        at_least=1,
        period=HOUR,
    )


_SPECIAL = {"gdx": _gdx, "opendata": _opendata, "biz": _biz, "citizen": _citizen}


def _alike(platform: str, name: str, what: str, series: dict[str, Series], **rule: Unpack[Rule]) -> Alarm:
    """An alarm that several platforms have; one section of the runbook serves them all."""
    return Alarm(f"{platform}-{name}", platform, f"<platform>-{name}", what, series, **rule)


def _own(name: str, what: str, series: dict[str, Series], **rule: Unpack[Rule]) -> Alarm:
    """An alarm of one platform alone."""
    return Alarm(name, name.partition("-")[0], name, what, series, **rule)
