"""What an application costs, line by line, with the working shown. Pure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.shared.expressions import BadExpression, Evaluation
from chalicelib.shared.sourced import Part
from chalicelib.shared.thai import Text

from .procedures import Base, facts

if TYPE_CHECKING:
    from .model import Fee, ServiceDefinition

MAX_SATANG = 10_000_000_000
"""A fee of more than 100 million baht is a mistake in the formula."""


class Rate(Part):
    """A rate that was used."""

    table: str
    name: Text | None = Field(default=None, description="What it is paid for, where the fee does not say it")
    value: str
    since: dt.date = Field(description="First day on which this rate holds")
    source: str
    verified: bool


class FeeLine(Part):
    """One line of a quote."""

    code: str
    name: Text
    payee: str = Field(description="Agency to which the money belongs")
    satang: int = Field(ge=0, description="Amount in satang (1/100 baht)")
    rates: tuple[Rate, ...] = Field(default=(), description="The rates the amount was made from")


class Quote(Part):
    """The whole bill."""

    on: dt.date = Field(description="Day whose rates were used")
    lines: tuple[FeeLine, ...]
    total_satang: int
    total_baht: str = Field(description="The total in baht with two decimals")


def quote(definition: ServiceDefinition, answers: Any, on: dt.date, base: Base | None = None) -> Quote:
    """The bill for these answers with the rates of that day; `base` is the licence that a procedure is about.

    Raises:
        BadExpression: the formula cannot be computed from these answers, is negative, or not whole satang.
    """
    lines = tuple(_line(fee, definition, answers, on, base) for fee in definition.fees)
    total = sum(line.satang for line in lines)
    return Quote(on=on, lines=lines, total_satang=total, total_baht=baht(total))


def baht(satang: int) -> str:
    """An amount for reading: 20050 -> "200.50"."""
    return f"{satang // 100}.{satang % 100:02d}"


def _line(fee: Fee, definition: ServiceDefinition, answers: Any, on: dt.date, base: Base | None) -> FeeLine:
    evaluation = Evaluation(answers, definition.tables, on, facts(base, on))
    amount = evaluation.number(fee.expr) * 100
    if amount != amount.to_integral_value():
        raise BadExpression(f"the fee '{fee.code}' is not a whole number of satang; use round_up")
    if not Decimal(0) <= amount <= MAX_SATANG:
        raise BadExpression(f"the fee '{fee.code}' is out of range")
    rates = tuple(
        Rate(
            table=line.table,
            name=line.row.name,
            value=line.row.value,
            since=line.row.from_,
            source=line.row.source,
            verified=line.row.is_verified,
        )
        for line in dict.fromkeys(evaluation.working)  # a rate used for each entry is shown once
    )
    return FeeLine(code=fee.code, name=fee.name, payee=fee.payee, satang=int(amount), rates=rates)
