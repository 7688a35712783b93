"""What people read of visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from chalicelib.shared.thai import Text

from ..access.words import words_of
from ..mandates.words import SCOPES
from .model import Purpose

TITLE = Text(th="เจ้าหน้าที่ช่วยทำรายการแทนท่าน", en="An officer did things in your place")
PURPOSES: Mapping[Purpose, Text] = {
    "messages": Text(th="อ่านข้อความให้", en="To read your messages to you"),
    "rights": Text(th="ตรวจสอบสิทธิและยื่นคำขอให้", en="To check your rights and apply for you"),
    "bills": Text(th="ดูและชำระบิลให้", en="To see and pay your bills"),
    "appointments": Text(th="จองนัดหมายให้", en="To book an appointment for you"),
    "papers": Text(th="ดูเอกสารในกระเป๋าเอกสารให้", en="To look at the papers in your wallet"),
    "several": Text(th="ช่วยทำหลายเรื่องในครั้งเดียว", en="To help with several things at once"),
}
CARD = Text(
    th="เจ้าหน้าที่ขอช่วยทำรายการแทนท่าน ยืนยันเฉพาะเมื่อท่านอยู่ที่เคาน์เตอร์",
    en="An officer wants to act for you. Confirm only if you are at the counter",
)
CODE_SENT = Text(
    th="หากบุคคลนี้ยืนยันเบอร์โทรศัพท์หรืออีเมลไว้ ระบบจะส่งรหัสไปให้",
    en="If this person has a confirmed telephone number or e-mail address, a code is on its way.",
)
NOTHING = Text(th="ไม่มีการใช้ข้อมูลของท่าน", en="None of your data was used.")
NOT_ME = Text(
    th="หากไม่ใช่ท่าน โปรดเปิดหัวข้อการช่วยเหลือที่เคาน์เตอร์ แล้วเลือกโต้แย้ง",
    en="If this was not you, open the help at the counter in the portal and dispute it.",
)
DISPUTED = Text(
    th="ได้รับข้อโต้แย้งของท่านแล้ว การช่วยเหลือสิ้นสุดทันที หัวหน้าของเจ้าหน้าที่จะตรวจสอบและตอบท่าน",
    en="Your dispute was received. The visit has ended. The officer's supervisor looks into it and answers you.",
)
DISPUTE_TITLE = Text(th="ข้อโต้แย้งเรื่องการช่วยเหลือที่เคาน์เตอร์", en="Your dispute about help at the counter")


ANSWER_TITLE = Text(th="คำตอบเรื่องข้อโต้แย้งของท่าน", en="The answer to your dispute")


def summary(agency: str, officer: str, did: Sequence[tuple[str, str]]) -> Text:
    """What was done in somebody's place.

    Args:
        agency, officer: who did it.
        did: code and scope ("" for none) of each line of the log.
    """
    counted = Counter(did)
    th, en = list[str](), list[str]()
    for (what, scope), times in counted.items():
        deed = words_of(what)
        about = next((name for code, name in SCOPES.items() if code == scope), None)
        often_th, often_en = ("", "") if times == 1 else (f" {times} ครั้ง", f" {times} times")
        th.append(f"- {deed.th}{'' if about is None else ': ' + about.th}{often_th}")
        en.append(f"- {deed.en}{'' if about is None else ': ' + about.en}{often_en}")
    return Text(
        th="\n".join((f"{officer} ({agency}) ช่วยทำรายการแทนท่าน", *(th or [NOTHING.th]), NOT_ME.th)),
        en="\n".join((f"{officer} ({agency}) acted in your place.", *(en or [NOTHING.en]), NOT_ME.en)),
    )
