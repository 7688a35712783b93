"""What the portal shows of an application, and what the engine tells of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, RootModel

from chalicelib.shared.thai import Text
from chalicelib.shared.web import Incoming, Outgoing

from ..model import Pid
from .model import Application, Turn


class ShownCase(Incoming):
    """How an application stands, as its engine tells it."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$", description="The engine's id of it")
    version: int = Field(ge=1, description="Of the case; older news than the last changes nothing")
    service: str = Field(max_length=63)
    name: Text
    agency: str = Field(max_length=120)
    agency_name: Text
    state: Text
    turn: Turn = Field(description="Whose move it is; nobody: it has ended")
    due: dt.date | None = Field(default=None, description="Legal due date of the decision", strict=False)
    filed: bool

    def application(self, at: str) -> Application:
        """As the portal keeps it; `at` is now."""
        names = ShownCase.model_fields.keys() & Application.model_fields.keys() - {"version"}
        known = {name: getattr(self, name) for name in names}
        return Application(case_version=self.version, since=at, at=at, **known)


class ShownCaseDelivery(ShownCase):
    """How an application of a person stands."""

    pid: Pid


class Shown(Outgoing):
    """Taken; a repeat answers the same."""

    id: str


class ApplyBody(Incoming):
    """Apply for a right."""

    answers: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="Answers of the form that no register knows"
    )
    subject: Annotated[str, Field(pattern=r"^[0-9]{13}$")] | None = Field(
        default=None,
        repr=False,
        description="National id of the child or other person whom the right is about, if it is one",
    )


class ApplicationCard(Outgoing):
    """An application in a list."""

    id: str
    entitlement: str | None = Field(description="The right that it asks for; null for a licence and the like")
    service: str
    name: Text
    agency: str
    agency_name: Text
    state: Text
    turn: str = Field(description="Whose move it is: applicant, agency, nobody")
    due: dt.date | None
    filed: bool
    since: str
    at: str

    @classmethod
    def of(cls, application: Application) -> ApplicationCard:
        """The view of an application."""
        return cls(**{name: getattr(application, name) for name in cls.model_fields})


class ApplicationPage(Outgoing):
    """Some applications, newest first."""

    items: list[ApplicationCard]
    next: str | None


class NextStep(Outgoing):
    """Something that can be done now."""

    action: str
    name: Text


class ApplicationView(Outgoing):
    """A whole application, as its engine has it."""

    id: str
    version: int = Field(description="Also the ETag; send it as If-Match")
    service: str
    service_name: Text
    agency: str
    agency_name: Text
    state: str
    state_name: Text
    turn: str
    opened_at: str
    received_at: str | None
    due: str | None
    overdue: bool
    licence: str | None = Field(description="Number of what was issued")
    answers: dict[str, Any]
    sources: dict[str, Any] = Field(description="Which answers a register gave, and by which exchange")
    needed_documents: list[str]
    documents: list[dict[str, Any]]
    deficiency_lists: list[dict[str, Any]]
    decision: dict[str, Any] | None
    actions: list[NextStep]

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> ApplicationView:
        """Of the engine's own view; raises ValueError when it is none."""
        return cls.model_validate({name: shown.get(name) for name in cls.model_fields})


class StepTaken(Outgoing):
    """How it stands after a step."""

    id: str
    version: int
    state: str
    state_name: Text
    turn: str
    received_at: str | None
    due: str | None

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> StepTaken:
        """Of the engine's own view; raises ValueError when it is none."""
        return cls.model_validate({name: shown.get(name) for name in cls.model_fields})


class AnswersPatch(RootModel[dict[str, Any]]):
    """A JSON Merge Patch (RFC 7396) of the answers."""


class MissingFault(Outgoing):
    """Something that is missing or wrong."""

    pointer: str
    message_th: str
    message_en: str


class MissingView(Outgoing):
    """What is still missing."""

    complete: bool
    errors: list[MissingFault]


class FileBody(Incoming):
    """A document to be sent: what the engine asks of it."""

    code: Annotated[str, Field(max_length=63, description="Document code of the service")]
    file_name: Annotated[str, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(max_length=100)]
    size: Annotated[int, Field(ge=1, le=50 * 1024 * 1024, description="Exact number of bytes")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, hex")]


class FileForm(Outgoing):
    """The form by which the file is sent: a POST with these fields and the file last."""

    url: str
    fields: dict[str, str]
    expires_in: int
    document: dict[str, Any]
