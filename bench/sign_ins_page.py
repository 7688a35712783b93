"""The Citizen Portal's part of the page."""

from __future__ import annotations

from dataclasses import asdict, fields

from bench.counted import Cost
from bench.scale import Assumed, Limits, Prices
from bench.sign_ins import SignInAssumed, SignInDay, SignInLoad, count_sign_ins
from chalicelib.citizen.sessions.entering import START

MOST = START.most

_WORDS = {
    "sign_ins": "sign-ins on the day",
    "first_hour": "share of them in the first hour, when something opens",
    "minute_factor": "the busiest minute, times the mean of that hour",
    "homes": "home pages for each sign-in",
    "inboxes": "inbox pages for each sign-in",
    "stays_minutes": "minutes that a person stays",
    "own_ms": "Klang's own time for a request, ms",
    "provider_ms": "the login provider's answers (token, person), ms",
    "starts_per_second": "Lambda processes that start, per second",
    "kms_symmetric": "KMS, symmetric operations per second",
    "log_bytes": "bytes of log lines of one request",
}


def day_of(limits: Limits, assumed: Assumed, prices: Prices) -> SignInDay:
    """The day, with the inputs of the exchange's model."""
    return SignInDay(
        count_sign_ins(),
        read_ms=assumed.read_ms,
        write_ms=assumed.write_ms,
        gateway=limits.gateway,
        concurrency=limits.concurrency,
        table_writes=limits.table_writes,
        kms_ecc=limits.kms_ecc,
        prices=asdict(prices),
    )


def sign_ins(day: SignInDay, baht: float) -> list[str]:
    """The section."""
    load, first = day.load, day.ends()[0]
    lines = [
        f"## The Citizen Portal: {load.sign_ins / 1e6:.0f} million sign-ins on one day",
        "",
        "A registration opens, or money is promised, and half the country logs in. Each person begins a login, comes",
        f"back from the provider, looks at the home page {load.homes:.0f} times and at the inbox "
        f"{load.inboxes:.0f} time, and stays {load.stays_minutes:.0f}",
        f"minutes ({load.refreshes:.1f} refreshes of an access token that lives ten). {load.first_hour:.0%} come in "
        "the first hour, and its busiest minute",
        f"has {load.minute_factor:.0f} times the mean of that hour. The first limit by AWS's defaults is "
        f"*{first.name}*, at {_number(first.rate)} sign-ins",
        f"a second; the busiest minute needs {_number(load.peak)}.",
        "",
        "| | sign-ins per second | requests per second | Lambdas at once |",
        "|---|---:|---:|---:|",
    ]
    for name, rate in (("mean of the day", load.mean), ("first hour", load.hour), ("busiest minute", load.peak)):
        cells = (rate, rate * day.requests, rate * day.seconds)
        lines.append(f"| {name} | " + " | ".join(_number(cell) for cell in cells) + " |")
    lines += ["", *_counts(day), "", *_ends(day), "", *_money(day, baht)]
    lines += ["", *_inputs(day)]
    starts, symmetric = day.assumed.starts_per_second, day.assumed.kms_symmetric
    return [
        *lines,
        "",
        "KMS is no limit: access tokens are signed by a key that lies sealed in the table",
        "(`docs/decisions/0039-sessions-of-our-own.md`). Only a process that starts asks it, once: Lambda starts at "
        "most",
        f"{starts:.0f} a second, and KMS takes {symmetric:,.0f}. Nor is any item written by all: the counters are of "
        "one",
        f"address each, and that address is answered 429 after {MOST} logins in a minute, long before its counter is",
        "one that transactions meet at.",
    ]


def _counts(day: SignInDay) -> list[str]:
    lines = [
        "| | for each sign-in | requests to DynamoDB | read units | items written | write units | KMS signatures |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    return lines + [_row(name, cost, times) for name, cost, times in day.counted.steps(day.load)]


def _row(name: str, cost: Cost, times: float) -> str:
    cells = (times, len(cost.requests), cost.read_units, len(cost.written), cost.write_units, cost.signatures)
    return f"| {name} | " + " | ".join(_number(cell) for cell in cells) + " |"


def _ends(day: SignInDay) -> list[str]:
    peak, found = day.load.peak, day.ends()
    lines = ["| | | ends at, sign-ins per second | needed | |", "|---:|---|---:|---:|---|"]
    for place, each in enumerate(found, start=1):
        verdict = "holds" if each.rate >= peak else f"short by {peak / each.rate:.1f}x"
        lines.append(f"| {place} | {each.name} | {_number(each.rate)} | {_number(peak)} | {verdict} |")
    lines.append("")
    return lines + [f"{place}. **{each.name}**: {each.why}. {each.done}" for place, each in enumerate(found, start=1)]


def _money(day: SignInDay, baht: float) -> list[str]:
    costs = {name: dollars * baht for name, dollars in day.costs().items()}
    lines = ["| That day | Baht |", "|---|---:|"]
    lines += [f"| {name} | {value:,.0f} |" for name, value in sorted(costs.items(), key=lambda each: -each[1]) if value]
    whole = sum(costs.values())
    return [
        *lines,
        f"| **all** | **{whole:,.0f}** |",
        "",
        f"{whole / (day.load.sign_ins / 1e6):,.0f} Baht for each million sign-ins. What the login provider asks for is "
        "not in it.",
    ]


def _inputs(day: SignInDay) -> list[str]:
    lines: list[str] = []
    groups: tuple[tuple[str, SignInLoad | SignInAssumed], ...] = (
        ("The day", day.load),
        ("Assumed for sign-ins", day.assumed),
    )
    for title, values in groups:
        lines += [*([""] if lines else []), f"| {title} | |", "|---|---:|"]
        lines += [f"| {_WORDS[each.name]} | {getattr(values, each.name):,.12g} |" for each in fields(values)]
    return lines


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
