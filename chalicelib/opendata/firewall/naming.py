"""What a column's name says of its content, in Thai and English, as offices write them."""

from __future__ import annotations

import re

from chalicelib.shared.later import pattern

_BLANKS = pattern(r"[\s_.\-/()\[\]:*#\"']+")


def _any(words: str) -> re.Pattern[str]:
    return pattern("|".join(words.split()), re.IGNORECASE)


NATIONAL_ID = _any(
    "บัตรประชาชน ประจำตัวประชาชน เลขประชาชน ^ปชช$ เลข13หลัก citizenid nationalid ^idcard ^cid$ ^pid$ personalid idno$"
)
PASSPORT = _any("หนังสือเดินทาง พาสปอร์ต passport")
BANK_ACCOUNT = _any("บัญชีธนาคาร เลขที่บัญชีเงินฝาก บัญชีเงินฝาก บัญชีพร้อมเพย์ พร้อมเพย์ bankaccount promptpay")
PATIENT = _any("^hn$ ^an$ ^vn$ เลขประจำตัวผู้ป่วย เลขที่ผู้ป่วย hospitalnumber patientid")
FULL_NAME = _any(
    "^ชื่อสกุล ^ชื่อนามสกุล ^ชื่อและ(นาม)?สกุล ชื่อตัวและชื่อสกุล ชื่อผู้ป่วย ชื่อผู้เสียชีวิต "
    "ชื่อผู้สมัคร ชื่อนักเรียน ชื่อบุคคล ชื่อผู้เสียหาย ชื่อผู้ร้อง ชื่อเกษตรกร ชื่อผู้พิการ "
    "ชื่อผู้สูงอายุ ชื่อหัวหน้าครัวเรือน ชื่อเจ้าบ้าน ^fullname ^personname patientname studentname"
)
SURNAME = _any("^นามสกุล ^สกุล$ ^surname ^lastname ^familyname ^lname$")
FIRST_NAME = _any("^ชื่อ$ ^ชื่อตัว$ ^ชื่อจริง$ ^ชื่อภาษาไทย$ ^firstname ^givenname ^fname$ ^name$")
TITLE = _any("คำนำหน้า ^prename ^prefix ^title$ ^titlename")
PHONE = _any("โทร มือถือ เบอร์ phone ^tel mobile ติดต่อ contact")
LINE = _any("^line$ ^lineid ^ไลน์ ไอดีไลน์ ^idline")
BIRTH = _any("วันเกิด วันเดือนปีเกิด ^วดปเกิด birthda dateofbirth ^dob$ ^birth$")
HOME = _any("บ้านเลขที่ เลขที่บ้าน ^ที่อยู่ homeaddress ^address houseno")
PLATE = _any("ทะเบียนรถ ป้ายทะเบียน เลขทะเบียนยานพาหนะ licenseplate licenceplate plateno")
OFFICE = _any("หน่วยงาน สำนักงาน ที่ทำงาน โรงพยาบาล โรงเรียน office hospital school agency organi[sz]ation")

COUNT = _any("จำนวน (?:^|รวม)คน$ ^ราย$ ^รวม ^ชาย$ ^หญิง$ ผู้ป่วย ผู้ติดเชื้อ ผู้เสียชีวิต ^cases ^deaths count$ ^total ^number")
SENSITIVE = _any(
    "ป่วย โรค ติดเชื้อ เอดส์ hiv พิการ จิตเวช ซึมเศร้า ฆ่าตัวตาย ความรุนแรง ถูกทำร้าย ข่มขืน "
    "ล่วงละเมิด ศาสนา ชาติพันธุ์ ชนเผ่า เชื้อชาติ ไร้สัญชาติ ผู้ต้องหา ผู้ต้องขัง คดี ยาเสพติด "
    "ตั้งครรภ์ ทำแท้ง ยากจน ยากไร้ disease patient disabilit religion ethnic suicide pregnan abuse "
    "crime drug"
)
FINE_PLACE = _any("ตำบล แขวง หมู่บ้าน หมู่ที่ ชุมชน โรงเรียน สถานศึกษา สถานพยาบาล tambon subdistrict village school")
REMARK = _any("หมายเหตุ รายละเอียด ความเห็น ข้อร้องเรียน เรื่องร้องเรียน บันทึก remark comment note description detail")


def plain(name: str) -> str:
    """A column's name without blanks and marks, in small letters."""
    return _BLANKS.sub("", name).casefold()
