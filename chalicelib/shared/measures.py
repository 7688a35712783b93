"""What the platforms measure of themselves: one table of metrics, and the call that takes a measurement.

A measurement costs no request to anybody: it is gathered while a function runs and written out as one line of its log
at the end (CloudWatch's Embedded Metric Format; see `watch`). Code anywhere may call `measure`; outside an invocation
nobody listens and nothing happens, as with a logger without handlers.

Every metric has the dimensions `environment` and `platform`. A few have one or two more, whose values are listed here
and are never anything that a request brought: a metric by person, agency or agreement would be an unbounded bill and a
second place where personal data lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field

from .dataclass import dataclass

COUNT, MILLISECONDS, SECONDS, PERCENT = "Count", "Milliseconds", "Seconds", "Percent"
"""Units, as CloudWatch spells them (API reference, MetricDatum)."""

EVERY = ("gdx", "opendata", "biz", "citizen")
OTHER = "other"
"""The value of a dimension where the table does not list the one that was given."""

DOORS = ("xroad", "dataservice", "prefill", "order", "here")
"""The dialects in which an exchange is asked for: X-Road's REST protocol, the Thai gateway's, a form that is filled in,
an order that is answered later, a platform in the same process."""

OUTCOMES = (
    *("answered", "agreement", "consent", "quota", "request", "provider-failed", "provider-broke", "late"),
    *("unrecorded", OTHER),
)
"""What became of an exchange: answered; refused for want of an agreement, of a consent, for a full quota, or because of
the request itself; the provider did not answer, or broke its own description; its time ran out; it could not be
recorded."""


@dataclass(frozen=True)
class Metric:
    """One line of the table.

    Attributes:
        name: in CloudWatch, in the namespace `Klang`.
        unit: see above.
        platforms: which of them measure it.
        meaning: what one value says.
        where: what measures it, and when.
        by: further dimensions and the values that each may have.
    """

    name: str
    unit: str
    platforms: tuple[str, ...]
    meaning: str
    where: str
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Measurement:
    """One value of one metric."""

    name: str
    value: float
    platform: str
    by: tuple[tuple[str, str], ...] = ()


_EDGE = "the edge, at every answer (`shared/web.py`)"
_OUTBOX = "the platform's sweep, each minute (`shared/journal.py`)"
_AWS = ("dynamodb", "s3", "sqs", "kms", "lambda", "email", "sns", OTHER)

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("Answers2xx", COUNT, EVERY, "a request was answered with 2xx", _EDGE),
        Metric("Answers3xx", COUNT, EVERY, "a request was answered with 3xx", _EDGE),
        Metric("Answers4xx", COUNT, EVERY, "a request was refused with 4xx", _EDGE),
        Metric("Answers5xx", COUNT, EVERY, "a request was answered with 5xx", _EDGE),
        Metric("Answers401", COUNT, EVERY, "somebody who is not known", _EDGE),
        Metric("Answers403", COUNT, EVERY, "somebody who may not", _EDGE),
        Metric("Answers429", COUNT, EVERY, "somebody who asks too often", _EDGE),
        Metric(
            "AnswerTime", MILLISECONDS, EVERY, "from a request to its answer, start of the function left out", _EDGE
        ),
        Metric("Replays", COUNT, EVERY, "a repeat was given its first answer by its Idempotency-Key", _EDGE),
        Metric(
            "Messages",
            COUNT,
            EVERY,
            "a message of a queue was handled: done, done before, put off because somebody is away, or failed",
            "every consumer of an outbox (`shared/journal.py`)",
            {"outcome": ("done", "before", "later", "failed")},
        ),
        Metric("OutboxAge", SECONDS, EVERY, "age of the oldest event that was sent again this minute", _OUTBOX),
        Metric("OutboxResent", COUNT, EVERY, "events that were sent again this minute", _OUTBOX),
        Metric("OutboxGivenUp", COUNT, EVERY, "events that wait for an operator (`given-up`)", _OUTBOX),
        Metric(
            "AwsThrottled",
            COUNT,
            EVERY,
            "AWS refused a call as one too many, after all attempts of the SDK",
            "every call of the SDK (`shared/aws/clients.py`)",
            {"service": _AWS},
        ),
        Metric(
            "AwsFailed",
            COUNT,
            EVERY,
            "AWS answered a call with 5xx, or did not answer, after all attempts of the SDK",
            "every call of the SDK (`shared/aws/clients.py`)",
            {"service": _AWS},
        ),
        Metric("Exchanges", COUNT, ("gdx",), "an exchange was asked for and got its outcome", "`gdx/exchanges.py`"),
        Metric(
            "ExchangesFailed",
            COUNT,
            ("gdx",),
            "of these, not for a reason of the caller's: the provider, its time, or the record",
            "`gdx/exchanges.py`",
        ),
        Metric(
            "ExchangeOutcomes",
            COUNT,
            ("gdx",),
            "the same by door and outcome",
            "`gdx/exchanges.py`",
            {"door": (*DOORS, OTHER), "outcome": OUTCOMES},
        ),
        Metric("ProviderTime", MILLISECONDS, ("gdx",), "how long a provider took to answer", "`gdx/exchanges.py`"),
        Metric("OwnTime", MILLISECONDS, ("gdx",), "what the exchange itself added to that", "`gdx/exchanges.py`"),
        Metric("OrdersStalled", COUNT, ("gdx",), "an order was given up after twelve tries", "`gdx/orders/book.py`"),
        Metric(
            "LogBehind", SECONDS, ("gdx",), "age of the oldest exchange that is not sealed", "`gdx_seal`, each minute"
        ),
        Metric("LogSealFailures", COUNT, ("gdx",), "1 for a sealing that failed, else 0", "`gdx_seal`, each minute"),
        Metric(
            "ClocksBroken",
            COUNT,
            ("biz",),
            "a case passed its due day, or the seven days within which the agency had to explain itself (again)",
            "`biz_sweep`, when it marks the case",
            {"cause": ("due", "reasons")},
        ),
        Metric("ClocksExplained", COUNT, ("biz",), "an agency gave its reasons for being late", "the officers' desk"),
        Metric(
            "NoticesFailed",
            COUNT,
            ("biz", "citizen"),
            "an e-mail or SMS was not taken, or came back",
            "`shared/messengers.py` and its users",
            {"channel": ("email", "sms")},
        ),
        Metric(
            "PaymentMisfits",
            COUNT,
            ("biz", "citizen"),
            "a bank's notice or statement that fits no bill",
            "the payments' desk, when it is filed",
        ),
        Metric(
            "PaymentsUnreconciled",
            COUNT,
            ("biz", "citizen"),
            "transactions of a day on which a bank's statement and our books differ",
            "`shared/payment_reconciling.py`, when a day is reconciled",
        ),
        Metric(
            "LoginsAway",
            PERCENT,
            ("citizen",),
            "share of the login providers whose keys could not be had",
            "`citizen_sweep`, every fifth minute",
        ),
        Metric("OffersPaused", COUNT, ("citizen",), "1 while offers of rights stand still, else 0", "`citizen_sweep`"),
        Metric("SignIns", COUNT, ("citizen",), "a person logged in", "`citizen/sessions`"),
        Metric(
            "SignInsFailed",
            COUNT,
            ("citizen",),
            "a login that was begun did not succeed: the provider was away or said no, or what came back was not ours",
            "`citizen/sessions`",
            {"cause": ("provider", "refused", OTHER)},
        ),
        Metric("IngestTime", SECONDS, ("opendata",), "from a file's arrival to its table", "`opendata_uploads`"),
        Metric(
            "IngestFailures",
            COUNT,
            ("opendata",),
            "a file did not become a table: for a reason in the file, or for one of ours",
            "`opendata_uploads`",
            {"cause": ("file", "ours")},
        ),
        Metric(
            "SearchAge",
            SECONDS,
            ("opendata",),
            "for how long a change may have waited to get into the search index; 0 when none waits",
            "`opendata_publish`",
        ),
        Metric("SearchWaiting", COUNT, ("opendata",), "changes that no snapshot holds yet", "`opendata_publish`"),
        Metric("SearchPublishFailures", COUNT, ("opendata",), "1 for a run that failed, else 0", "`opendata_publish`"),
        Metric("HarvestsFailed", COUNT, ("opendata",), "a harvest ended without its source", "`opendata_harvest`"),
    )
}
"""By name."""


class UnknownMetric(LookupError):
    """A measurement of something that is not in the table."""


_taken: ContextVar[list[Measurement] | None] = ContextVar("taken", default=None)
_here: ContextVar[str] = ContextVar("here", default="")


def measure(name: str, value: float = 1, *, platform: str = "", **by: str) -> None:
    """Takes one measurement.

    Args:
        name: of the table.
        value: in the metric's unit.
        platform: which platform measures; empty: the one at work (`at_work`).
        by: its further dimensions, all of them; a value that the table does not list becomes `other`.

    Raises:
        UnknownMetric: no such metric, or not with these dimensions.
    """
    metric = METRICS.get(name)
    if metric is None or by.keys() != metric.by.keys():
        raise UnknownMetric(f"{name} by {', '.join(by) or 'nothing'}")
    taken, whose = _taken.get(), platform or _here.get()
    if taken is not None and whose in metric.platforms:
        known = tuple((key, by[key] if by[key] in listed else OTHER) for key, listed in metric.by.items())
        taken.append(Measurement(name, value, whose, known))


@contextmanager
def at_work(platform: str) -> Iterator[None]:
    """Says whose work is done inside; of two, one in the other, the inner."""
    token = _here.set(platform)
    try:
        yield
    finally:
        _here.reset(token)


@contextmanager
def measuring(*, passing_on: bool = False) -> Iterator[list[Measurement]]:
    """Gathers what is measured inside.

    Args:
        passing_on: whether an outer one hears it as well; else only this one does.
    """
    taken: list[Measurement] = []
    outer, token = _taken.get(), _taken.set(taken)
    try:
        yield taken
    finally:
        _taken.reset(token)
        if passing_on and outer is not None:
            outer += taken


def answered(status: int, again: bool, seconds: float) -> None:
    """Measures one answer of the platform at work.

    Args:
        status: of HTTP.
        again: whether a repeat was given its first answer.
        seconds: that it took.
    """
    measure(f"Answers{status // 100}xx")
    measure("AnswerTime", round(seconds * 1000, 1))
    if status in (401, 403, 429):
        measure(f"Answers{status}")
    if again:
        measure("Replays")
