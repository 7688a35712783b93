"""The way of a dataset to the public: its states, the steps between them, and whose hands take which.

    draft --submit--> wait --check--> approval --approve--> published --revoke--> revoked
      ^                |                 |                                          |
      +----reject------+------reject-----+                        submit again <----+

An editor hands a dataset in, the steward of the organisation checks it, a publisher approves it. A publisher may also
publish at once, as CKAN's clients do: the three steps are then one person's, and the history says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed, WrongState

from ..model import Dataset, Group, Package

State = Literal["draft", "wait", "approval", "published", "revoked", "deleted"]
Hand = Literal["editor", "steward", "publisher"]

FOUR_EYES = "four_eyes"
"""Key in an organisation's extras; with the value `true` nobody checks or approves what they handed in themselves.
Its admins and the operator of the platform may switch it on; off only the operator, or whoever it binds could slip it.
"""
WAITING: tuple[State, ...] = ("wait", "approval")


@dataclass(frozen=True)
class Words:
    """How a state or step is shown, and the value that the agencies' catalogues have for a state.

    Attributes:
        national: `governance_state`, or for what was published `post_publish_governance_state`; "" for none.
    """

    th: str
    en: str
    national: str = ""


STATES: Mapping[State, Words] = {
    "draft": Words("ฉบับร่าง", "Draft"),
    "wait": Words("รอการตรวจสอบให้เผยแพร่", "Waiting for the steward", "wait"),
    "approval": Words("รอการอนุมัติให้เผยแพร่", "Waiting for approval", "approval"),
    "published": Words("เผยแพร่", "Published", "เผยแพร่"),
    "revoked": Words("เพิกถอน", "Revoked", "เพิกถอน"),
    "deleted": Words("ลบแล้ว", "Deleted"),
}


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        name: of the step.
        sources: states from which it leads.
        target: where it leads.
        hand: whose it is in each source state.
        reason: whether it must be said why.
        whole: whether the dataset must have all that the standard asks for.
        foreign: whether it must not be done by whoever handed the dataset in, where four eyes are asked for.
    """

    name: str
    th: str
    en: str
    sources: tuple[State, ...]
    target: State
    hand: Mapping[State, Hand]
    reason: bool = False
    whole: bool = False
    foreign: bool = False


def _step(
    name: str,
    th: str,
    en: str,
    hands: Mapping[State, Hand],
    target: State,
    *promises: Literal["reason", "whole", "foreign"],
) -> Step:
    return Step(name, th, en, tuple(hands), target, hands, **dict.fromkeys(promises, True))


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        _step("submit", "ส่งตรวจสอบ", "Hand in", {"draft": "editor", "revoked": "editor"}, "wait", "whole"),
        _step("check", "ตรวจสอบผ่าน", "Check", {"wait": "steward"}, "approval", "whole", "foreign"),
        _step("approve", "อนุมัติให้เผยแพร่", "Approve", {"approval": "publisher"}, "published", "whole", "foreign"),
        _step("reject", "ส่งกลับแก้ไข", "Send back", {"wait": "steward", "approval": "publisher"}, "draft", "reason"),
        _step("withdraw", "ถอนกลับเป็นร่าง", "Take back", {"wait": "editor", "approval": "editor"}, "draft"),
        _step(
            "publish",
            "เผยแพร่ทันที",
            "Publish at once",
            {"draft": "publisher", "wait": "publisher", "approval": "publisher", "revoked": "publisher"},
            "published",
            "whole",
        ),
        _step("revoke", "เพิกถอนการเผยแพร่", "Revoke", {"published": "publisher"}, "revoked", "reason"),
    )
}
"""What people ask for by name."""

BY_ITSELF: Mapping[str, Words] = {
    "hide": Words("เปลี่ยนเป็นไม่เผยแพร่", "Made private"),
    "change": Words("แก้ไขหลังตรวจสอบ", "Changed after the check"),
    "move": Words("ย้ายหน่วยงานเจ้าของ", "Moved to another organisation"),
}
"""Steps that nobody asks for by name: they follow from a write."""


def state_of(dataset: Dataset) -> State:
    """Where a dataset stands. Whether everybody sees it is what it is; the rest is what was written down last."""
    if dataset.state == "deleted":
        return "deleted"
    if dataset.public:
        return "published"
    for waiting in (*WAITING, "revoked"):
        if dataset.governance == waiting:
            return waiting
    return "draft"


def needs_four_eyes(organization: Group) -> bool:
    """Whether an organisation asks that another person checks and approves."""
    return any(
        extra.get("key") == FOUR_EYES and extra.get("value", "").lower() == "true" for extra in organization.extras
    )


def check_step(step: Step, state: State, hands: Sequence[Hand] | frozenset[Hand]) -> None:
    """A step must lead from this state, and be the caller's to take.

    Raises:
        WrongState: it does not lead from here; says which steps do.
        NotAllowed: it is somebody else's.
    """
    if state not in step.sources:
        ways = [each for each in STEPS.values() if state in each.sources]
        th = ", ".join(each.th for each in ways) or "ไม่มี"
        en = ", ".join(each.name for each in ways) or "none"
        raise WrongState(
            f"ขณะนี้สถานะคือ “{STATES[state].th}” ทำขั้นตอน “{step.th}” ไม่ได้ (ทำได้: {th})",
            f"The dataset is in state {state}, from which {step.name} does not lead (steps from here: {en}).",
        )
    if step.hand[state] not in hands:
        raise NotAllowed(
            f"ขั้นตอน “{step.th}” เป็นหน้าที่ของ{_HANDS[step.hand[state]]}",
            f"The step {step.name} needs the role {step.hand[state]} in this organization",
        )


_HANDS: Mapping[Hand, str] = {
    "editor": "ผู้จัดทำข้อมูล",
    "steward": "บริกรข้อมูล",
    "publisher": "ผู้อนุมัติเผยแพร่",
}


def may_not_publish() -> NotAllowed:
    """An editor tried to make a dataset public by themselves."""
    return NotAllowed(
        "ผู้จัดทำข้อมูลเผยแพร่เองไม่ได้ โปรดบันทึกเป็นไม่เผยแพร่ (private) แล้วส่งตรวจสอบ",
        "An editor cannot make a dataset public: save it with private=true and hand it in (package_submit)",
    )


def four_eyes_needed() -> NotAllowed:
    """One person tried to take steps that this organisation wants two for."""
    return NotAllowed(
        "หน่วยงานนี้กำหนดให้ผู้ตรวจสอบและผู้อนุมัติต้องเป็นคนละคนกับผู้ส่ง",
        "This organization asks for four eyes: who handed the dataset in neither checks nor approves it",
    )


def eyes_stay() -> NotAllowed:
    """An organisation wants to be rid of its four eyes."""
    return NotAllowed(
        "การยกเลิกข้อกำหนดผู้ตรวจสอบสองคน (four_eyes) เป็นอำนาจของผู้ดูแลแพลตฟอร์มเท่านั้น โปรดคง extras four_eyes = true ไว้",
        "Only the operator of the platform takes four_eyes away from an organization: keep the extra four_eyes = true",
    )


def changed(before: Package, after: Package) -> bool:
    """Whether something that a steward looks at differs: fields, name, themes, files and links."""
    old, new = before.dataset, after.dataset
    if (old.fields, old.name, old.groups, old.vocabulary_tags) != (
        new.fields,
        new.name,
        new.groups,
        new.vocabulary_tags,
    ):
        return True
    return [(each.id, each.fields, each.url, each.upload) for each in before.resources] != [
        (each.id, each.fields, each.url, each.upload) for each in after.resources
    ]
