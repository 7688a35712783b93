"""Rows to measure tables with: twelve columns as Thai offices publish them, the same ones each time.

A register of accounts of sub-districts: Thai texts, codes with leading zeros, amounts, ISO dates, Buddhist years,
coordinates, yes and no. What a value is follows from its row's number by a hash, so nothing is random and nothing
need be kept. Written by DuckDB, because five million rows are 1.2 GB.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.shared.provinces import provinces

COLUMNS = (
    "รหัส", "จังหวัด", "อำเภอ", "หน่วยงาน", "รายการ", "จำนวนเงิน", "จำนวน", "ร้อยละ", "วันที่", "ปีงบประมาณ", "ละติจูด", "เบิกแล้ว",
)  # fmt: skip
CODE, PROVINCE, DISTRICT, OFFICE, ITEM, AMOUNT, COUNT, SHARE, DAY, YEAR, LATITUDE, PAID = COLUMNS
TYPES = (
    "text", "text", "text", "text", "text", "numeric", "int8", "numeric", "date", "int8", "float8", "bool",
)  # fmt: skip
"""What a right ingest gives, but for the Common Era twin of the year."""
WORD = "ชลประทาน"
"""A word inside of texts without blanks, in one row of about a thousand."""

_OFFICES = ("องค์การบริหารส่วนตำบล", "เทศบาลตำบล", "เทศบาลเมือง", "โรงพยาบาลส่งเสริมสุขภาพตำบล", "สำนักงานเกษตรอำเภอ")
_ITEMS = (
    "ก่อสร้างถนนคอนกรีตเสริมเหล็ก", "ปรับปรุงระบบประปาหมู่บ้าน", "จัดซื้อครุภัณฑ์คอมพิวเตอร์", "ค่าอาหารกลางวันนักเรียน",
    "ซ่อมแซมอาคารศูนย์พัฒนาเด็กเล็ก", "จ้างเหมาบริการกำจัดขยะ", "ฝึกอบรมอาชีพผู้สูงอายุ", "ขุดลอกคลองส่งน้ำ",
)  # fmt: skip


def write(path: Path, rows: int) -> None:
    """Writes the table as a CSV file in UTF-8."""
    import duckdb

    def pick(salt: int, values: tuple[str, ...]) -> str:
        listed = ", ".join(f"'{value}'" for value in values)
        return f"[{listed}][1 + (hash(i * 31 + {salt}) % {len(values)})::INTEGER]"

    def upto(salt: int, top: int) -> str:
        return f"(hash(i * 31 + {salt}) % {top})::BIGINT"

    cells = (
        f"lpad(({upto(1, 9_999_999)})::VARCHAR, 8, '0')",
        pick(2, tuple(province.th for province in provinces().values())),
        f"'อำเภอที่ ' || ({upto(3, 928)} + 1)",
        f"{pick(4, _OFFICES)} || ({upto(5, 7_000)} + 1)",
        f"{pick(6, _ITEMS)} || CASE WHEN {upto(7, 1_000)} = 0 THEN 'ในเขต{WORD}ภาค' ELSE 'ระยะที่' END || {upto(8, 90)}",
        f"format('{{:t,}}.{{:02d}}', {upto(9, 90_000_000)}, {upto(10, 100)})",
        f"{upto(11, 5_000)}",
        f"format('{{:d}}.{{:d}}', {upto(12, 100)}, {upto(13, 10)})",
        f"strftime(DATE '2019-01-01' + ({upto(14, 2_500)})::INTEGER, '%Y-%m-%d')",
        f"2562 + {upto(15, 7)}",
        f"format('{{:d}}.{{:06d}}', 6 + {upto(16, 14)}, {upto(17, 1_000_000)})",
        f"CASE WHEN {upto(18, 3)} = 0 THEN 'FALSE' ELSE 'TRUE' END",
    )
    chosen = ", ".join(f'{cell} AS "{name}"' for cell, name in zip(cells, COLUMNS, strict=True))
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"COPY (SELECT {chosen} FROM range({rows}) t(i)) TO '{path}' (FORMAT csv, HEADER)")  # noqa: S608 - all text is ours
