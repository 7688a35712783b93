"""What a definition is made of: names, texts with their sources, the form, the workflow."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import Basis

Schema = dict[str, Any]
Verified = Literal["gazette", "page", "title", "design", "no"]
"""`gazette` compared with the law's text, `page` stated by a public page of an authority, `title` seen in titles only,
`design` our own decision, `no` not checked."""
ApplicantKind = Literal["person", "juristic"]
Procedure = Literal["new", "renew", "amend", "cancel", "replace"]
Mode = Literal["upload", "exchange", "present"]
LetterKind = Literal["approval", "refusal"]
ClockEffect = Literal["start", "pause", "resume", "stop", "none"]
Effect = Literal["file", "deficiency", "inspection", "refusal", "fee", "paid", "issue", "licensed", "withdraw"]
"""`licensed`: the agency's own system tells of a licence that the agency issued itself."""


APPLICANT = "applicant"
SYSTEM = "system"
LINKED = "linked"
"""The agency's own system, where a service is linked to it."""
OFFICER_ROLES = ("intake", "inspector", "approver")
AGENCY_ROLES = (*OFFICER_ROLES, LINKED)
ROLES = (APPLICANT, SYSTEM, *AGENCY_ROLES)

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]+)+$", max_length=200)]
Member = Annotated[str, Field(pattern=r"^TH/[A-Z]+/[A-Z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=120)]


class Part(BaseModel):
    """Base of everything in a definition: immutable, and a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Sourced(Part):
    """A claim about the world."""

    source: str = Field(min_length=1, description="Where the value comes from")
    verified: Verified = Field(description="How far it was checked")

    @property
    def is_verified(self) -> bool:
        """Whether an authority's page or the gazette says so (our own decisions need no proof)."""
        return self.verified in ("gazette", "page", "design")


class Said(Sourced):
    """A sentence in both languages with its source."""

    text: Text


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
