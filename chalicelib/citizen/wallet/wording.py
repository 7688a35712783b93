"""The words of verdicts and of the public pages on which papers are checked."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.thai import Text

from .checking import Verdict

VERDICTS: Mapping[Verdict, Text] = {
    "valid": Text(th="ใช้ได้ ผู้ออกลงลายมือชื่อไว้จริงและยังไม่ยกเลิก", en="Good: its issuer signed it and has not taken it back."),
    "expired": Text(th="หมดอายุแล้ว แต่ผู้ออกลงลายมือชื่อไว้จริง", en="Expired, though its issuer did sign it."),
    "not_yet_valid": Text(th="ยังไม่ถึงวันเริ่มใช้", en="Not valid yet."),
    "suspended": Text(th="ผู้ออกพักใช้อยู่", en="Its issuer has suspended it."),
    "revoked": Text(th="ผู้ออกยกเลิกแล้ว", en="Its issuer has revoked it."),
    "false": Text(th="ลายมือชื่อไม่ถูกต้อง อย่าเชื่อเอกสารนี้", en="The signature does not hold: do not believe this document."),
    "unknown_issuer": Text(
        th="ระบบไม่รู้จักผู้ออกเอกสารนี้ จึงบอกไม่ได้ว่าจริงหรือไม่",
        en="This issuer is not known here, so nobody here can say whether it is genuine.",
    ),
}

WORDS: Mapping[str, Text] = {
    "skip": Text(th="ข้ามไปยังเนื้อหา", en="Skip to the content"),
    "site": Text(th="พอร์ทัลประชาชน", en="Citizen Portal"),
    "other": Text(th="English", en="ภาษาไทย"),
    "share_title": Text(th="มีผู้ให้ท่านดูเอกสาร", en="Somebody wants to show you a paper"),
    "share_once": Text(
        th="ดูได้ครั้งเดียว เมื่อกดปุ่ม รหัสจะใช้อีกไม่ได้ และเจ้าของเอกสารจะได้รับแจ้งว่ามีการเปิดดู",
        en="You can see it once. Pressing the button uses the code up, and the holder is told that it was seen.",
    ),
    "share_checked": Text(
        th="ระบบจะตรวจลายมือชื่อและสถานะของเอกสารกับผู้ออกในขณะนั้น และแสดงเฉพาะข้อมูลที่เจ้าของเลือก",
        en="Its signature and status are checked with its issuer at that moment. Only what the holder chose is shown.",
    ),
    "share_button": Text(th="ดูเอกสาร (ครั้งเดียว)", en="See the paper (once)"),
    "share_until": Text(th="ใช้รหัสนี้ได้ถึง", en="The code can be used until"),
    "lost_title": Text(th="รหัสนี้ใช้ไม่ได้", en="This code cannot be used"),
    "lost_help": Text(
        th="รหัสใช้ได้ครั้งเดียวและมีอายุสั้น อาจถูกใช้ไปแล้ว หมดเวลา หรือเจ้าของยกเลิก โปรดขอรหัสใหม่จากเจ้าของเอกสาร",
        en="A code works once and not for long. It may have been used, have run out, or been taken back. Ask the "
        "holder for a new one.",
    ),
    "away_title": Text(th="ตรวจสอบไม่ได้ในขณะนี้", en="It cannot be checked just now"),
    "bad_title": Text(th="อ่านเอกสารไม่ได้", en="The document cannot be read"),
    "result_title": Text(th="ผลการตรวจเอกสาร", en="What the check found"),
    "checked_at": Text(th="ตรวจเมื่อ", en="Checked on"),
    "what": Text(th="ข้อมูลในเอกสาร", en="What it says"),
    "nothing": Text(th="ไม่มีข้อมูลที่แสดงได้", en="Nothing of it can be shown."),
    "issuer": Text(th="ผู้ออก", en="Issuer"),
    "type": Text(th="ชนิดเอกสาร", en="Type"),
    "issued": Text(th="ออกเมื่อ", en="Issued on"),
    "expires": Text(th="ใช้ได้ถึง", en="Good until"),
    "verify_title": Text(th="ตรวจเอกสารดิจิทัล", en="Check a digital paper"),
    "verify_help": Text(
        th="วางข้อความของเอกสารที่ได้รับ (SD-JWT VC) ระบบไม่เก็บสิ่งที่วาง",
        en="Paste the text of the paper that you were shown (SD-JWT VC). What you paste is not kept.",
    ),
    "verify_label": Text(th="ข้อความของเอกสาร", en="Text of the paper"),
    "verify_button": Text(th="ตรวจ", en="Check"),
    "again": Text(th="ตรวจเอกสารอื่น", en="Check another one"),
    "yes": Text(th="ใช่", en="yes"),
    "no": Text(th="ไม่ใช่", en="no"),
}
