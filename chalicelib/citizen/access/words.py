"""The deeds of the activity log in Thai and English, by their codes.

Whoever writes a line with a new code (`activity.line`) adds its words here; a guard test looks for codes without.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.thai import Text

WORDS: Mapping[str, Text] = {
    "consent.given": Text(th="ให้ความยินยอมให้ใช้ข้อมูล", en="Consent to the use of data was given"),
    "consent.refused": Text(th="ปฏิเสธคำขอความยินยอม", en="A request for consent was refused"),
    "consent.withdrawn": Text(th="ถอนความยินยอม", en="Consent was withdrawn"),
    "question.asked": Text(th="ถามหน่วยงานเรื่องการใช้ข้อมูล", en="An agency was asked about its use of data"),
    "question.answered": Text(th="หน่วยงานตอบคำถามเรื่องการใช้ข้อมูล", en="An agency answered about its use of data"),
    "export.asked": Text(th="ขอสำเนาข้อมูลทั้งหมดของตน", en="A copy of all data was asked for"),
    "export.fetched": Text(th="ดาวน์โหลดสำเนาข้อมูลทั้งหมด", en="The copy of all data was downloaded"),
    "miniapp.granted": Text(th="เลือกข้อมูลที่มินิแอปรู้ได้", en="What a mini-app may know was chosen"),
    "miniapp.withdrawn": Text(th="ถอนสิ่งที่อนุญาตจากมินิแอป", en="Everything was taken back from a mini-app"),
    "miniapp.data": Text(th="มินิแอปได้รับข้อมูลตามที่อนุญาต", en="A mini-app got the data that were granted"),
    "erasure.confirmed": Text(th="ยืนยันให้ลบข้อมูลในพอร์ทัล", en="Erasure of the data in the portal was confirmed"),
    "mandate.offered": Text(th="ขอให้ผู้อื่นทำรายการแทน", en="Somebody was asked to act in your place"),
    "mandate.held": Text(th="มีผู้ทำรายการแทนได้แล้ว", en="Somebody may act in your place from now on"),
    "mandate.declined": Text(th="ผู้ที่ขอให้ทำแทนปฏิเสธ", en="Who was asked to act in your place declined"),
    "mandate.ended": Text(th="ยกเลิกการทำรายการแทน", en="Acting in your place was ended"),
    "mandate.expired": Text(th="การทำรายการแทนครบกำหนด", en="Acting in your place reached its last day"),
    "mandate.used": Text(th="ผู้ทำแทนเข้าใช้ข้อมูลของท่าน", en="Somebody who acts for you used your data"),
}

UNKNOWN = Text(th="การทำรายการในพอร์ทัล", en="A deed in the portal")


def words_of(what: str) -> Text:
    """The words for a deed; a line that an older version of the room wrote is shown all the same."""
    return WORDS.get(what, UNKNOWN)
