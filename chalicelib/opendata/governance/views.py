"""The JSON of governance: where a dataset stands, its steps, and the list of what waits."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.shared.web import Incoming, Outgoing

from ..model import Group
from ..standard.checks import Shortcoming
from ..standard.governance import BY_ITSELF, STATES, STEPS, State, Step
from ..views import naive
from .service import MAX_REASON, Stand
from .store import Taken, Task

StepName = Literal["submit", "check", "approve", "reject", "withdraw", "publish", "revoke"]


class TakeStep(Incoming):
    """One step."""

    step: StepName
    reason: str = Field(default="", max_length=MAX_REASON, description="Mandatory for reject and revoke")


class StateView(Outgoing):
    """A state in both languages."""

    code: str
    th: str
    en: str
    national: str = Field(description="The agencies' catalogues' own value for it; empty where they have none")

    @classmethod
    def of(cls, state: State) -> StateView:
        """The view of one."""
        words = STATES[state]
        return cls(code=state, th=words.th, en=words.en, national=words.national)


class StepView(Outgoing):
    """A step that the caller may take now."""

    step: str
    th: str
    en: str
    needs_reason: bool

    @classmethod
    def of(cls, step: Step) -> StepView:
        """The view of one."""
        return cls(step=step.name, th=step.th, en=step.en, needs_reason=step.reason)


class TakenView(Outgoing):
    """A step that was taken."""

    at: str
    by: str = Field(description="Kind and pseudonym of who took it")
    step: str
    th: str
    before: str
    after: str
    reason: str
    one_hand: bool = Field(description="One person submitted, checked and approved in this step")

    @classmethod
    def of(cls, taken: Taken) -> TakenView:
        """The view of one."""
        step = STEPS.get(taken.step)
        return cls(
            at=f"{naive(taken.at)}Z",
            by=taken.by,
            step=taken.step,
            th=step.th if step else BY_ITSELF[taken.step].th,
            before=taken.before,
            after=taken.after,
            reason=taken.reason,
            one_hand=taken.one_hand,
        )


class MissingView(Outgoing):
    """Something that the dataset lacks; a warning does not stand in the way."""

    pointer: str
    th: str
    en: str
    warning: bool

    @classmethod
    def of(cls, found: Shortcoming) -> MissingView:
        """The view of one."""
        return cls(pointer=found.pointer, th=found.th, en=found.en, warning=found.warning)


class GovernanceView(Outgoing):
    """Where a dataset stands; its ETag is the dataset's version."""

    id: str
    name: str
    title: str
    organization: str
    state: StateView
    since: str | None
    reason: str
    missing: list[MissingView]
    steps: list[StepView]
    history: list[TakenView]

    @classmethod
    def of(cls, stand: Stand) -> GovernanceView:
        """The view of one."""
        dataset = stand.package.dataset
        since = stand.standing.since
        return cls(
            id=dataset.id,
            name=dataset.name,
            title=str(dataset.fields.get("title") or dataset.name),
            organization=stand.organization.name,
            state=StateView.of(stand.standing.state),
            since=f"{naive(since)}Z" if since else None,
            reason=stand.standing.reason,
            missing=[MissingView.of(each) for each in stand.missing],
            steps=[StepView.of(each) for each in stand.open],
            history=[TakenView.of(each) for each in stand.steps],
        )


class Listing(Incoming):
    """Which tasks."""

    organization: str | None = Field(default=None, max_length=100, description="Id or name; else your own agency's")
    state: Literal["", "wait", "approval"] = ""
    cursor: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=50, ge=1, le=100)


class TaskView(Outgoing):
    """A dataset that waits for somebody."""

    id: str
    name: str
    title: str
    state: StateView
    since: str
    submitted_by: str

    @classmethod
    def of(cls, task: Task) -> TaskView:
        """The view of one."""
        dataset = task.dataset
        return cls(
            id=dataset.id,
            name=dataset.name,
            title=str(dataset.fields.get("title") or dataset.name),
            state=StateView.of(task.state),
            since=f"{naive(task.since)}Z",
            submitted_by=task.submitted_by,
        )


class TaskList(Outgoing):
    """What waits, the longest waiting first."""

    organization: str
    items: list[TaskView]
    next: str | None

    @classmethod
    def of(cls, organization: Group, tasks: list[Task], following: str | None) -> TaskList:
        """The view of a page."""
        return cls(organization=organization.name, items=[TaskView.of(each) for each in tasks], next=following)
