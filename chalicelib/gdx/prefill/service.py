"""Prefill: values for a form, at once or after the person has looked at them and let them go.

    PREVIEW_REQUIRED -> RELEASED -> FETCHED
        |                  +-> EXPIRED
        +-> REFUSED
        +-> EXPIRED

While they wait the values are sealed; they are deleted as soon as nobody needs them: what was not released at the
decision, what was released when the asker has it, everything after a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...shared.errors import Fault, Invalid, KeyReused, Stale, WrongState, not_found
from ...shared.journal import Event, Once
from ...shared.parts import Parts
from ..directory import Directory
from ..exchanges import Exchanges
from ..ids import SubsystemId
from ..model import Agreement, Purpose
from ..notices import Notice, Notices
from . import words
from .broker import Broker
from .model import Found, Kind, Prefill, PrefillState, Requirement, Wanted
from .requirements import Requirements
from .shelf import Shelf, Shown, Waiting, kept_until


class Prefills:
    """Gives values, and keeps those that wait for the person.

    Args:
        directory, exchanges: the room's.
        parts: the room's common parts.
        notices: tells the person that something waits.
    """

    def __init__(self, directory: Directory, exchanges: Exchanges, parts: Parts, notices: Notices) -> None:
        self.requirements = Requirements(directory, parts)
        self._broker = Broker(directory, exchanges, parts.clock)
        self._shelf = Shelf(parts)
        self._directory = directory
        self._keyring = parts.keyring
        self._notices = notices
        self._clock = parts.clock

    # -- the asker -------------------------------------------------------------------------------

    def ask(self, wanted: Wanted) -> list[Found] | Waiting:
        """Values at once, or a prefill that the person must release first.

        The same message id with the same content is the same request: nothing is recorded twice.

        Raises:
            NotFound: an unknown requirement.
            Invalid: a requirement about another kind of subject, or a preview by a company.
            KeyReused: the message id was used for another preview.
        """
        requirements = self.requirements.read(wanted.requirements)
        _fits(wanted, requirements)
        agreements = self._broker.agreements(wanted.client, requirements)
        if not _to_preview(wanted, agreements):
            return self._broker.run(wanted, requirements, agreements)
        identifier = self._keyring.pseudonym(f"prefill\n{wanted.client}\n{wanted.message_id}")
        mark = self._keyring.mac("prefill", f"{wanted}\n{wanted.subject.number}".encode())
        there = self._shelf.found(identifier)
        if there is None:
            found = self._broker.run(wanted, requirements, agreements)
            if not any(one.values for one in found):
                return found  # nothing to look at, so nobody is bothered
            there = self._shelf.keep(self._new(identifier, mark, wanted, found, agreements))
        if there.prefill.mark != mark:
            raise KeyReused(
                "X-Road-Id นี้ใช้กับคำขออื่นไปแล้ว โปรดใช้ค่าใหม่",
                "This X-Road-Id was used for another request; choose a new one.",
            )
        return there

    def of_asker(self, identifier: str, client: SubsystemId, once: Once | None = None) -> tuple[Waiting, list[Found]]:
        """How a prefill stands for who asked, with what was released; before that, nothing of it.

        Raises:
            NotFound: no such prefill of this system.
        """
        waiting = self._shelf.found(identifier, once)
        if waiting is None or waiting.prefill.client != client:
            raise not_found("รายการนี้", "prefill")
        return waiting, self._shelf.values(waiting) if waiting.state is PrefillState.RELEASED else []

    def taken(self, identifier: str, client: SubsystemId, once: Once, shown: Shown) -> Waiting:
        """The asker has the values: they are deleted here. A second time changes nothing.

        Raises:
            NotFound. WrongState: nothing was released.
        """
        waiting, _ = self.of_asker(identifier, client, once)
        if waiting.state is PrefillState.FETCHED:
            return waiting
        _must_be(waiting, PrefillState.RELEASED)
        return self._shelf.change(waiting, _emptied(waiting, PrefillState.FETCHED), f"system:{client}", once, shown)

    # -- the person ------------------------------------------------------------------------------

    def of_person(self, identifier: str, subject: str, once: Once | None = None) -> tuple[Waiting, list[Found]]:
        """A preview for the person it is about, with the values that still wait.

        Raises:
            NotFound: no such preview about this person.
        """
        waiting = self._shelf.found(identifier, once)
        if waiting is None or waiting.prefill.subject != subject:
            raise not_found("รายการตัวอย่างข้อมูล", "preview")
        return waiting, self._shelf.values(waiting)

    def release(
        self, identifier: str, subject: str, names: Sequence[str], version: int, once: Once, shown: Shown
    ) -> Waiting:
        """The person lets values go; all others are deleted at once.

        Args:
            names: `requirement/name` of each value to release.

        Raises:
            NotFound. WrongState: it was decided otherwise or has expired. Stale: not what the person saw. Invalid: a
            name that is not in the preview.
        """
        waiting, found = self.of_person(identifier, subject, once)
        wanted = tuple(sorted(set(names)))
        if waiting.state is PrefillState.RELEASED and waiting.prefill.released == wanted:
            return waiting
        _must_be(waiting, PrefillState.PREVIEW_REQUIRED)
        _same_version(waiting, version)
        there = {f"{one.requirement}/{name}" for one in found for name in one.values}
        faults = [
            Fault(f"/values/{at}", "ไม่มีในรายการตัวอย่าง", "Not in the preview.")
            for at, name in enumerate(names)
            if name not in there
        ]
        if faults:
            raise Invalid("มีรายการที่ไม่อยู่ในตัวอย่างข้อมูล", "A value is not in the preview.", faults)
        kept = [_limited(one, wanted) for one in found]
        released = replace(
            waiting.prefill,
            state=PrefillState.RELEASED,
            released=wanted,
            sealed=self._shelf.sealed(identifier, kept),
            sealed_pid=None,
        )
        return self._shelf.change(waiting, released, f"citizen:{subject}", once, shown)

    def refuse(self, identifier: str, subject: str, version: int, once: Once, shown: Shown) -> Waiting:
        """The person lets nothing go; everything is deleted at once.

        Raises:
            See `release`.
        """
        waiting, _ = self.of_person(identifier, subject, once)
        if waiting.state is PrefillState.REFUSED:
            return waiting
        _must_be(waiting, PrefillState.PREVIEW_REQUIRED)
        _same_version(waiting, version)
        return self._shelf.change(waiting, _emptied(waiting, PrefillState.REFUSED), f"citizen:{subject}", once, shown)

    def tell(self, event: Event) -> None:
        """Tells the person that a preview waits (listener of `gdx.prefill.`)."""
        waiting = self._shelf.found(event.subject)
        pid = None if waiting is None else self._shelf.pid(waiting.prefill)
        if waiting is not None and pid is not None and waiting.state is PrefillState.PREVIEW_REQUIRED:
            self._notices.tell(pid, Notice(f"preview-{event.id}", *words.waiting(waiting.prefill)))

    def _new(
        self, identifier: str, mark: str, wanted: Wanted, found: list[Found], agreements: Mapping[str, Agreement]
    ) -> Prefill:
        member = self._directory.member(wanted.client.member)
        if member is None:
            raise AssertionError("a system that logged in has a member")
        purpose = _purpose(wanted, agreements)
        now = self._clock()
        return Prefill(
            id=identifier,
            client=wanted.client,
            client_th=member.name_th,
            client_en=member.name_en,
            subject=self._keyring.pseudonym(wanted.subject.number),
            purpose=("", "") if purpose is None else (purpose.th, purpose.en),
            form=wanted.form,
            state=PrefillState.PREVIEW_REQUIRED,
            asked_at=now,
            expires_at=kept_until(now),
            mark=mark,
            sealed=self._shelf.sealed(identifier, found),
            sealed_pid=self._shelf.sealed_pid(identifier, wanted.subject.number),
        )


def _fits(wanted: Wanted, requirements: Sequence[Requirement]) -> None:
    faults = [
        Fault(f"/requirements/{at}", "เป็นข้อมูลของบุคคลอีกประเภท", f"Is about a {one.kind.value}.")
        for at, one in enumerate(requirements)
        if one.kind is not wanted.subject.kind
    ]
    if wanted.preview and wanted.subject.kind is not Kind.PERSON:
        faults.append(Fault("/preview", "นิติบุคคลดูตัวอย่างเองไม่ได้", "A company cannot log in to look at a preview."))
    if faults:
        raise Invalid("คำขอไม่ตรงกับรายการข้อมูล", "The request does not fit the requirements; see errors.", faults)


def _to_preview(wanted: Wanted, agreements: Mapping[str, Agreement]) -> bool:
    if wanted.subject.kind is not Kind.PERSON:
        return False
    return wanted.preview or any(agreement.preview for agreement in agreements.values())


def _purpose(wanted: Wanted, agreements: Mapping[str, Agreement]) -> Purpose | None:
    every = [purpose for agreement in agreements.values() for purpose in agreement.purposes]
    return next((purpose for purpose in every if wanted.purpose in (None, purpose.code)), None)


def _limited(found: Found, released: Sequence[str]) -> Found:
    values = {name: value for name, value in found.values.items() if f"{found.requirement}/{name}" in released}
    return replace(found, values=values, withheld=tuple(name for name in found.values if name not in values))


def _emptied(waiting: Waiting, state: PrefillState) -> Prefill:
    return replace(waiting.prefill, state=state, sealed=None, sealed_pid=None)


def _must_be(waiting: Waiting, state: PrefillState) -> None:
    if waiting.state is not state:
        raise WrongState(
            "ทำรายการนี้ในสถานะปัจจุบันไม่ได้",
            "This cannot be done in its present state.",
            [Fault("/state", f"สถานะปัจจุบันคือ {waiting.state.value}", f"It is {waiting.state.value}.")],
        )


def _same_version(waiting: Waiting, version: int) -> None:
    if waiting.version != version:
        raise Stale("รายการนี้เปลี่ยนไปแล้ว โปรดอ่านใหม่", "It has changed since you read it; read it again.")
