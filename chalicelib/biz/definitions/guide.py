"""What a definition says to the guide: when a business needs this service, and by which questions that is found out."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.sourced import Code, Part, Pointer, Sourced
from chalicelib.shared.thai import Text

from .parts import Schema


class Choice(Part):
    """One answer of a question."""

    value: Code
    label: Text
    note: Text | None = Field(default=None, description="What whoever chooses it should know")


class Question(Part):
    """A question of the guide, in words that need no law."""

    text: Text
    help: Text | None = None
    kind: Literal["choice", "choices", "yes_no", "number"] = Field(
        description="One of the choices (its value), any of them (a list of values), yes or no (true, false), a number"
    )
    choices: tuple[Choice, ...] = Field(default=(), max_length=50)
    unit: Text | None = None
    most: int | None = Field(default=None, ge=0, le=10_000_000, description="Largest number that makes sense")
    whole: bool = Field(default=False, description="Whether only whole numbers make sense")
    asked_if: Schema | None = Field(default=None, description="JSON Schema on the answers so far; absent: always")


class GuideCase(Part):
    """A test case of the guide: what it says when everything that it asks is answered so."""

    answers: dict[Code, Any] = Field(description="{question: answer}")
    needed: bool


class Guide(Sourced):
    """When a business needs this service."""

    questions: tuple[Code, ...] = Field(
        min_length=1, max_length=20, description="The questions that decide it, in the order in which they are asked"
    )
    needed: Schema = Field(description="JSON Schema on the answers {question: answer}: this service is needed")
    because: Text = Field(description="Why it is needed, in plain words")
    asks: dict[Code, Question] = Field(
        default_factory=dict,
        description="Questions that the shared vocabulary lacks; see guide/questions.json",
    )
    prefills: dict[Code, Pointer] = Field(
        default_factory=dict, description="Question -> field of the form that its answer already fills"
    )
    tests: tuple[GuideCase, ...] = Field(default=(), max_length=50, description="At least one needed, and one not")
