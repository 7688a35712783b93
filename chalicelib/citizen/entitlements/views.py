"""What everybody may see of rights."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.sourced import RateRow, Said, Sourced
from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from .judging import Known
from .model import EntitlementDefinition, Parameter, Question

Category = Literal["family", "work", "health", "money", "older", "disability"]


class Choosing(Incoming):
    """Which rights."""

    category: Category | None = None
    agency: str | None = Field(default=None, max_length=120)


class RightBase(Outgoing):
    """Base of what both the list and the page show."""

    id: str
    version: int
    name: Text
    summary: Text
    who: Text
    agency: str
    agency_name: Text
    category: str
    subject: Literal["self", "child"] = Field(
        description="Whom it is about; for a child its number is named at the check"
    )
    min_ial: str = Field(description="The weakest login with which it may be checked")


class RightCard(RightBase):
    """A right in the list."""

    @classmethod
    def of(cls, definition: EntitlementDefinition) -> RightCard:
        """The view of one."""
        return cls(**_card(definition))


class RightsView(Outgoing):
    """The rights that there are, and how many of each kind."""

    items: list[RightCard]
    facets: dict[str, dict[str, int]] = Field(description="category and agency: how many of all rights")

    @classmethod
    def of(cls, definitions: Sequence[EntitlementDefinition], choosing: Choosing) -> RightsView:
        """The view of those that were chosen."""
        chosen = [
            one
            for one in definitions
            if choosing.category in (None, one.category) and choosing.agency in (None, one.agency)
        ]
        return cls(
            items=[RightCard.of(one) for one in chosen],
            facets={
                "category": dict(Counter(one.category for one in definitions)),
                "agency": dict(Counter(one.agency for one in definitions)),
            },
        )


class SourceView(Outgoing):
    """Where a value or a rule comes from, and how far that was checked."""

    source: str
    verified: str = Field(description="gazette, page, title, design, or no")
    is_verified: bool

    @classmethod
    def of(cls, said: Sourced) -> SourceView:
        """The view of one."""
        return cls(source=said.source, verified=said.verified, is_verified=said.is_verified)


class LawView(Outgoing):
    """A rule of the law in words."""

    text: Text
    source: SourceView

    @classmethod
    def of(cls, said: Said) -> LawView:
        """The view of one."""
        return cls(text=said.text, source=SourceView.of(said))


class ValueRow(Outgoing):
    """What a value is from one day to another."""

    starts: dt.date
    ends: dt.date | None
    value: str
    in_force: bool
    source: SourceView


class ValueView(Outgoing):
    """A value of the law by dates."""

    code: str
    name: Text
    unit: Text
    rows: list[ValueRow]

    @classmethod
    def of(cls, code: str, parameter: Parameter, on: dt.date) -> ValueView:
        """The view of one."""
        rows = [
            ValueRow(
                starts=row.from_, ends=row.to, value=row.value, in_force=_in_force(row, on), source=SourceView.of(row)
            )
            for row in parameter.rows
        ]
        return cls(code=code, name=parameter.name, unit=parameter.unit, rows=rows)


class AskedView(Outgoing):
    """A register that is asked, and what for."""

    service: str
    because: Text
    told: list[Text] = Field(description="What it is asked to tell; nothing else is read")
    only_if_needed: bool
    needs_consent: bool


class ChoiceView(Outgoing):
    """One of the answers to a question."""

    value: str
    label: Text


class QuestionView(Outgoing):
    """A question to the person, because no register knows."""

    code: str
    kind: Literal["number", "yes_no", "choice", "date"]
    text: Text
    help: Text | None
    unit: Text | None
    least: int
    most: int
    choices: list[ChoiceView]

    @classmethod
    def of(cls, code: str, question: Question) -> QuestionView:
        """The view of one."""
        return cls(
            code=code,
            kind=question.kind,
            text=question.text,
            help=question.help,
            unit=question.unit,
            least=question.least,
            most=question.most,
            choices=[ChoiceView(value=choice.value, label=choice.label) for choice in question.choices],
        )


class AmountView(Outgoing):
    """What it comes to."""

    name: Text
    amount: str | None = Field(description="A decimal number; null where it depends on the person")
    unit: Text
    period: Literal["once", "month", "year"]

    @classmethod
    def of(cls, definition: EntitlementDefinition, amount: str | None) -> AmountView | None:
        """The view of a definition's amount, if it has one."""
        told = definition.amount
        return None if told is None else cls(name=told.name, amount=amount, unit=told.unit, period=told.period)


class RightPage(RightBase):
    """Everything that is public of a right."""

    legal_basis: list[LawView]
    criteria: list[LawView]
    amount: AmountView | None
    values: list[ValueView]
    asked: list[AskedView]
    questions: list[QuestionView]
    not_asked: list[Text]
    keeps: Literal["result", "never"] = Field(description="Whether the portal keeps the outcome of a check")
    another_may_check: bool = Field(description="Whether who acts for a person may check it")
    tells_payments: bool
    apply: str | None = Field(description="The service by which it is applied for, where that can be done here")
    all_verified: bool = Field(description="False: some value below was not confirmed by an authority's page")

    @classmethod
    def of(cls, definition: EntitlementDefinition, on: dt.date) -> RightPage:
        """The view of one on a day."""
        rows = [row for parameter in definition.parameters.values() for row in parameter.rows if _in_force(row, on)]
        laws = list(dict.fromkeys((*definition.legal_basis, *(rule.legal for rule in definition.rules))))
        amount = definition.amount
        value = None if amount is None else Known(definition, {}, on).look(amount.expr)[0]
        return cls(
            **_card(definition),
            legal_basis=[LawView.of(said) for said in definition.legal_basis],
            criteria=[LawView.of(said) for said in laws if said not in definition.legal_basis],
            amount=AmountView.of(definition, None if value is None else f"{value}"),
            values=[ValueView.of(code, parameter, on) for code, parameter in definition.parameters.items()],
            asked=[
                AskedView(
                    service=source.service,
                    because=source.because,
                    told=[fact.name for fact in source.facts.values()],
                    only_if_needed=source.needed_if is not True,
                    needs_consent=source.consent,
                )
                for source in definition.inputs.values()
            ],
            questions=[QuestionView.of(code, question) for code, question in definition.asks.items()],
            not_asked=list(definition.not_asked),
            keeps=definition.keep,
            another_may_check=definition.delegable,
            tells_payments=definition.payments is not None,
            apply=None if definition.apply is None else definition.apply.service,
            all_verified=all(said.is_verified for said in (*rows, *laws)),
        )


def _card(definition: EntitlementDefinition) -> dict[str, Any]:
    names = ("id", "version", "name", "summary", "who", "agency", "agency_name", "category", "subject", "min_ial")
    return {name: getattr(definition, name) for name in names}


def _in_force(row: RateRow, on: dt.date) -> bool:
    return row.from_ <= on and (row.to is None or on <= row.to)
