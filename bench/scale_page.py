"""Writes the model as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from bench.counted import Cost
from bench.scale import SEALED, Assumed, Limits, Load, Model, Prices
from bench.sign_ins_page import day_of, sign_ins
from bench.simulate_page import inputs, platforms, prose
from bench.uses import Use
from chalicelib.gdx.transparency.sealer import BATCH

_WORDS = {
    "per_year": "exchanges in a year today",
    "office_share": "share of them in office hours",
    "office_days": "working days in a year",
    "office_hours": "office hours a day",
    "minute_factor": "the busiest minute, times the mean of office hours",
    "crisis": "a crisis, times today",
    "largest_agreement": "share of the largest agreement",
    "asynchronous": "share that goes the asynchronous way",
    "sign_ms": "one signature by KMS, ms",
    "read_ms": "one BatchGetItem, ms",
    "write_ms": "one TransactWriteItems, ms",
    "own_ms": "Klang's own time, ms (see `bench/RESULTS.md`)",
    "provider_ms": "a provider's answer, ms",
    "slow_provider_ms": "a provider that takes as long as it may, ms",
    "item_per_second": "transactions on one item before they meet, per second",
    "seal_step_s": "one step of the sealer on AWS, s",
    "log_bytes": "bytes of log lines of one exchange",
    "tokens_each": "exchanges of one client while an access token lives",
    "kms_ecc": "KMS, operations with ECC keys, per second",
    "gateway": "API Gateway, requests per second",
    "concurrency": "Lambda, at once",
    "table_writes": "DynamoDB, write units of a table, per second",
    "partition_writes": "DynamoDB, write units of one key, per second",
    "baht": "Baht for a dollar",
    "gateway_million": "API Gateway (REST), a million requests",
    "lambda_million": "Lambda, a million requests",
    "lambda_gb_second": "Lambda, a GB-second (x86)",
    "write_units_million": "DynamoDB, a million write units",
    "read_units_million": "DynamoDB, a million read units",
    "table_gb_month": "DynamoDB, a GB for a month",
    "kms_ecc_million": "KMS, a million ECC signatures",
    "sqs_million": "SQS, a million requests",
    "s3_put_million": "S3, a million PUTs",
    "s3_get_million": "S3, a million GETs",
    "logs_gb": "CloudWatch Logs, a GB taken in",
}


def page(model: Model, uses: Sequence[Use], runs: Sequence[Mapping[str, Any]]) -> str:
    """The whole page."""
    parts = [
        _head(model, runs),
        platforms(uses, runs, model.prices.baht),
        _load(model),
        _counts(model),
        _bottlenecks(model),
        _money(model),
        _async(model),
        sign_ins(day_of(model.limits, model.assumed, model.prices), model.prices.baht),
        [*_inputs(model), *inputs()],
    ]
    return "\n".join(line for part in parts for line in [*part, ""]).rstrip() + "\n"


def _head(model: Model, runs: Sequence[Mapping[str, Any]]) -> list[str]:
    first = model.bottlenecks()[0]
    short = [each for each in model.bottlenecks() if each.rate < each.need * model.load.crisis]
    met = {run["times"]: run["first"] for run in reversed(runs) if run["account"] == runs[0]["account"]}
    ends = [f"at {times} times it is *{found[0]}*" for times, found in met.items() if found is not None]
    return [
        "# How far Klang goes, and what it costs",
        "",
        *prose(
            "A model on paper, not a measurement under load. What each use asks of AWS is counted from the code each "
            "time this page is written (`python -m bench.scale`, and a test compares); what AWS takes for it, how "
            "fast it is and where it ends are stated inputs, at the end of the page. Change an input "
            "and the tables follow."
        ),
        "",
        *prose(
            "In short: today's busiest minute is served whole by an account as AWS gives it. Of a flood that nobody "
            f"announced the first limit {'; '.join(reversed(ends))}. With the quotas of this page asked for before, "
            f"a hundred times today are served. The exchange alone, {_number(model.load.peak)} exchanges a second "
            f"today and {_number(model.crisis_peak)} in a crisis, is beyond {len(short)} of "
            f"{len(model.bottlenecks())} limits then; the first is *{first.name}*, at {_number(first.rate)} a second."
        ),
    ]


def _load(model: Model) -> list[str]:
    load = model.load
    rows = [
        ("mean of the year", load.mean),
        ("office hours", load.office),
        ("busiest minute", load.peak),
        ("crisis week, mean of the week", load.mean * load.crisis),
        ("crisis week, busiest minute", model.crisis_peak),
    ]
    lines = [
        "## The exchange: the load",
        "",
        "| | exchanges per second | Lambdas at once | with slow providers |",
        "|---|---:|---:|---:|",
    ]
    for name, rate in rows:
        at_once, slow = rate * model.duration, rate * model.slow_duration
        lines.append(f"| {name} | {_number(rate)} | {_number(at_once)} | {_number(slow)} |")
    lines += [
        "",
        f"By Little's law, at {model.duration * 1000:.0f} ms an exchange, of which the provider has "
        f"{model.assumed.provider_ms:.0f} ms; the last column if every provider took "
        f"{model.assumed.slow_provider_ms / 1000:.0f} s.",
    ]
    return lines


def _counts(model: Model) -> list[str]:
    counted = model.counted
    rows = [
        ("synchronous exchange about a person", counted.synchronous, 1),
        ("its sealing into the log, in runs of " + str(SEALED), counted.sealing, SEALED),
        ("access token", counted.token, 1),
        ("asynchronous exchange, placed to fetched", counted.asynchronous, 1),
    ]
    lines = [
        "## The exchange: what one asks of AWS",
        "",
        "| | requests to DynamoDB | keys read | read units | items written | write units | KMS signatures |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [_cost_row(name, cost, among) for name, cost, among in rows]
    lines += [
        "",
        "The items of a synchronous exchange, with the write units that they take in the table (transactional: two for",
        "each kB) and in each index (one for each kB):",
        "",
        "| item | bytes | table | indexes |",
        "|---|---:|---:|---|",
    ]
    for each in counted.synchronous.written:
        indexes = ", ".join(f"`{name}` {units}" for name, units in each.indexes.items()) or "none"
        lines.append(f"| `{each.kind}` | {each.size / 100:.0f}00 | {each.table} | {indexes} |")
    lines += [
        "",
        "No item is written by all exchanges: a leaf and a line of an access log are new each time, and the counters",
        "are those of one agreement and day (`tests/gdx/test_scale.py` shows it). The log's head is written by the",
        f"sealer, once for up to {BATCH} leaves.",
    ]
    return lines


def _cost_row(name: str, cost: Cost, among: int) -> str:
    cells = (
        len(cost.requests) / among,
        cost.keys_read / among,
        cost.read_units / among,
        len(cost.written) / among,
        cost.write_units / among,
        cost.signatures / among,
    )
    return f"| {name} | " + " | ".join(_number(cell) for cell in cells) + " |"


def _bottlenecks(model: Model) -> list[str]:
    found = model.bottlenecks()
    lines = [
        "## The exchange: what ends first",
        "",
        "Exchanges per second of the whole exchange at which each limit is reached by AWS's defaults, and "
        "what is needed:",
        "the busiest minute, and for the sealer, which may lag for hours, the mean of office hours.",
        "",
        "| | | ends at | needed today | needed in a crisis | |",
        "|---:|---|---:|---:|---:|---|",
    ]
    for place, each in enumerate(found, start=1):
        crisis = each.need * model.load.crisis
        verdict = "holds" if each.rate >= crisis else f"short by {crisis / each.rate:.1f}x"
        cells = " | ".join(_number(value) for value in (each.rate, each.need, crisis))
        lines.append(f"| {place} | {each.name} | {cells} | {verdict} |")
    lines.append("")
    return lines + [f"{place}. **{each.name}**: {each.why}. {each.done}" for place, each in enumerate(found, start=1)]


def _money(model: Model) -> list[str]:
    baht = model.prices.baht
    lines = [
        "## The exchange: what a million cost",
        "",
        "| | Baht | share |",
        "|---|---:|---:|",
    ]
    total = model.million()
    for name, dollars in sorted(model.costs().items(), key=lambda each: -each[1]):
        lines.append(f"| {name} | {dollars * baht:,.0f} | {dollars / total:.0%} |")
    lines.append(f"| **all** | **{total * baht:,.0f}** | |")
    a_year = total * model.load.per_year / 1e6
    a_week = total * model.load.per_year / 52 * model.load.crisis / 1e6
    lines += [
        "",
        f"Today's {model.load.per_year / 1e6:.0f} million a year: {a_year * baht:,.0f} Baht a year. A crisis week of "
        f"{model.load.crisis:.0f} times today: {a_week * baht:,.0f} Baht. Each further year for which leaves "
        "and access "
        f"logs are kept: {model.storage_year() * baht:,.0f} Baht for each million. Data that leaves AWS, "
        "support and people "
        "are not in it.",
    ]
    return lines


def _async(model: Model) -> list[str]:
    prices, cost = model.prices, model.counted.asynchronous
    queue = cost.messages * 3 * prices.sqs_million  # sent, received, deleted
    objects = prices.s3_put_million + prices.s3_get_million
    extra = (
        (cost.write_units - model.counted.synchronous.write_units) * prices.write_units_million
        + (cost.read_units - model.counted.synchronous.read_units) * prices.read_units_million
        + queue
        + objects
        + 2 * prices.gateway_million
        + 3 * prices.lambda_million
    )
    return [
        "## The exchange: the asynchronous way",
        "",
        f"It takes {cost.write_units} write units and {cost.messages} queue message(s), each sent, received "
        "and deleted",
        "(three requests of SQS), and its answer lies in S3 until it is fetched (one PUT, one GET). A "
        "million of them cost",
        f"about {extra * prices.baht:,.0f} Baht more than synchronous ones. It holds no Lambda while a "
        "provider is away, so",
        "it is where to send what can wait when a crisis is announced. SQS has no limit that matters here; "
        "the ceiling is",
        "how many workers run at once, and so how hard providers are pressed.",
    ]


def _inputs(model: Model) -> list[str]:
    lines = [
        "## The inputs",
        "",
        "Prices: public list prices as known on 25 November 2026, not checked against a bill. Quotas: AWS's documented",
        "defaults for one account and region as known then; newer accounts may have higher ones (Service Quotas says).",
        "Times: assumptions. Check all three before deciding anything by this page.",
    ]
    groups: tuple[tuple[str, Load | Assumed | Limits | Prices], ...] = (
        ("Load", model.load),
        ("Assumed", model.assumed),
        ("Quotas", model.limits),
        ("Prices (US dollars)", model.prices),
    )
    for title, values in groups:
        lines += ["", f"| {title} | |", "|---|---:|"]
        lines += [f"| {_WORDS[each.name]} | {getattr(values, each.name):,.12g} |" for each in fields(values)]
    return lines


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
