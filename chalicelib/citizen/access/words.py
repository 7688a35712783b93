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
    "appointment.held": Text(th="กันที่นัดหมายไว้", en="A place for an appointment was held"),
    "appointment.booked": Text(th="ยืนยันนัดหมาย", en="An appointment was booked"),
    "appointment.moved": Text(th="เลื่อนนัดหมาย", en="An appointment was moved"),
    "appointment.cancelled": Text(th="ยกเลิกนัดหมาย", en="An appointment was cancelled"),
    "miniapp.granted": Text(th="เลือกข้อมูลที่มินิแอปรู้ได้", en="What a mini-app may know was chosen"),
    "miniapp.withdrawn": Text(th="ถอนสิ่งที่อนุญาตจากมินิแอป", en="Everything was taken back from a mini-app"),
    "miniapp.data": Text(th="มินิแอปได้รับข้อมูลตามที่อนุญาต", en="A mini-app got the data that were granted"),
    "offer.refused": Text(th="ปฏิเสธข้อเสนอเรื่องสิทธิ", en="An offer of a right was refused"),
    "offer.never": Text(th="ขอไม่ให้บอกสิทธินี้อีก", en="Never to be told of a right again was asked for"),
    "offers.off": Text(th="ปิดการบอกสิทธิ", en="Telling of rights was turned off"),
    "offers.on": Text(th="เปิดการบอกสิทธิ", en="Telling of rights was turned on"),
    "erasure.confirmed": Text(th="ยืนยันให้ลบข้อมูลในพอร์ทัล", en="Erasure of the data in the portal was confirmed"),
    "bill.paid": Text(th="ชำระบิลผ่านพอร์ทัล", en="A bill was paid in the portal"),
    "bill.looked_up": Text(th="ผู้ทำแทนค้นหาบิลให้", en="Somebody who acts for you asked for bills"),
    "bill.qr": Text(th="ผู้ทำแทนสร้าง QR ชำระบิลให้", en="Somebody who acts for you made the QR of a bill"),
    "bill.disputed": Text(th="ผู้ทำแทนโต้แย้งบิลให้", en="Somebody who acts for you disputed a bill"),
    "meter.saved": Text(th="ผู้ทำแทนบันทึกมิเตอร์ให้", en="Somebody who acts for you saved a meter"),
    "meter.changed": Text(th="ผู้ทำแทนแก้ไขมิเตอร์ที่บันทึกไว้", en="Somebody who acts for you changed a saved meter"),
    "meter.removed": Text(th="ผู้ทำแทนลบมิเตอร์ที่บันทึกไว้", en="Somebody who acts for you removed a saved meter"),
    "mandate.offered": Text(th="ขอให้ผู้อื่นทำรายการแทน", en="Somebody was asked to act in your place"),
    "mandate.held": Text(th="มีผู้ทำรายการแทนได้แล้ว", en="Somebody may act in your place from now on"),
    "mandate.declined": Text(th="ผู้ที่ขอให้ทำแทนปฏิเสธ", en="Who was asked to act in your place declined"),
    "mandate.ended": Text(th="ยกเลิกการทำรายการแทน", en="Acting in your place was ended"),
    "mandate.expired": Text(th="การทำรายการแทนครบกำหนด", en="Acting in your place reached its last day"),
    "assistance.opened": Text(th="ยืนยันให้เจ้าหน้าที่ช่วยทำรายการแทน", en="An officer was allowed to act in your place"),
    "assistance.used": Text(th="เจ้าหน้าที่ที่ช่วยท่านเข้าใช้ข้อมูล", en="An officer who helped you used your data"),
    "assistance.ended": Text(th="การช่วยเหลือของเจ้าหน้าที่สิ้นสุด", en="An officer's help ended"),
    "assistance.disputed": Text(th="โต้แย้งการช่วยเหลือของเจ้าหน้าที่", en="An officer's help was disputed"),
    "profile.declared": Text(th="แก้ไขข้อมูลส่วนตัว", en="The profile was changed"),
    "profile.refreshed": Text(th="ดึงข้อมูลจากทะเบียนราษฎรใหม่", en="The civil register was asked for the profile"),
    "mandate.used": Text(th="ผู้ทำแทนเข้าใช้ข้อมูลของท่าน", en="Somebody who acts for you used your data"),
    "message.opened": Text(th="เปิดอ่านข้อความแทนท่าน", en="A message was opened in your place"),
    "message.archived": Text(th="เก็บข้อความเข้าคลังแทนท่าน", en="A message was archived in your place"),
    "message.unarchived": Text(th="นำข้อความออกจากคลังแทนท่าน", en="A message was taken out of the archive in your place"),
    "message.hidden": Text(th="ซ่อนข้อความแทนท่าน", en="A message was hidden in your place"),
    "credential.shown": Text(th="แสดงเอกสารจากกระเป๋า", en="A paper of the wallet was shown"),
    "credential.shared": Text(th="สร้างรหัสให้ผู้อื่นดูเอกสารได้ครั้งเดียว", en="A code was made to show a paper once"),
    "credential.hidden": Text(th="นำเอกสารออกจากกระเป๋า", en="A paper was taken out of the wallet"),
    "share.used": Text(th="มีผู้ใช้รหัสดูเอกสารของท่าน", en="Somebody used a code to see your paper"),
    "share.revoked": Text(th="ยกเลิกรหัสดูเอกสาร", en="A code to see a paper was taken back"),
    "entitlement.checked": Text(th="มีผู้ตรวจสิทธิแทนท่าน", en="Somebody checked a right in your place"),
}

UNKNOWN = Text(th="การทำรายการในพอร์ทัล", en="A deed in the portal")


def words_of(what: str) -> Text:
    """The words for a deed; a line that an older version of the room wrote is shown all the same."""
    return WORDS.get(what, UNKNOWN)
