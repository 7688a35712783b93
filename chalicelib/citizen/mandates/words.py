"""What people read of mandates: the names of scopes, and the messages to both sides.

No name of either side is in a message: it may go out by e-mail or SMS, and whoever is asked to act reads who asks after
they logged in.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.thai import Text

from .model import Kind, Scope, Side

SCOPES: Mapping[Scope, Text] = {
    "profile": Text(th="ดูและแก้ไขข้อมูลส่วนตัวที่แจ้งเอง", en="see the profile and change what was declared"),
    "inbox": Text(th="อ่านข้อความ", en="read messages"),
    "entitlements": Text(th="ตรวจสอบสิทธิ", en="check rights"),
    "applications": Text(th="ยื่นและติดตามคำขอ", en="apply and follow applications"),
    "bills": Text(th="ดูและชำระบิล", en="see and pay bills"),
    "wallet": Text(th="ดูเอกสารในกระเป๋าเอกสาร", en="see the papers in the wallet"),
    "consents": Text(th="ดูความยินยอมที่ให้ไว้", en="see the consents that were given"),
    "appointments": Text(th="จองและดูนัดหมาย", en="book and see appointments"),
}
"""Scope -> what it lets somebody do."""

TITLES: Mapping[Kind, Text] = {
    "agent": Text(th="การมอบหมายให้ผู้อื่นทำแทน", en="Acting for another person"),
    "guardian": Text(th="การทำแทนบุตร", en="Acting for a child"),
}

CARD = Text(th="มีผู้ขอให้ท่านทำรายการแทน โปรดตอบรับหรือปฏิเสธ", en="Somebody asks you to act for them: accept or decline")

MESSAGES: Mapping[tuple[Kind, str], Mapping[Side, Text]] = {
    ("agent", "offered"): {
        "actor": Text(
            th="มีผู้ขอให้ท่านทำรายการแทน โปรดเข้าสู่ระบบเพื่อดูว่าเป็นผู้ใดและให้ทำเรื่องใด แล้วตอบรับหรือปฏิเสธ หากไม่ตอบรับ จะไม่มีผลใด ๆ",
            en="Somebody asks you to act for them. Log in to read who it is and what you may do, then accept or "
            "decline. Unless you accept, nothing comes of it.",
        ),
        "person": Text(
            th="ท่านขอให้ผู้อื่นทำรายการแทน จะมีผลเมื่อเขาตอบรับ หากท่านไม่ได้ทำรายการนี้ โปรดยกเลิกทันที",
            en="You asked somebody to act for you. It holds once they accept. If this was not you, end it at once.",
        ),
    },
    ("agent", "held"): {
        "actor": Text(
            th="ท่านตอบรับแล้ว ทำรายการแทนได้ตามที่ได้รับมอบหมาย และเลิกได้ทุกเมื่อ",
            en="You accepted. You may act within what you were given, and stop at any time.",
        ),
        "person": Text(
            th="ผู้ที่ท่านขอตอบรับแล้ว เขาทำรายการแทนท่านได้ตามที่ท่านเลือกไว้ ท่านยกเลิกได้ทุกเมื่อ",
            en="Whom you asked has accepted. They may act for you within what you chose. You may end it at any time.",
        ),
    },
    ("agent", "declined"): {
        "actor": Text(th="ท่านปฏิเสธการทำรายการแทนแล้ว", en="You declined to act for somebody."),
        "person": Text(th="ผู้ที่ท่านขอให้ทำรายการแทนปฏิเสธ", en="Whom you asked to act for you has declined."),
    },
    ("agent", "ended"): {
        "actor": Text(
            th="การทำรายการแทนสิ้นสุดแล้ว ท่านทำแทนไม่ได้อีก", en="A mandate has ended. You may not act by it any more."
        ),
        "person": Text(
            th="การมอบหมายสิ้นสุดแล้ว ไม่มีผู้ใดทำแทนท่านตามนั้นได้อีก", en="A mandate has ended. Nobody may act for you by it."
        ),
    },
    ("agent", "expired"): {
        "actor": Text(th="การทำรายการแทนครบกำหนดแล้ว", en="A mandate that you had reached its last day."),
        "person": Text(th="การมอบหมายที่ท่านให้ไว้ครบกำหนดแล้ว", en="A mandate that you gave reached its last day."),
    },
    ("guardian", "held"): {
        "actor": Text(
            th="ทะเบียนราษฎรแสดงว่าท่านเป็นบิดาหรือมารดา ท่านทำรายการแทนบุตรได้จนกว่าบุตรอายุครบ 20 ปี",
            en="The civil register shows you as a parent. You may act for your child until it is twenty.",
        ),
        "person": Text(
            th="บิดาหรือมารดาของท่านทำรายการแทนท่านได้จนกว่าท่านอายุครบ 20 ปี",
            en="A parent of yours may act for you until you are twenty.",
        ),
    },
    ("guardian", "ended"): {
        "actor": Text(th="การทำรายการแทนบุตรสิ้นสุดแล้ว", en="You may not act for your child any more."),
        "person": Text(th="บิดาหรือมารดาทำรายการแทนท่านไม่ได้แล้ว", en="A parent of yours may not act for you any more."),
    },
    ("guardian", "expired"): {
        "actor": Text(
            th="บุตรของท่านอายุครบ 20 ปี การทำรายการแทนสิ้นสุดแล้ว", en="Your child is twenty. You may not act for it any more."
        ),
        "person": Text(
            th="ท่านอายุครบ 20 ปี บิดามารดาทำรายการแทนท่านไม่ได้แล้ว",
            en="You are twenty. Your parents may not act for you any more.",
        ),
    },
}
"""Kind and what came of the mandate -> what each side is told."""
