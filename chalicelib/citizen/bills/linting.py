"""What stands against a biller's file, pure; `python -m scripts.check_billers` runs it over what is shipped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .definition import BillerDefinition, Question

FICTITIOUS = "99"
"""A biller id begins so: none is assigned like that, and no money can leave this sandbox by a slip."""

_NEEDED = {
    "inquiry": {"customer_no"},
    "account": {"customer_no", "pid"},
    "paid": {"bill_no", "transaction", "amount", "status", "sequence"},
    "dispute": {"dispute", "bill_no", "reason"},
}
_NEVER = {"inquiry": {"pid"}, "paid": {"pid"}, "dispute": {"pid"}}


def problems(biller: BillerDefinition) -> list[str]:
    """All of them, each with the place."""
    return [*_number(biller), *_questions(biller), *_rest(biller)]


def problems_together(billers: Iterable[BillerDefinition]) -> list[str]:
    """What stands against billers beside each other."""
    found, seen = list[str](), set[str]()
    for biller in billers:
        for name, value in (("id", biller.id), ("biller_id", biller.biller_id.value), ("names", biller.names.th)):
            if f"{name}/{value}" in seen:
                found.append(f"{biller.id}: /{name} is another biller's already")
            seen.add(f"{name}/{value}")
    return found


def _number(biller: BillerDefinition) -> Iterator[str]:
    number = biller.customer_number
    try:
        pattern = re.compile(number.pattern)
    except re.error:
        yield f"{biller.id}: /customer_number/pattern is no pattern"
        return
    if not (number.pattern.startswith("^") and number.pattern.endswith("$")):
        yield f"{biller.id}: /customer_number/pattern must cover the whole number (^...$)"
    if re.search(r"[*+]|\{[0-9]+,\}", number.pattern):
        yield f"{biller.id}: /customer_number/pattern must say how long a number is"
    if not pattern.fullmatch(number.example):
        yield f"{biller.id}: /customer_number/example does not fit the pattern"


def _questions(biller: BillerDefinition) -> Iterator[str]:
    asked: dict[str, Question] = {
        "inquiry": biller.inquiry,
        "account": biller.account,
        "paid": biller.paid,
        "dispute": biller.dispute,
    }
    for name, question in asked.items():
        told = set(question.send.values())
        if not question.service.startswith(f"{biller.agency}/"):
            yield f"{biller.id}: /{name}/service is another agency's"
        if missing := _NEEDED[name] - told:
            yield f"{biller.id}: /{name}/send does not tell {', '.join(sorted(missing))}"
        if told & _NEVER.get(name, set()):
            yield f"{biller.id}: /{name}/send may not name a person"
        if len(told) < len(question.send):
            yield f"{biller.id}: /{name}/send tells something twice"
    if set(biller.dispute.ask.values()) - {"dispute", "bill_no", "customer_no"}:
        yield f"{biller.id}: /dispute/ask tells more than which dispute"
    if "dispute" not in biller.dispute.ask.values():
        yield f"{biller.id}: /dispute/ask does not tell dispute"
    if not {"upheld", "rejected"} <= set(biller.dispute.states.values()):
        yield f"{biller.id}: /dispute/states has no end"


def _rest(biller: BillerDefinition) -> Iterator[str]:
    if not biller.biller_id.value.startswith(FICTITIOUS):
        yield f"{biller.id}: /biller_id must be a fictitious one, beginning with {FICTITIOUS}"
    days = biller.reminder_days.values
    if list(days) != sorted(set(days), reverse=True):
        yield f"{biller.id}: /reminder_days must go down, each day once"
    codes = [reason.code for reason in biller.dispute_reasons]
    if len(set(codes)) < len(codes):
        yield f"{biller.id}: /dispute_reasons has a code twice"
    claims = {
        "customer_number": biller.customer_number,
        "biller_id": biller.biller_id,
        "part_payments": biller.part_payments,
        "reminder_days": biller.reminder_days,
    }
    for name, claim in claims.items():
        if claim.verified == "design" and "design" not in claim.source.lower():
            yield f"{biller.id}: /{name}/source must say that it is a design decision"
