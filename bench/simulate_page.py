"""The four platforms' part of the page: what a simulated minute was like, what a month costs, what servers would."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bench.demand import (
    FILINGS_YEAR,
    LEVERS,
    PEAK_TO_MEAN,
    PREPARED,
    RESERVED,
    SIGN_INS_TODAY,
    TIMES,
    VISITS_DAY,
    Account,
    busiest,
)
from bench.months import MonthAssumed, MonthPrices, Servers, compared, monthly
from bench.simulate import KINDS, MOST, RAMP, ROOMS, RUNS, SECONDS
from bench.uses import Use

NAMES = {"gdx": "GDX", "opendata": "open data", "biz": "Biz Portal", "citizen": "Citizen Portal"}
_WHAT = {
    "read": "reading",
    "enter": "signing in",
    "stay": "staying signed in",
    "write": "cases, exchanges, money",
    "later": "queues",
    "offer": "offers of rights",
}
_QUOTAS = (
    ("gateway", "API Gateway, requests a second in the account"),
    ("method", "the stage's throttling, requests a second and method (`infra/stages.py`)"),
    ("concurrency", "Lambda, at once"),
    ("kms", "KMS, operations with ECC keys a second"),
    ("warm_writes", "each table, warm write units a second"),
    ("warm_reads", "each table, warm read units a second"),
)


def prose(text: str, indent: str = "") -> list[str]:
    """A paragraph in lines."""
    return textwrap.wrap(text, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def read_runs() -> list[dict[str, Any]]:
    """What `bench.simulate` wrote down."""
    runs: list[dict[str, Any]] = json.loads(RUNS.read_text(encoding="utf-8"))
    return runs


def platforms(uses: Sequence[Use], runs: Sequence[Mapping[str, Any]], baht: float) -> list[str]:
    """The sections."""
    return [
        *_demand(uses),
        "",
        *_minute(runs),
        "",
        *_degrades(runs),
        "",
        *_asks(),
        "",
        *_months(uses, baht),
        "",
        *_beside(uses, baht),
    ]


def _demand(uses: Sequence[Use]) -> list[str]:
    rates = busiest()
    lines = [
        "## What is done on the four platforms",
        "",
        *prose(
            f"Today's busiest minute. The exchange has {_number(rates['a synchronous exchange'])} synchronous "
            f"exchanges a second (below); the rest is assumed: {SIGN_INS_TODAY:,} sign-ins a day, {FILINGS_YEAR:,} "
            f"applications filed a year, {VISITS_DAY:,} visits of the catalogue a working day. What each asks of AWS "
            "is counted from the code (`bench/uses.py`)."
        ),
        "",
        "| | | a second | requests to DynamoDB | read units | write units | KMS signatures | answers of others |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for use in uses:
        cost = use.cost
        cells = (rates[use.name], len(cost.requests), cost.read_units, cost.write_units, cost.signatures, use.providers)
        lines.append(f"| {NAMES[use.platform]} | {use.name} | " + " | ".join(_number(cell) for cell in cells) + " |")
    return lines


def _minute(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = [(platform, kind) for platform in ROOMS for kind in KINDS if f"{platform} {kind}" in runs[0]["served"]]
    columns = [each for each in columns if each[1] in ("read", "enter", "stay", "write")]
    heads = [f"{NAMES[platform]}, {_WHAT[kind]}" for platform, kind in columns]
    lines = [
        "## A minute at 1, 10 and 100 times today, simulated",
        "",
        *prose(
            "A discrete-event simulation (`python -m bench.simulate`): requests come by a Poisson process, pass API "
            "Gateway's buckets, Lambda's concurrency and starts, the tables' units and the signatures of KMS, and "
            f"are tried again by the SDK and by their senders. The load grows from today's within {RAMP:.0f} seconds "
            f"and then stands for {SECONDS:.0f}: a flood that nobody announced. Shares of what was asked that was "
            "served in the end, after up to two more tries:"
        ),
        "",
        "| | account | " + " | ".join(heads) + " |",
        "|---:|---|" + "---:|" * len(heads),
    ]
    for run in runs:
        cells = [_percent(run["served"].get(f"{platform} {kind}")) for platform, kind in columns]
        lines.append(f"| {run['times']}x | {run['account']} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "| | account | limit met first | after | then | Lambdas at once | seconds, reading / writing (95%) |",
        "|---:|---|---|---:|---|---:|---:|",
    ]
    for run in runs:
        first, after = run["first"] or ("none", None)
        others = ", ".join(name for name, _ in run["limits"] if name != first) or "none"
        told = "" if after is None else f"{after:.0f} s"
        waits = " / ".join(_number(run["p95"][kind]) for kind in ("read", "write"))
        lines.append(
            f"| {run['times']}x | {run['account']} | {first} | {told} | {others} | {run['at_once']:,} | {waits} |"
        )
    heaviest = max(run["weight"] for run in runs)
    return [
        *lines,
        "",
        *prose(
            f"At most {MOST:,} requests are simulated; beyond that one stands for several (up to {heaviest:.0f}) and "
            "every limit is divided by that, which refuses a little earlier than reality. A queue's messages are "
            "late and never lost; they are in no column above. Index keys and single items that are written too "
            "often are looked at below, not here."
        ),
    ]


def _degrades(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    ten = {run["account"]: run["served"] for run in runs if run["times"] == TIMES[1]}
    given, levers = list(ten.values())[:2]
    return [
        "## What gives up first",
        "",
        *prose(
            "Offers before cases, readers before writers, newcomers before whoever has begun. Three levers "
            "([in a crisis](how-to/in-a-crisis.md)):"
        ),
        "",
        *prose("- `pause-offers`: nobody is told of rights until it is over; nothing is forgotten.", "  "),
        *prose(
            f"- `shed --reads {LEVERS['read']:.0f} --sign-ins {LEVERS['enter']:.0f}`: API Gateway lets so many "
            "readers and sign-ins of each method in a second and tells the others to come again (429), before a "
            "Lambda is taken. Commands are not touched.",
            "  ",
        ),
        *prose(
            "- `reserved` in `infra/stages.py`: each platform's API keeps Lambdas for itself (simulated: "
            f"{', '.join(f'{NAMES[name]} {number}' for name, number in RESERVED.items())}), so that a flood at one "
            "does not take those of the others.",
            "  ",
        ),
        "",
        *prose(
            f"At {TIMES[1]} times today, in an account as AWS gives it, they bring the Citizen Portal's cases and "
            f"money from {_percent(given['citizen write'])} to {_percent(levers['citizen write'])}; its readers fall "
            f"from {_percent(given['citizen read'])} to {_percent(levers['citizen read'])}, people signing in from "
            f"{_percent(given['citizen enter'])} to {_percent(levers['citizen enter'])}. At {TIMES[-1]} times no "
            "lever is enough without the quotas below: what is to be expected has to be asked for before."
        ),
    ]


def _asks() -> list[str]:
    given = Account("")
    lines = [
        "## What to ask for before an announced day",
        "",
        "| | AWS gives | simulated as *prepared* |",
        "|---|---:|---:|",
    ]
    lines += [f"| {text} | {getattr(given, name):,} | {getattr(PREPARED, name):,} |" for name, text in _QUOTAS]
    ready = ", ".join(f"{NAMES[name]} {number:,}" for name, number in PREPARED.provisioned.items())
    return [*lines, f"| Lambda environments that stand ready | none | {ready} |"]


def _months(uses: Sequence[Use], baht: float) -> list[str]:
    by_times = {times: monthly(uses, times) for times in TIMES}
    lines = [
        "## What a month costs",
        "",
        *prose(
            f"Baht, if the whole month were that busy (the busiest minute is {PEAK_TO_MEAN} times the mean). A "
            "crisis week at 100 times is a quarter of its column."
        ),
        "",
        "| | " + " | ".join(f"{times}x" for times in TIMES) + " |",
        "|---|" + "---:|" * len(TIMES),
    ]
    for name in (*ROOMS, "always"):
        title = NAMES.get(name, "keys, alarms and dashboards, whatever the load")
        lines.append(f"| {title} | " + " | ".join(f"{by_times[times][name] * baht:,.0f}" for times in TIMES) + " |")
    whole = [f"**{sum(by_times[times].values()) * baht:,.0f}**" for times in TIMES]
    lines.append("| **all** | " + " | ".join(whole) + " |")
    one = sum(by_times[1].values()) * baht * 12
    return [
        *lines,
        "",
        *prose(
            f"Today's load for a year: {one:,.0f} Baht, with tables as they lie after a year. People, support, "
            "downloads of whole files, e-mail and SMS are not in it. Prices as known on 25 November "
            "2026 (see the inputs)."
        ),
    ]


def _beside(uses: Sequence[Use], baht: float) -> list[str]:
    servers = Servers()
    lines = [
        "## Beside CKAN and X-Road on servers",
        "",
        *prose(
            f"X-Road has a security server at each member: {servers.members} of two cores and 4 GB, which its "
            "installation guide calls the minimum recommended, two central servers, and more cores where 110 "
            "exchanges a second on 32 cores (its issue 1321) are not enough. CKAN by its guide for high "
            "availability: two front ends, PostgreSQL with a standby, Solr twice, and a Redis; its documents give no "
            f"sizes, so two cores with 8 GB each, and a front end for each {servers.front_end:.0f} requests a second "
            "(assumed). Servers are there for the busiest minute; what stands behind the front ends "
            "is not scaled here, which favours CKAN."
        ),
        "",
        "| Baht a month | " + " | ".join(f"{times}x" for times in TIMES) + " |",
        "|---|" + "---:|" * len(TIMES),
    ]
    found = {times: compared(uses, times) for times in TIMES}
    for index, (platform, theirs) in enumerate((("gdx", "X-Road"), ("opendata", "CKAN"))):
        for title, which in ((f"{NAMES[platform]}, Klang", 0), (f"{theirs}, servers", 1)):
            cells = [f"{list(found[times].values())[index][which] * baht:,.0f}" for times in TIMES]
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return [
        *lines,
        "",
        *prose(
            "What the comparison cannot say: who operates three hundred servers, and what that costs; that servers "
            "which are already paid for cost nothing more; that Klang's bill grows with use, where "
            "servers grow by steps."
        ),
    ]


def inputs() -> list[str]:
    """What the sections rest on, beside the inputs of the exchange."""
    words = {
        "transfer_gb": "data that leaves AWS, a GB",
        "backup_gb_month": "DynamoDB, point-in-time recovery, a GB for a month",
        "key_month": "KMS, a key for a month",
        "alarm_month": "CloudWatch, an alarm for a month",
        "dashboard_month": "CloudWatch, a dashboard for a month",
        "queue_million": "SQS, a million requests",
        "answer_kb": "kB of an answer, compressed",
        "rows_kb": "kB of a page of rows, compressed",
        "log_bytes": "bytes of log lines of a request",
        "kept_months": "months that what is written lies in the table",
        "taken_puts": "PUTs to S3 for a published file",
        "taken_gets": "GETs from S3 for a published file",
        "members": "members of X-Road",
        "security_server": "t3.medium, an hour",
        "central_server": "t3.small, an hour",
        "per_core": "exchanges a second and core",
        "core": "one more core (c5), an hour",
        "piece": "m5.large, an hour",
        "pieces": "pieces of CKAN besides its front ends",
        "front_end": "requests a second and front end",
        "balancer": "load balancer, an hour",
        "disk_gb_month": "disk, a GB for a month",
        "disk_gb": "GB of disk, each server",
    }
    groups: tuple[tuple[str, list[MonthPrices | MonthAssumed | Servers]], ...] = (
        ("The month (US dollars and assumptions)", [MonthPrices(), MonthAssumed()]),
        ("Servers", [Servers()]),
    )
    lines: list[str] = []
    for title, values in groups:
        lines += ["", f"| {title} | |", "|---|---:|"]
        lines += [f"| {words[each.name]} | {getattr(of, each.name):,.6g} |" for of in values for each in fields(of)]
    return lines


def _percent(share: float | None) -> str:
    if share is None:
        return ""
    return "100%" if share >= 0.9995 else f"{share:.1%}" if share >= 0.1 else f"{share:.2%}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
