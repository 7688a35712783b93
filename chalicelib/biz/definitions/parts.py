"""What a definition is made of: names, texts with their sources, the form, the workflow."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from pydantic import Field

from chalicelib.shared.sourced import Code, Part, Pointer, Sourced
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import Basis

Schema = dict[str, Any]
Mode = Literal["upload", "exchange", "present"]
LetterKind = Literal["approval", "refusal"]
ClockEffect = Literal["start", "pause", "resume", "stop", "none"]
Effect = Literal["file", "deficiency", "inspection", "refusal", "fee", "paid", "issue", "licensed", "withdraw"]
"""`licensed`: the agency's own system tells of a licence that the agency issued itself."""


class Hint(Part):
    """How one field is shown, and when it is asked."""

    label: Text
    help: Text | None = None
    visible_if: Schema | None = Field(default=None, description="JSON Schema on the whole answers; hidden if it fails")
    required_if: Schema | None = Field(default=None, description="JSON Schema on the whole answers; a must if it holds")
    computed: Any = Field(default=None, description="Expression that gives this answer; the applicant may not")
    item: Text | None = Field(default=None, description="What one entry of a repeated part is called")
    choices: dict[str, Text] = Field(
        default_factory=dict, max_length=200, description="What each value of the schema's `enum` is called"
    )


class Step(Part):
    """One page of the form."""

    title: Text
    fields: tuple[Pointer, ...] = Field(min_length=1)


class Form(Part):
    """The questions: JSON Schema 2020-12 for the answers, hints for the reader."""

    schema_: Schema = Field(alias="schema", description="JSON Schema 2020-12; $ref only within itself")
    steps: tuple[Step, ...] = Field(min_length=1)
    hints: dict[Pointer, Hint]


class Asks(Protocol):
    """Whatever asks by a form: a service, or a bundle of services."""

    @property
    def form(self) -> Form:
        """The questions."""
        ...


class State(Part):
    """Where a case can stand."""

    name: Text
    turn: Literal["applicant", "agency", "nobody"] = Field(description="Whose move it is")


class Action(Part):
    """A move from state to state."""

    name: Text
    from_: tuple[Code, ...] = Field(alias="from", min_length=1)
    to: Code
    roles: tuple[str, ...] = Field(min_length=1)
    clock: ClockEffect = "none"
    effects: tuple[Effect, ...] = ()
    notice: Text | None = Field(default=None, description="What the applicant is told")
    guard: Schema | None = Field(
        default=None, description="JSON Schema on the facts of the case; see cases/rules.facts"
    )
    otherwise: Text | None = Field(default=None, description="Why not, when the guard does not hold")
    not_by_same: tuple[Code, ...] = Field(default=(), description="Actions whose doer may not do this one (four eyes)")


class Workflow(Part):
    """The life of a case as a table."""

    initial: Code
    states: dict[Code, State]
    actions: dict[Code, Action]

    def available(self, state: str) -> dict[str, Action]:
        """The actions that leave this state."""
        return {code: action for code, action in self.actions.items() if state in action.from_}

    def find(self, state: str, effect: Effect) -> tuple[str, Action] | None:
        """The action that leaves this state with that effect."""
        for code, action in self.available(state).items():
            if effect in action.effects:
                return code, action
        return None


class Sla(Sourced):
    """How long the agency may take, from a complete filing."""

    days: int = Field(ge=1, le=365)
    basis: Basis
    rolls_forward: bool = True
