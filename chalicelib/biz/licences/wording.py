"""The words of the licence's page and paper."""

from __future__ import annotations

from chalicelib.shared.thai import Text

WORDS: dict[str, Text] = {
    "skip": Text(th="ข้ามไปยังเนื้อหา", en="Skip to the content"),
    "site": Text(th="ตรวจสอบใบอนุญาต", en="licence check"),
    "other": Text(th="English", en="ภาษาไทย"),
    "checked": Text(th="ตรวจสอบจากทะเบียนเมื่อ", en="Looked up in the register on"),
    "valid": Text(th="ใช้ได้", en="Valid"),
    "suspended": Text(th="ถูกพักใช้", en="Suspended"),
    "revoked": Text(th="ถูกเพิกถอน", en="Revoked"),
    "expired": Text(th="หมดอายุ", en="Expired"),
    "not_yet_valid": Text(th="ยังไม่ถึงวันเริ่มใช้", en="Not yet valid"),
    "replaced": Text(th="ถูกแทนที่ด้วยใบอนุญาตฉบับใหม่", en="Replaced by a new licence"),
    "cancelled": Text(th="ยกเลิกแล้ว", en="Cancelled"),
    "since": Text(th="ตั้งแต่วันที่", en="since"),
    "until": Text(th="ถึงวันที่", en="until"),
    "no_business": Text(
        th="ในสถานะนี้ใบอนุญาตใช้ประกอบกิจการไม่ได้", en="A licence in this state does not allow the business."
    ),
    "what": Text(th="ใบอนุญาตนี้", en="This licence"),
    "no": Text(th="เลขที่ใบอนุญาต", en="Licence number"),
    "agency": Text(th="ผู้ออกใบอนุญาต", en="Issued by"),
    "issued_on": Text(th="วันที่ออก", en="Issued on"),
    "valid_from": Text(th="ใช้ได้ตั้งแต่วันที่", en="Valid from"),
    "replaces": Text(th="แทนใบอนุญาตเลขที่", en="Follows licence number"),
    "replaced_by": Text(th="ใบอนุญาตฉบับใหม่เลขที่", en="Followed by licence number"),
    "valid_until": Text(th="ใช้ได้ถึงวันที่", en="Valid until"),
    "no_end": Text(th="ไม่มีกำหนด", en="no end"),
    "validity": Text(th="อายุใบอนุญาตตามกฎหมาย", en="Term by law"),
    "unverified": Text(th="ยังไม่ได้ตรวจสอบกับต้นฉบับ", en="not verified yet"),
    "source": Text(th="ที่มา", en="source"),
    "public": Text(
        th="หน้านี้แสดงเฉพาะข้อมูลที่ทะเบียนเปิดเผย ข้อมูลส่วนบุคคลจะแสดงเมื่อผู้รับใบอนุญาตให้สแกน QR ของตน",
        en="This page shows what the register makes public. Personal details are shown only by the holder's own QR.",
    ),
    "shown": Text(
        th="ผู้รับใบอนุญาตแสดง QR นี้แก่ท่าน หน้านี้จึงแสดงข้อมูลทั้งหมดของใบอนุญาต โปรดอย่าเผยแพร่ต่อ",
        en="The holder showed you this QR, so the page shows all of the licence. Please do not pass it on.",
    ),
    "paper": Text(th="ใบอนุญาตแบบเอกสาร (PDF)", en="The licence as a paper (PDF)"),
    "compare": Text(th="โปรดเทียบกับสถานที่จริง", en="Compare with what you see"),
    "compare_help": Text(
        th="ชื่อและที่อยู่ต้องตรงกับสถานที่ที่ท่านยืนอยู่ และที่อยู่ของหน้านี้ต้องเป็นของรัฐ มิฉะนั้น QR อาจถูกคัดลอกมาจากที่อื่น",
        en="Name and place must be those where you stand, and the address of this page must be the state's; "
        "otherwise the QR may be a copy from elsewhere.",
    ),
    "offline": Text(th="ตรวจสอบโดยไม่ใช้เครือข่าย", en="Check it without a network"),
    "offline_qr": Text(
        th="QR นี้มีใบอนุญาตฉบับย่อซึ่งลงลายมือชื่ออิเล็กทรอนิกส์อยู่ในตัว",
        en="This QR itself holds the licence in short, signed electronically.",
    ),
    "qr_alt": Text(th="QR ที่มีใบอนุญาตฉบับย่อซึ่งลงลายมือชื่อแล้ว", en="QR with the licence in short, signed"),
    "offline_number": Text(
        th="ใบอนุญาตแบบเอกสารมี QR ที่ลงลายมือชื่ออิเล็กทรอนิกส์ ซึ่งตรวจสอบได้ดังนี้",
        en="The paper licence has a QR that is signed electronically. Check it like this:",
    ),
    "step_keys": Text(
        th="เก็บกุญแจสาธารณะและโปรแกรมตรวจสอบไว้ครั้งเดียว:", en="Once, keep the public keys and the verifier:"
    ),
    "step_list": Text(
        th="เก็บบัญชีสถานะล่าสุดไว้ บัญชีนี้บอกว่าใบอนุญาตใดถูกพักใช้ เพิกถอน แทนที่ หรือยกเลิก:",
        en="Keep the latest status list; it tells which licences were suspended, revoked, replaced or cancelled:",
    ),
    "step_run": Text(th="สแกน QR แล้วตรวจสอบ โดยไม่ต้องเชื่อมต่อ:", en="Scan the QR and check it, without a connection:"),
    "lost_title": Text(th="ไม่พบใบอนุญาตนี้", en="No such licence"),
    "lost": Text(th="ไม่พบใบอนุญาตนี้ในทะเบียน", en="This licence is not in the register"),
    "lost_help": Text(
        th="เลขที่หรือ QR ไม่ถูกต้อง หรืออาจเป็นของปลอม โปรดสแกนใหม่ หากยังไม่พบ โปรดแจ้งหน่วยงานผู้ออกใบอนุญาต",
        en="The number or the QR is wrong, or it may be forged. Scan it again; if it is still not found, "
        "tell the agency that is named on the licence.",
    ),
    "foot": Text(th="ข้อมูลจากทะเบียนใบอนุญาตของรัฐ ณ ขณะที่เปิดหน้านี้", en="From the state's register of licences, as of now."),
    "paper_now": Text(
        th="สถานะปัจจุบันไม่ได้พิมพ์ไว้บนเอกสารนี้ โปรดสแกน QR เพื่อดูว่าใบอนุญาตยังใช้ได้หรือไม่",
        en="How the licence stands today is not on this paper. Scan the QR to see whether it is still valid.",
    ),
    "paper_live": Text(th="สแกนเพื่อดูสถานะปัจจุบัน", en="Scan: how it stands today"),
    "paper_offline": Text(th="ตรวจสอบได้โดยไม่ใช้เครือข่าย", en="Verifies without a network"),
    "paper_law": Text(th="ออกให้ตาม", en="Issued under"),
    "paper_signed": Text(
        th="ออกและลงลายมือชื่ออิเล็กทรอนิกส์โดยระบบ Klang ในนามหน่วยงาน ลายมือชื่ออยู่ใน QR",
        en="Issued and signed electronically by Klang for the agency; the signature is in the QR.",
    ),
}
