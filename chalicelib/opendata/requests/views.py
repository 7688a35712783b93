"""The JSON of requests for data. Who asks stands nowhere in it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..model import Group
from ..views import naive
from .model import Purpose, Request, State, Taken
from .reading import MOST, Shown
from .rules import FOLLOWED_BY, STATES, STEPS

StepName = Literal["check", "approve", "notify", "answer", "receive", "reject", "withdraw", "assign", "hide", "show"]


class NewRequest(Incoming):
    """What is asked for. Everybody reads it: no names, numbers or addresses of people."""

    title: str = Field(min_length=5, max_length=200)
    description: str = Field(min_length=10, max_length=4_000, description="Which data, of which years and places")
    purpose: str = Field(default="", max_length=2_000, description="What it is wanted for")
    request_type: Purpose = Field(default="", description="The national request_type; empty for a person's own use")
    organization: str = Field(default="", max_length=100, description="Id or name of who has it; empty if unknown")


class TakeStep(Incoming):
    """One step."""

    step: StepName
    reason: str = Field(default="", max_length=2_000, description="Read by everybody; mandatory for reject and hide")
    dataset: str = Field(default="", max_length=100, description="For answer: id or name of the dataset")
    organization: str = Field(default="", max_length=100, description="For assign: id or name of who is asked")


class Listing(Incoming):
    """Which requests."""

    organization: str = Field(default="", max_length=100, description="Id or name; `-` for those to nobody yet")
    state: State | Literal[""] = ""
    mine: bool = Field(default=False, description="Your own only")
    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=MOST, ge=1, le=MOST)


class StateView(Outgoing):
    """The national `request_state` in both languages."""

    code: str
    th: str
    en: str

    @classmethod
    def of(cls, state: State) -> StateView:
        """The view of one."""
        th, en = STATES[state]
        return cls(code=state, th=th, en=en)


class OrganizationView(Outgoing):
    """Who is asked."""

    name: str
    title: str

    @classmethod
    def of(cls, group: Group | None) -> OrganizationView | None:
        """The view of one."""
        return None if group is None else cls(name=group.name, title=group.title)


class RequestLine(Outgoing):
    """A request in a list."""

    id: str
    title: str
    organization: OrganizationView | None
    state: StateView
    created: str
    changed: str
    support: int = Field(description="How many others want it too")

    @classmethod
    def of(cls, request: Request, organization: Group | None, support: int) -> RequestLine:
        """The view of one."""
        return cls(
            id=request.id,
            title=request.title,
            organization=OrganizationView.of(organization),
            state=StateView.of(request.state),
            created=f"{naive(request.created)}Z",
            changed=f"{naive(request.changed)}Z",
            support=support,
        )


class RequestList(Outgoing):
    """A page of requests; hidden ones are left out, so it may be short although there is a next."""

    items: list[RequestLine]
    next: str | None


class AnswerView(Outgoing):
    """The dataset that answers a request."""

    id: str
    name: str
    title: str
    url: str


class TakenView(Outgoing):
    """A step that was taken."""

    at: str
    step: str
    th: str
    state: StateView
    reason: str

    @classmethod
    def of(cls, taken: Taken) -> TakenView:
        """The view of one."""
        th = FOLLOWED_BY[taken.step] if taken.step in FOLLOWED_BY else STEPS[taken.step].th
        return cls(
            at=f"{naive(taken.at)}Z",
            step=taken.step,
            th=th,
            state=StateView.of(taken.after),
            reason=taken.reason,
        )


class RequestView(RequestLine):
    """One request, with what was done about it."""

    description: str
    purpose: str
    request_type: str
    reason: str = Field(description="Of the last step")
    answer: AnswerView | None
    hidden: bool
    mine: bool
    supported: bool
    steps: list[str] = Field(description="Steps that you may take now")
    history: list[TakenView] = Field(description="The latest first")

    @classmethod
    def shown(cls, shown: Shown, site: str) -> RequestView:
        """The view of one."""
        request, package = shown.request, shown.answer
        answer = None
        if package is not None:
            name = package.dataset.name
            title = str(package.dataset.fields.get("title") or name)
            answer = AnswerView(id=package.id, name=name, title=title, url=f"{site}/dataset/{name}")
        line = RequestLine.of(request, shown.organization, shown.support)
        return cls(
            **dict(line),
            description=request.description,
            purpose=request.purpose,
            request_type=request.request_type,
            reason=request.reason,
            answer=answer,
            hidden=request.hidden is not None,
            mine=shown.mine,
            supported=shown.supported,
            steps=[step.name for step in shown.open],
            history=[TakenView.of(each) for each in shown.steps],
        )


class SupportView(Outgoing):
    """How many others want it too."""

    support: int
