"""Names of platforms, parts and states, in Thai and English."""

from __future__ import annotations

from collections.abc import Mapping

from ..shared.thai import Text

PLATFORMS: Mapping[str, Text] = {
    "gdx": Text(th="ศูนย์แลกเปลี่ยนข้อมูลกลาง (GDX)", en="Government Data Exchange"),
    "opendata": Text(th="ศูนย์กลางข้อมูลเปิดภาครัฐ", en="Government Open Data"),
    "biz": Text(th="ระบบอำนวยความสะดวกทางธุรกิจ (Biz Portal)", en="Biz Portal"),
    "citizen": Text(th="ศูนย์รวมบริการประชาชน", en="Citizen Portal"),
}

PARTS: Mapping[str, Text] = {
    "store": Text(th="การอ่านและบันทึกข้อมูล", en="Reading and writing"),
    "work": Text(th="งานที่ทำทุกนาที (กำหนดเวลา การเตือน)", en="What runs each minute (deadlines, reminders)"),
    "delivery": Text(th="การแจ้งเรื่องถึงผู้เกี่ยวข้อง", en="Telling those concerned"),
    "log": Text(th="บันทึกการแลกเปลี่ยนที่ตรวจสอบได้", en="The log of exchanges"),
    "search": Text(th="การค้นหาชุดข้อมูลใหม่", en="Finding new datasets"),
    "login": Text(th="การเข้าสู่ระบบของประชาชน", en="Logging in"),
    "offers": Text(th="การบอกสิทธิที่ยังไม่ได้ใช้", en="Telling people of their rights"),
}

STATES: Mapping[str, Text] = {
    "pass": Text(th="ปกติ", en="Works"),
    "warn": Text(th="ช้าหรือใช้ได้บางส่วน", en="Slow, or in part"),
    "fail": Text(th="ใช้ไม่ได้", en="Does not work"),
}

KINDS: Mapping[str, Text] = {
    "maintenance": Text(th="ปิดปรับปรุงตามแผน", en="Planned maintenance"),
    "incident": Text(th="เหตุขัดข้อง", en="Incident"),
}

PAGE: Mapping[str, Text] = {
    "title": Text(th="สถานะของระบบ", en="Status of the platforms"),
    "skip": Text(th="ข้ามไปเนื้อหา", en="Skip to the content"),
    "other": Text(th="English", en="ภาษาไทย"),
    "announced": Text(th="ประกาศ", en="Announcements"),
    "nothing": Text(th="ไม่มีประกาศ", en="Nothing is announced."),
    "parts": Text(th="แต่ละส่วน", en="Part by part"),
    "part": Text(th="ส่วน", en="Part"),
    "state": Text(th="สถานะ", en="State"),
    "until": Text(th="ถึง", en="until"),
    "at": Text(th="ข้อมูลเมื่อ", en="As of"),
    "zone": Text(th="เวลาไทย", en="Thai time"),
}
