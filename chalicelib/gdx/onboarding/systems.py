"""A member's own systems: it names them and says where they answer, within what operators approved."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from ...shared.dataclass import dataclass
from ...shared.errors import Fault, Invalid, NotAllowed
from ...shared.identity import Caller
from ...shared.journal import Once
from ..directory import Directory
from ..directory.rules import approved, must_own
from ..ids import SubsystemId
from ..model import Subsystem
from .invitations import not_approved


@dataclass(frozen=True)
class Wanted:
    """What a system is to be.

    Attributes:
        endpoint: where its services answer, or None.
        active: False withdraws it: it can neither log in nor be asked.
        delivery: see `Subsystem.delivery`.
    """

    name_th: str
    name_en: str
    endpoint: str | None
    active: bool = True
    delivery: Literal["push", "pull"] = "push"


class Systems:
    """Lets members change their own systems; keys are changed elsewhere (`directory.keys`)."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put(self, once: Once, caller: Caller, identifier: SubsystemId, wanted: Wanted) -> bool:
        """Makes a system, or changes one; True when something changed. A new one has no key yet.

        Raises:
            NotAllowed: another member's.
            Invalid: the endpoint is no address, or not approved for the member.
            Stale, Replayed, KeyReused.
        """
        must_own(caller, identifier.member)
        member = self._directory.member_now(identifier.member)

        def change(before: Subsystem | None) -> Subsystem:
            moved = wanted.endpoint is not None and (before is None or before.endpoint != wanted.endpoint)
            if moved and caller.kind != "officer" and (member is None or not approved(wanted.endpoint or "", member)):
                raise Invalid("ตั้งที่อยู่นี้เองไม่ได้", "This endpoint may not be set.", [not_approved("/endpoint")])
            if str(identifier) == caller.id and not wanted.active:
                raise NotAllowed(
                    "ปิดระบบที่กำลังใช้เรียกอยู่ไม่ได้ โปรดใช้ระบบอื่นของหน่วยงานหรือแจ้งผู้ดูแล",
                    "A system cannot withdraw itself: use another one of the agency, or ask the operators.",
                    [Fault("/active", "ปิดตัวเองไม่ได้", "Not by itself.")],
                )
            start = before or Subsystem(identifier, wanted.name_th, wanted.name_en)
            return replace(
                start,
                name_th=wanted.name_th,
                name_en=wanted.name_en,
                endpoint=wanted.endpoint,
                active=wanted.active,
                delivery=wanted.delivery,
            )

        return self._directory.change_subsystem(
            identifier, change, caller.label, once=once, answer={"id": str(identifier), "changed": True}
        )
