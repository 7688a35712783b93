"""Requests for data: asked, supported, taken through their steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Fault, Invalid, Stale, WrongState
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, Head, Journal, Once, Replayed
from chalicelib.shared.storage import Change as Write
from chalicelib.shared.storage import Require

from ..forgetting import Purged
from ..model import Group
from ..packages import Packages
from ..rows import dataset_key
from ..rules import is_id
from ..standard.governance import four_eyes_needed, needs_four_eyes
from ..store import QUEUE, Store
from . import rules
from .model import Purpose, Request, Taken
from .reading import RequestReading, fits, nothing
from .rules import BY_ITSELF, NOTIFY, RECEIVED, STEPS, UNANSWERED, WAITING, Step
from .store import RequestRows, head_key, new_rows, request_of, step_rows, support_rows

ATTEMPTS = 3


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for; `organization` is an id or name, or "" where they do not know who has it."""

    title: str
    description: str
    purpose: str
    request_type: Purpose
    organization: str


@dataclass(frozen=True)
class Asked:
    """A step that somebody wants to take."""

    step: str
    reason: str = ""
    dataset: str = ""
    organization: str = ""


class Requests:
    """The requests for data of the whole catalogue."""

    def __init__(
        self,
        store: Store,
        rows: RequestRows,
        journal: Journal,
        packages: Packages,
        reading: RequestReading,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._rows = rows
        self._journal = journal
        self._packages = packages
        self._reading = reading
        self._ids = ids
        self._clock = clock

    # -- asking

    def ask(self, caller: Caller, once: Once, wanted: Wanted) -> str:
        """Enters a request; answers its id.

        Raises:
            Invalid: a text holds something personal, or there is no such organisation.
            TooMany: this person asked often enough today.
        """
        rules.check_texts({"title": wanted.title, "description": wanted.description, "purpose": wanted.purpose})
        organization = self._organization(wanted.organization) if wanted.organization else None
        now = self._clock()
        at = now.isoformat(timespec="microseconds")
        request = Request(
            id=self._ids(),
            title=" ".join(wanted.title.split()),
            description=wanted.description.strip(),
            purpose=wanted.purpose.strip(),
            request_type=wanted.request_type,
            organization=organization.id if organization else "",
            author=caller.label,
            created=at,
            changed=at,
        )
        request, event = self._told(request, "opened", caller.label)
        try:
            if once.claimed:
                self._journal.read(once)
            rows = new_rows(request, caller.id, now)
            self._journal.commit(once, rows, [(head_key(request.id).pk, event)], {"id": request.id})
        except Replayed as before:
            return str((before.answer or {})["id"])
        return request.id

    def _organization(self, id_or_name: str) -> Group:
        found = self._store.group("organization", id_or_name)
        if found is None or found.state != "active":
            text = ("ไม่พบหน่วยงานนี้ เว้นว่างได้หากไม่ทราบ", "No such organization; leave it empty if you do not know.")
            raise Invalid("ไม่พบหน่วยงาน", "No such organization.", [Fault("/organization", *text)])
        return found

    # -- supporting

    def support(self, caller: Caller, id: str, *, wanted: bool) -> int:
        """Says that the caller wants it too, or no longer; answers how many do.

        Raises:
            NotFound, WrongState.
        """
        shown = self._reading.show(caller, id)
        if shown.mine:
            raise WrongState("ผู้ยื่นคำขอนับอยู่แล้ว", "Whoever asked counts already.")
        if shown.supported == wanted:
            return shown.support
        once = Once(new_token(), "", new_token(), claimed=False)
        try:
            self._journal.commit(once, support_rows(id, caller.id, 1 if wanted else -1))
        except (AlreadyThere, Stale):
            return shown.support  # the same person, twice at once
        return shown.support + (1 if wanted else -1)

    # -- steps

    def take(self, caller: Caller, once: Once, id: str, asked: Asked, version: int | None) -> str:
        """Takes one step; answers the request's id.

        Raises:
            NotFound, NotAllowed, WrongState, Stale.
            Invalid: something is missing or personal.
        """
        if not is_id(id):
            raise nothing()
        try:
            found = self._journal.read(once, head_key(id))
        except Replayed as before:
            return str((before.answer or {})["id"])
        item = found.get(head_key(id))
        if item is None:
            raise nothing()
        request, step = request_of(item), STEPS[asked.step]
        organization = self._reading.organization(request)
        hands = self._reading.hands(caller, request, organization)
        if request.hidden is not None and not hands:
            raise nothing()
        if version is not None and version != request.version:
            raise Stale("คำขอเปลี่ยนไปแล้วหลังจากที่อ่าน โปรดอ่านใหม่", "The request has changed since you read it.")
        rules.check_step(step, request, hands)
        self._check(caller, step, request, organization, asked)
        after, more = self._after(caller, step, request, asked)
        self._commit(once, request, after, step.name, caller.label, asked.reason, more)
        return request.id

    def _check(self, caller: Caller, step: Step, request: Request, organization: Group | None, asked: Asked) -> None:
        faults = []
        if step.reason and not asked.reason.strip():
            faults.append(Fault("/reason", "โปรดระบุเหตุผล", "Say why."))
        if step.name == "answer" and not asked.dataset:
            faults.append(Fault("/dataset", "โปรดระบุชุดข้อมูล", "Name the dataset."))
        if step.name == "assign" and not asked.organization:
            faults.append(Fault("/organization", "โปรดระบุหน่วยงาน", "Name the organization."))
        if faults:
            raise Invalid("ข้อมูลไม่ครบ", "Something is missing.", faults)
        rules.check_texts({"reason": asked.reason})
        if not fits(step, request):
            raise WrongState("คำขออยู่ในสภาพนั้นอยู่แล้ว", "The request is so already.")
        careful = organization is not None and needs_four_eyes(organization)
        if step.name == "approve" and careful and caller.label == request.checked_by:
            raise four_eyes_needed()

    def _after(self, caller: Caller, step: Step, request: Request, asked: Asked) -> tuple[Request, list[Write]]:
        """The request after a step, and what else must hold when it is written."""
        after = replace(request, state=step.target or request.state, reason=asked.reason.strip())
        match step.name:
            case "check":
                return replace(after, checked_by=caller.label), []
            case "assign":
                return replace(after, organization=self._organization(asked.organization).id), []
            case "hide":
                at = self._clock().isoformat(timespec="microseconds")
                return replace(after, hidden={"at": at, "reason": asked.reason.strip()}, reason=request.reason), []
            case "show":
                return replace(after, hidden=None, reason=request.reason), []
            case "answer":
                return self._answered(caller, after, request, asked.dataset)
            case _:
                return after, []

    def _answered(self, caller: Caller, after: Request, request: Request, asked: str) -> tuple[Request, list[Write]]:
        """A public dataset answers at once; one that is still on its way does when it is published."""
        package, _ = self._packages.find(caller, asked)
        dataset = package.dataset
        # so that a publication of this very moment is not missed
        still = Require(dataset_key(package.id), dataset.version)
        if dataset.public:
            return replace(after, dataset=package.id), [still]
        if request.state not in (NOTIFY, WAITING) or dataset.owner_org != request.organization:
            raise WrongState(
                "ชุดข้อมูลนี้ยังไม่เผยแพร่ เชื่อมได้เมื่อคำขอได้รับอนุมัติแล้วและเป็นของหน่วยงานเดียวกัน",
                "That dataset is not public: it can be named once the request is approved, by its own organization.",
            )
        return replace(after, dataset=package.id, state=WAITING), [still]

    def _commit(
        self, once: Once, before: Request, after: Request, step: str, by: str, reason: str, more: Sequence[Write]
    ) -> None:
        at = self._clock().isoformat(timespec="microseconds")
        taken = Taken(self._ids(), at, step, before.state, after.state, reason.strip())
        after = replace(after, changed=at, version=before.version + 1)
        after, event = self._told(after, step, by)
        rows = [*step_rows(before, after, taken), *more]
        self._journal.commit(once, rows, [(head_key(after.id).pk, event)], {"id": after.id})

    def _told(self, request: Request, step: str, by: str) -> tuple[Request, Event]:
        details: Mapping[str, Any] = {"state": request.state, "organization": request.organization}
        event, head = self._journal.happened(
            Head(*request.chain),
            subject=request.id,
            type=f"opendata.request.{step}",
            by=by,
            data={**details, "dataset": request.dataset},
            queue=QUEUE,
        )
        return replace(request, chain=(head.seq, head.hash)), event

    # -- what follows from elsewhere

    def on_event(self, event: Event) -> None:
        """A dataset became public: the requests that wait for it are answered."""
        dataset = event.data.get("package_id")
        if not dataset or not event.data.get("after") or event.data.get("before"):
            return
        for request in self._rows.answered_by(str(dataset)):
            self._published(event, request)

    def forget(self, purged: Purged) -> None:
        """A dataset was purged: the requests that it answered stand without it, each in the state that it has.

        Raises:
            Stale: somebody takes a step of one again and again; it is called once more.
        """
        for request in self._rows.answered_by(purged.id):
            for attempt in range(ATTEMPTS):
                try:
                    self._unanswered(purged, request)
                    break
                except Stale:
                    if attempt == ATTEMPTS - 1:
                        raise

    def _unanswered(self, purged: Purged, id: str) -> None:
        item = self._journal.read(None, head_key(id)).get(head_key(id))
        request = None if item is None else request_of(item)
        if request is None or request.dataset != purged.id:
            return
        once = Once(new_token(), "", new_token(), claimed=False)  # the request itself, as it was read, makes it one
        self._commit(once, request, replace(request, dataset=""), UNANSWERED, purged.event.by, "", [purged.still])

    def _published(self, event: Event, id: str) -> None:
        once = Once.of_event(event.id, f"request-{id}")
        try:
            item = self._journal.read(once, head_key(id)).get(head_key(id))
            request = None if item is None else request_of(item)
            if request is None or not request.open or request.dataset != event.data["package_id"]:
                return
            after = replace(request, state=RECEIVED, reason="")
            self._commit(once, request, after, BY_ITSELF, event.by, "", ())
        except Replayed:
            return
