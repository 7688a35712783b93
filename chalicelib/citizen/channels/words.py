"""What is said outside the portal: that something came and from whom, never what it says; and one-time codes.

It may lie open on a locked screen, or in a mailbox that others read.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.thai import Text

PORTAL = Text(th="พอร์ทัลประชาชน", en="Citizen Portal")

_PURPOSES: Mapping[str, Text] = {
    "address": Text(th="ยืนยันที่อยู่สำหรับรับแจ้ง", en="confirm this address"),
    "assisted_visit": Text(
        th="ให้เจ้าหน้าที่ที่อยู่ตรงหน้าท่านทำรายการแทน บอกรหัสเฉพาะเมื่อท่านอยู่กับเจ้าหน้าที่",
        en="let the officer in front of you act for you; tell it only if you are there",
    ),
}
"""What a one-time code is for."""


def call(source: Text | None, portal: str) -> Text:
    """The words of a call to look into the inbox.

    Args:
        source: who wrote, if the sender said so.
        portal: the portal's address, the only link.
    """
    if source is None:
        return Text(
            th=f"ท่านมีข้อความใหม่จากหน่วยงานของรัฐ อ่านได้ที่ {portal}",
            en=f"You have a new message from a state agency. Read it at {portal}",
        )
    th, en = _line(source.th), _line(source.en)
    return Text(
        th=f"ท่านมีข้อความใหม่จาก{th} อ่านได้ที่ {portal}",
        en=f"You have a new message from {en}. Read it at {portal}",
    )


def code(purpose: str, digits: str, minutes: int) -> Text:
    """The words that carry a one-time code; KeyError for a purpose that has none."""
    what = _PURPOSES[purpose]
    return Text(
        th=f"รหัส {digits} ของ{PORTAL.th} เพื่อ{what.th} ใช้ได้ {minutes} นาที",
        en=f"{digits} is your {PORTAL.en} code to {what.en}. It holds for {minutes} minutes.",
    )


def lost(channel: str) -> tuple[Text, Text]:
    """Title and body of the notice that an address is not used any more."""
    what = Text(th="อีเมล", en="e-mail address") if channel == "email" else Text(th="เบอร์โทรศัพท์", en="phone number")
    return (
        Text(th=f"ส่งถึง{what.th}ของท่านไม่ได้", en=f"Your {what.en} cannot be reached"),
        Text(
            th=f"ระบบหยุดแจ้งทาง{what.th}ที่ท่านให้ไว้ เพราะผู้ให้บริการแจ้งว่าส่งไม่ได้ ข้อความทั้งหมดยังอยู่ในกล่องข้อความ "
            "ท่านยืนยันที่อยู่เดิมหรือที่อยู่ใหม่ได้ในหน้าช่องทางการแจ้ง",
            en=f"We stopped using the {what.en} that you gave: its provider says that it cannot be reached. Everything "
            "is in your inbox still. You can confirm this or another one where you choose your channels.",
        ),
    )


def _line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"
