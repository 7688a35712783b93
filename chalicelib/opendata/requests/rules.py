"""The way of a request from the person to the data: states, steps, and whose they are.

    wait_steward --check--> wait_council --approve--> wait_maintainer_notify --notify--> wait_received --receive--> done
         |                      |                            |                                |
         +------- reject -------+                            +---- answer (with a dataset) ---+-------------------> done

A public dataset may be the answer in any open state; one on its way to the public, once the request is approved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid, NotAllowed, WrongState

from ..personal import personal
from .model import Request, State

Hand = Literal["author", "editor", "steward", "publisher"]

STATES: Mapping[State, tuple[str, str]] = {
    "requestdata_wait_steward": (
        "รอการตรวจสอบจากทีมบริกร/เจ้าของข้อมูล",
        "Waiting for the steward or owner of the data",
    ),
    "requestdata_wait_council": ("รอการอนุมัติ", "Waiting for approval"),
    "requestdata_wait_maintainer_notify": (
        "อนุมัติการขอใช้ และรอแจ้งผู้ดูแลข้อมูล",
        "Approved; the maintainer of the data is to be told",
    ),
    "requestdata_wait_received": (
        "แจ้งผู้ดูแลข้อมูลแล้ว และรอผู้ยื่นคำขอได้รับข้อมูล",
        "The maintainer knows; the person waits for the data",
    ),
    "requestdata_received": ("ผู้ยื่นคำขอได้รับข้อมูลแล้ว", "The person has the data"),
    "requestdata_reject": ("ไม่ผ่านการตรวจสอบ/ไม่อนุมัติการขอใช้", "Not accepted"),
}
"""The national `request_state` in both languages."""

STEWARD: State = "requestdata_wait_steward"
COUNCIL: State = "requestdata_wait_council"
NOTIFY: State = "requestdata_wait_maintainer_notify"
WAITING: State = "requestdata_wait_received"
RECEIVED: State = "requestdata_received"
REJECTED: State = "requestdata_reject"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        hand: whose it is in each state from which it leads.
        target: where it leads; None where the state stays.
        reason: whether it must be said why.
    """

    name: str
    th: str
    hand: Mapping[State, Hand]
    target: State | None
    reason: bool = False


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("check", "ตรวจสอบผ่าน", {STEWARD: "steward"}, COUNCIL),
        Step("approve", "อนุมัติ", {COUNCIL: "publisher"}, NOTIFY),
        Step("notify", "แจ้งผู้ดูแลข้อมูลแล้ว", {NOTIFY: "editor"}, WAITING),
        Step(
            "answer",
            "ตอบด้วยชุดข้อมูล",
            {STEWARD: "steward", COUNCIL: "publisher", NOTIFY: "editor", WAITING: "editor"},
            RECEIVED,
        ),
        Step("receive", "ได้รับข้อมูลแล้ว", {WAITING: "author"}, RECEIVED),
        Step("reject", "ไม่อนุมัติ", {STEWARD: "steward", COUNCIL: "publisher"}, REJECTED, reason=True),
        Step("withdraw", "ถอนคำขอ", dict.fromkeys((STEWARD, COUNCIL, NOTIFY, WAITING), "author"), REJECTED),
        Step("assign", "ส่งต่อหน่วยงาน", {STEWARD: "steward"}, None),
        Step("hide", "ซ่อน", dict.fromkeys(STATES, "publisher"), None, reason=True),
        Step("show", "แสดง", dict.fromkeys(STATES, "publisher"), None),
    )
}

BY_ITSELF = "published"
"""The step that the publication of the answering dataset takes."""
UNANSWERED = "unanswered"
"""The step that the purge of the answering dataset takes."""
FOLLOWED_BY: Mapping[str, str] = {BY_ITSELF: "เผยแพร่ชุดข้อมูลแล้ว", UNANSWERED: "ชุดข้อมูลที่ตอบคำขอถูกลบถาวร"}
"""Steps that nobody takes by name, in Thai."""


def check_step(step: Step, request: Request, hands: frozenset[Hand]) -> None:
    """A step must lead from where the request stands, and be the caller's to take.

    Raises:
        WrongState: it does not lead from here.
        NotAllowed: it is somebody else's.
    """
    hand = step.hand.get(request.state)
    if hand is None:
        raise WrongState(
            f"คำขออยู่ในสถานะ “{STATES[request.state][0]}” ทำขั้นตอน “{step.th}” ไม่ได้",
            f"The request is in state {request.state}, from which {step.name} does not lead.",
        )
    if hand not in hands:
        raise NotAllowed(f"ขั้นตอน “{step.th}” ไม่ใช่หน้าที่ของบัญชีนี้", f"The step {step.name} needs the hand of: {hand}.")


def check_texts(texts: Mapping[str, str]) -> None:
    """Texts that everybody will read hold nothing personal and nothing invisible.

    Raises:
        Invalid: each place is named.
    """
    faults = [
        Fault(f"/{name}", f"โปรดลบ{th} คำขอนี้ทุกคนอ่านได้", f"Take out {en}: everybody reads this.")
        for name, text in texts.items()
        for th, en in personal(text)
    ]
    faults += [
        Fault(f"/{name}", "มีอักขระที่มองไม่เห็น โปรดพิมพ์ใหม่", "Holds control characters: type it again.")
        for name, text in texts.items()
        if any(not letter.isprintable() and letter not in "\n\r\t\u200b\u200c\u200d" for letter in text)
    ]
    if faults:
        raise Invalid("โปรดแก้ไขข้อความ", "The text must be mended.", faults)
