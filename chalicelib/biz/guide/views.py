"""What the guide answers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..definitions.parts import Mode
from ..manual.content import Statement
from ..noun import ApplicantKind

MAX_ANSWERS = 300


class GuideBody(Incoming):
    """What was answered so far."""

    answers: dict[str, Any] = Field(
        default_factory=dict,
        max_length=MAX_ANSWERS,
        description="{question: answer}: a choice, a list of choices, true or false, or a number; see `questions`",
    )


class AnswerLine(Outgoing):
    """An answer in words."""

    question: str = Field(description="Its name")
    text: Text = Field(description="What was asked")
    answer: Text
    value: Any


class ChoiceLine(Outgoing):
    """A choice."""

    value: str
    label: Text


class QuestionLine(Outgoing):
    """A question that should be answered next."""

    question: str = Field(description="The name by which it is answered")
    text: Text
    help: Text | None
    kind: Literal["choice", "choices", "yes_no", "number"]
    choices: tuple[ChoiceLine, ...]
    unit: Text | None
    most: int | None
    whole: bool
    decides: tuple[str, ...] = Field(description="Services of which it may decide whether they are needed")
    details: tuple[str, ...] = Field(description="Services whose fee or documents it makes certain")


class QuestionGroup(Outgoing):
    """Questions that belong together."""

    title: Text
    questions: tuple[QuestionLine, ...]


class RateLine(Outgoing):
    """A rate that may go into a fee."""

    name: Text | None
    value: str
    unit: Literal["baht", "percent"]
    since: dt.date
    source: str
    verified: bool


class FeeLine(Outgoing):
    """A line of the bill, as far as it is known."""

    code: str
    name: Text
    payee: str
    baht: str | None = Field(description="The amount; null while it depends on what the form will ask")
    at_most: str | None = Field(description="The most that the agency may ask, where it says the amount itself")
    depends_on: tuple[Text, ...] = Field(description="Fields of the form on which it depends")
    rates: tuple[RateLine, ...]


class DocumentLine(Statement):
    """A document."""

    code: str
    mode: Mode = Field(description="upload: to be attached; present: to be shown; exchange: the state fetches it")
    certain: bool = Field(description="False: only in some cases, by what the form will ask")
    depends_on: tuple[Text, ...] = Field(description="Fields of the form on which that depends")


class Beginning(Outgoing):
    """The request that begins an application, or a bundle of them, with what is known."""

    method: str
    path: str
    body: dict[str, Any]


class Opening(Beginning):
    """How an application is begun."""

    answers_path: str = Field(description="Where `answers` go, as a merge patch (RFC 7396), once there is a draft")
    answers: dict[str, Any]


class ServiceLine(Outgoing):
    """A service."""

    service: str
    name: Text
    agency_name: Text


class Needed(ServiceLine):
    """A service that is needed, whatever else is answered."""

    version: int
    kind: Literal["licence", "registration", "notification"]
    summary: Text
    because: Statement
    answers: tuple[AnswerLine, ...] = Field(description="The answers that made it so")
    applicants: tuple[ApplicantKind, ...] = Field(description="Who may apply")
    time: Statement
    fees: tuple[FeeLine, ...]
    documents: tuple[DocumentLine, ...]
    filled: tuple[Text, ...] = Field(description="Fields of the form that the state fills in itself")
    known: tuple[Text, ...] = Field(description="Fields of the form that these answers fill in")
    manual: str
    linked: Literal["receive", "hand_over"] | None = Field(
        description="Whether the agency's own system works on it; hand_over: the form is filled in at the agency's site"
    )
    open: Opening


class NotNeeded(ServiceLine):
    """A service that is not needed, whatever else is answered."""

    rule: Statement = Field(description="Who needs it, and how far that was checked")
    answers: tuple[AnswerLine, ...] = Field(description="The answers that made it so")


class Undecided(ServiceLine):
    """A service that may be needed."""

    rule: Statement = Field(description="Who needs it, and how far that was checked")
    depends_on: tuple[str, ...] = Field(description="The questions that decide it")


class Unguided(ServiceLine):
    """A service that the guide cannot judge."""

    summary: Text
    manual: str


class Bundled(Outgoing):
    """Several of the needed services, asked for in one go."""

    bundle: str
    name: Text
    summary: Text
    services: tuple[str, ...] = Field(description="All its services, each behind those that it waits for")
    needed: tuple[str, ...] = Field(description="Those of them that are needed")
    offer: str = Field(description="Where the bundle is told whole")
    open: Beginning


class Cost(Outgoing):
    """What all needed services cost together."""

    baht: str = Field(description="The sum of what is known")
    complete: bool = Field(description="False: fees that depend on the forms come on top")


class Guided(Outgoing):
    """What the guide can say by these answers."""

    on: dt.date = Field(description="The day whose services and rates these are")
    complete: bool = Field(description="Whether every service is decided")
    link: str = Field(description="The address of these answers; it holds nothing about a person")
    answers: tuple[AnswerLine, ...]
    ignored: tuple[AnswerLine, ...] = Field(
        description="Answers to what is not asked by the others; they count nothing"
    )
    notes: tuple[Text, ...] = Field(description="What those who answer so should know")
    questions: tuple[QuestionGroup, ...] = Field(description="What can still change something, in the order of asking")
    needed: tuple[Needed, ...]
    not_needed: tuple[NotNeeded, ...]
    undecided: tuple[Undecided, ...]
    unguided: tuple[Unguided, ...]
    bundles: tuple[Bundled, ...]
    cost: Cost
