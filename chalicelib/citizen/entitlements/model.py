"""What one right is: a JSON file that says what is asked of whom, by which rules it is judged, and how that is told.

Nothing here is code of one right: whoever writes such a file adds a right to the portal
(`docs/how-to/add-an-entitlement.md`). Expressions are those of `shared/expressions.py`; they see facts, not answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from chalicelib.shared.sourced import Code, Member, Part, Pointer, RateRow, Said, Slug
from chalicelib.shared.thai import Text

Value = bool | int | float | str | Decimal
"""A fact; in JSON numbers with decimals are texts."""

Written = bool | int | str
"""A fact as it is written in a definition."""

Kind = Literal["number", "text", "yes_no", "date"]
Result = Literal["entitled", "not_entitled", "unknown", "already"]
"""`already`: the person has it. `unknown`: it cannot be told, now or here; never a guess."""

TODAY = "today"
"""The fact that is always known: the day for which is judged."""
SUBJECT = "subject"
"""In `Apply.prefill`: the national id of the child that the right is about. No fact, for nothing is judged by it."""


class FactOf(Part):
    """One thing that a register's answer tells.

    Attributes:
        pointer: where it stands in the answer.
        kind: what it is; `is_asker` is true where the answer holds the national id of whoever asks, which itself
            becomes no fact.
        name: how people call it.
        missing: its value where the register knows the person and says nothing of this; None leaves it unknown.
        shown: whether the explanation may show the value.
        words: for a text, what its codes mean.
    """

    pointer: Pointer
    kind: Literal["number", "text", "yes_no", "date", "is_asker"]
    name: Text
    missing: Written | None = None
    shown: bool = True
    words: dict[str, Text] = Field(default_factory=dict)


class Input(Part):
    """One question to a register, by the exchange.

    Attributes:
        service: of the exchange, e.g. `TH/CENTRAL/DOPA/civil/person`.
        path: below it.
        request: the body; `$pid` stands for whoever's right it is, `$subject` for the child it is about.
        purpose: a purpose code of the portal's agreement.
        because: why it is asked, for the person.
        needed_if: when it is asked at all; it may be asked only once this is known to be true.
        absent: what is known when the register knows no such person.
        facts: what is read from the answer, and nothing else is.
        consent: whether the person's own consent is needed (`EntitlementDefinition.consent`).
    """

    service: Member
    path: str = Field(default="/lookup", pattern=r"^/[A-Za-z0-9/_-]*$")
    request: dict[Code, str] = Field(min_length=1)
    purpose: Slug
    because: Text
    needed_if: Any = True
    absent: dict[Code, Written] = Field(default_factory=dict)
    facts: dict[Code, FactOf] = Field(min_length=1)
    consent: bool = False


class Choice(Part):
    """One of the answers to a question."""

    value: Code
    label: Text


class Question(Part):
    """What the person says, because no register has it.

    Attributes:
        needed_if: asked only once this is known to be true.
    """

    kind: Literal["number", "yes_no", "choice", "date"]
    text: Text
    help: Text | None = None
    unit: Text | None = None
    least: int = Field(default=0, ge=0)
    most: int = Field(default=100_000_000, ge=1)
    choices: tuple[Choice, ...] = ()
    needed_if: Any = True


class Parameter(Part):
    """A value of the law by dates, e.g. an age or an amount; its unit is shown, and no formula heeds it."""

    name: Text
    unit: Text
    rows: tuple[RateRow, ...] = Field(min_length=1)


class Derived(Part):
    """A fact made of others."""

    name: Text
    kind: Kind
    expr: Any
    unit: Text | None = None
    words: dict[str, Text] = Field(default_factory=dict)


class Rule(Part):
    """One step of the judgement; the first whose condition holds and that decides, decides.

    Attributes:
        when: the condition; the last rule's is `true`.
        then: what is decided; `next` only tells and goes on.
        text: what is told when it holds, with `{fact}` and `{parameter}` filled in.
        otherwise: what is told when it does not; None tells nothing.
        legal: the law that it follows.
    """

    id: Slug
    when: Any
    then: Literal["entitled", "not_entitled", "unknown", "already", "next"]
    text: Text
    otherwise: Text | None = None
    legal: Said


class Amount(Part):
    """What it comes to."""

    expr: Any
    unit: Text
    period: Literal["once", "month", "year"]
    name: Text


class ConsentAsked(Part):
    """The consent that an input needs; it is asked for each check anew (`once`) and nothing is kept.

    Attributes:
        fields: pointers of the agreement.
        days: how long the request waits for the person's answer.
        ial: the weakest login with which it may be given.
    """

    fields: tuple[Pointer, ...] = Field(min_length=1)
    days: int = Field(default=1, ge=1, le=30)
    ial: Literal["2.1", "2.2", "2.3", "3"] = "2.3"


class Payments(Part):
    """The register that tells what was paid.

    Attributes:
        items: where the list stands; month, amount, state, about: in each of its entries.
        states: what the register's states mean.
    """

    service: Member
    path: str = Field(default="/lookup", pattern=r"^/[A-Za-z0-9/_-]*$")
    request: dict[Code, str] = Field(min_length=1)
    purpose: Slug
    items: Pointer
    month: Pointer
    amount: Pointer
    state: Pointer
    about: Pointer | None = None
    states: dict[Code, Text] = Field(min_length=1)


class Trigger(Part):
    """When it is worth telling a person of this right before they ask.

    Attributes:
        event: what happened, e.g. `birth-registered`, `job-ended`; or
        age: the age in years that is reached, told `before_days` days before.
        who: the person of the event, or the parents of the child that it is about.
        born: the fact that holds the birth date, for an age.
        facts: what must be known for a cheap look before anybody is told; `judge` says then whether the right is
            already out of the question.
    """

    event: Slug | None = None
    age: int | None = Field(default=None, ge=1, le=120)
    before_days: int = Field(default=0, ge=0, le=366)
    who: Literal["person", "parents"] = "person"
    born: Code | None = None
    facts: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _one_of_two(self) -> Trigger:
        if (self.event is None) == (self.age is None):
            raise ValueError("a trigger has an event or an age")
        return self


class Apply(Part):
    """How it is applied for: a service of the case engine, and what of its form is filled in by which fact.

    Derived facts may be filled in too, and `subject`, the child's national id.
    """

    service: Slug
    prefill: dict[Pointer, Code] = Field(default_factory=dict)


class Sample(Part):
    """A case worked out by hand, which the definition must judge as written.

    Attributes:
        facts: what the registers say; what is not written is not known.
        answers: what the person says.
    """

    name: str
    on: dt.date
    facts: dict[Code, Written] = Field(default_factory=dict)
    answers: dict[Code, Written] = Field(default_factory=dict)
    result: Result
    amount: str | None = None
    rule: Slug | None = None


class EntitlementDefinition(Part):
    """One version of one right.

    Attributes:
        subject: whom it is about: the person themself, or a child of theirs, named at each check.
        min_ial: the weakest login with which it may be checked.
        delegable: whether who acts for a person may check it.
        keep: `result` keeps the outcome for the person, `never` keeps nothing.
        not_asked: what the portal does not ask, and why.
        advice: what to do next, by result.
        apply: None where there is nothing to apply for here.
        tests: run by lint; a definition that fails its own is not shipped.
    """

    id: Slug
    version: int = Field(ge=1)
    effective_from: dt.date
    effective_to: dt.date | None = None
    name: Text
    summary: Text
    who: Text
    agency: Member
    agency_name: Text
    category: Literal["family", "work", "health", "money", "older", "disability"]
    subject: Literal["self", "child"] = "self"
    legal_basis: tuple[Said, ...] = Field(min_length=1)
    min_ial: Literal["2.1", "2.2", "2.3", "3"] = "2.1"
    delegable: bool = True
    keep: Literal["result", "never"] = "result"
    inputs: dict[Code, Input] = Field(min_length=1)
    asks: dict[Code, Question] = Field(default_factory=dict)
    consent: ConsentAsked | None = None
    parameters: dict[Code, Parameter] = Field(default_factory=dict)
    derived: dict[Code, Derived] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = Field(min_length=1)
    amount: Amount | None = None
    not_asked: tuple[Text, ...] = Field(min_length=1)
    advice: dict[Result, Text] = Field(default_factory=dict)
    payments: Payments | None = None
    triggers: tuple[Trigger, ...] = ()
    apply: Apply | None = None
    tests: tuple[Sample, ...] = Field(min_length=1)

    @property
    def tables(self) -> Mapping[str, tuple[RateRow, ...]]:
        """The parameters as `rate` looks into them."""
        return {name: parameter.rows for name, parameter in self.parameters.items()}

    def register_facts(self) -> Iterator[tuple[str, Input, FactOf]]:
        """Every fact of a register: its code, where it is asked, and how it is read."""
        for source in self.inputs.values():
            for code, fact in source.facts.items():
                yield code, source, fact

    def fact_names(self) -> Mapping[str, Text]:
        """How people call each fact, each answer and each derived fact."""
        return {
            **{code: fact.name for code, _, fact in self.register_facts()},
            **{code: question.text for code, question in self.asks.items()},
            **{code: derived.name for code, derived in self.derived.items()},
            TODAY: Text(th="วันนี้", en="Today"),
        }
