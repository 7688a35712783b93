"""The steps of a procedure, as the manual tells them."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.shared.thai import Text

from ..definitions.parts import Workflow
from ..roles import APPLICANT, SYSTEM

TURNS = {
    "applicant": Text(th="ผู้ยื่นคำขอ", en="applicant"),
    "intake": Text(th="เจ้าหน้าที่รับคำขอ", en="receiving officer"),
    "inspector": Text(th="เจ้าหน้าที่ตรวจสถานที่", en="inspector"),
    "approver": Text(th="เจ้าพนักงานผู้มีอำนาจอนุญาต", en="deciding officer"),
    "linked": Text(th="ระบบของหน่วยงาน", en="the agency's own system"),
}


def straight(workflow: Workflow) -> Iterator[tuple[Text, tuple[Text, ...]]]:
    """The straight way from draft to licence with whose turn each step is; detours (returns, refusals) are left out."""
    state, seen = workflow.initial, set[str]()
    while state not in seen:
        seen.add(state)
        onward = [
            action
            for action in workflow.available(state).values()
            if not set(action.effects) & {"deficiency", "refusal", "withdraw"}
            and (SYSTEM not in action.roles or "paid" in action.effects)
        ]
        if not onward:
            return
        # the system books a payment, but it is the applicant who pays
        roles = (APPLICANT,) if "paid" in onward[0].effects else onward[0].roles
        yield onward[0].name, tuple(TURNS[role] for role in roles)
        state = onward[0].to
