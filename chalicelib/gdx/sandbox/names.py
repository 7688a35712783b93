"""What the records of the sandbox are made of, and the dice that pick from it: the same throw each time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Picked = TypeVar("Picked")

MEN = (
    ("สมชาย", "Somchai"), ("ประยุทธ", "Prayut"), ("วิชัย", "Wichai"), ("สุรชัย", "Surachai"), ("อนันต์", "Anan"),
    ("ธีรพงษ์", "Theeraphong"), ("กิตติ", "Kitti"), ("ณัฐพล", "Natthaphon"), ("ชัยวัฒน์", "Chaiwat"), ("มานะ", "Mana"),
    ("ปกรณ์", "Pakorn"), ("ศักดิ์ชัย", "Sakchai"), ("อับดุลเลาะห์", "Abdulloh"), ("ธนากร", "Thanakorn"), ("ภูมิ", "Phum"),
)  # fmt: skip
WOMEN = (
    ("สมหญิง", "Somying"), ("มาลี", "Malee"), ("สุดา", "Suda"), ("กัญญา", "Kanya"), ("พิมพ์ใจ", "Phimchai"),
    ("ณัฐธิดา", "Natthida"), ("วราภรณ์", "Waraphon"), ("อรทัย", "Orathai"), ("ปิยะ", "Piya"), ("ฟาติมะห์", "Fatimah"),
    ("ชลธิชา", "Chonthicha"), ("รัตนา", "Rattana"), ("ศิริพร", "Siriphon"), ("บุญมี", "Bunmi"), ("ใบเฟิร์น", "Baifern"),
)  # fmt: skip
FAMILIES = (
    ("แสงทอง", "Saengthong"), ("ใจงาม", "Chaingam"), ("ทะเลใส", "Thalesai"), ("ภูเขียว", "Phukhiao"), ("นาดี", "Nadi"),
    ("เพชรดำ", "Phetdam"), ("น้ำเย็น", "Namyen"), ("ไม้หอม", "Maihom"), ("ฟ้าใหม่", "Famai"), ("รุ่งเรือง", "Rungrueang"),
    ("สายลม", "Sailom"), ("ดินอุดม", "Dinudom"),
)  # fmt: skip
TEST_TH, TEST_EN = "ทดสอบ", "-Test"
"""The end of every family name, so that no record can be taken for a real one."""

PLACES = (
    ("10", "กรุงเทพมหานคร", "พระนคร", "พระบรมมหาราชวัง", "10200"),
    ("13", "ปทุมธานี", "คลองหลวง", "คลองหนึ่ง", "12120"),
    ("20", "ชลบุรี", "บางละมุง", "หนองปรือ", "20150"),
    ("23", "ตราด", "เมืองตราด", "บางพระ", "23000"),
    ("30", "นครราชสีมา", "เมืองนครราชสีมา", "ในเมือง", "30000"),
    ("40", "ขอนแก่น", "เมืองขอนแก่น", "ในเมือง", "40000"),
    ("50", "เชียงใหม่", "เมืองเชียงใหม่", "ศรีภูมิ", "50200"),
    ("57", "เชียงราย", "เมืองเชียงราย", "เวียง", "57000"),
    ("83", "ภูเก็ต", "เมืองภูเก็ต", "ตลาดใหญ่", "83000"),
    ("90", "สงขลา", "หาดใหญ่", "หาดใหญ่", "90110"),
)
"""Province's code, province, district, subdistrict, postal code."""

ROADS = ("", "", "ถนนทดลอง", "ถนนตัวอย่าง", "ถนนสมมติ")
TRADES = (
    ("ครัว", "Kitchen", "ประกอบกิจการร้านอาหาร"), ("โรงสี", "Rice Mill", "ประกอบกิจการโรงสีข้าว"),
    ("ขนส่ง", "Transport", "ประกอบกิจการขนส่งสินค้า"), ("ซอฟต์แวร์", "Software", "พัฒนาซอฟต์แวร์"),
    ("ก่อสร้าง", "Construction", "รับเหมาก่อสร้าง"), ("ประมง", "Fishery", "ประกอบกิจการประมง"),
)  # fmt: skip


def throw(number: int, what: str, below: int) -> int:
    """A number from 0 to below `below`, always the same for the same number and `what`; evenly spread."""
    digest = hashlib.sha256(f"TH-TEST/1/{what}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def pick(number: int, what: str, among: Sequence[Picked]) -> Picked:
    """One of several, always the same for the same number and `what`."""
    return among[throw(number, what, len(among))]
