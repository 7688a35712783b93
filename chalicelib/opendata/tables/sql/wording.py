"""What is said to whoever asked a query that is not answered: CKAN's words where it has some, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import Fault, NotAllowed, NotFound, Refusal, Unavailable

from ...rules import Rejected
from ..source import no_table
from .guard import LONGEST, MOST_NODES
from .order import AT_ONCE, LONG

_JOB = "POST /opendata/v1/jobs {kind: sql, given: {sql, format}}"

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "syntax": ("query", "ไวยากรณ์ SQL ไม่ถูกต้อง{place}", "The SQL cannot be read{place}."),
    "empty": ("sql", "ต้องระบุคำสั่ง SELECT", "Missing value"),
    "single": ("query", "ต้องเป็นคำสั่ง SELECT เพียงคำสั่งเดียว", "Query is not a single statement."),
    "pivot": (
        "query",
        "PIVOT ต้องระบุค่าที่จะเป็นคอลัมน์ เช่น PIVOT ... ON ปี IN (2566, 2567)",
        "Name the values that PIVOT makes columns of: PIVOT ... ON year IN (2566, 2567).",
    ),
    "long": ("sql", f"คำสั่งต้องไม่เกิน {LONGEST} ไบต์", f"A query has at most {LONGEST} bytes."),
    "large": (
        "query",
        f"คำสั่งซับซ้อนเกินไป (ไม่เกิน {MOST_NODES} ส่วน และซ้อนกันไม่เกิน 250 ชั้น)",
        f"The query is too complex: at most {MOST_NODES} parts, nested at most 250 deep.",
    ),
    "parameter": (
        "query",
        "ไม่รองรับพารามิเตอร์ ($1, ?) ให้ใส่ค่าในคำสั่ง",
        "No parameters ($1, ?); write the values in the query.",
    ),
    "recursive": ("query", "ไม่รองรับ WITH RECURSIVE", "WITH RECURSIVE is not allowed."),
    "cte": (
        "query",
        "ชื่อใน WITH ต้องเป็นตัวอักษร ตัวเลข หรือ _ และไม่ซ้ำกับชื่อตาราง",
        "A name in WITH has letters, digits and _ only, and is no table's.",
    ),
    "node": (
        "query",
        "คำสั่งมีส่วนที่ไม่อนุญาต{place} ใช้ได้เฉพาะ SELECT จากตารางที่เปิดเผย",
        "The query holds something that is not allowed{place}; only SELECT from published tables is.",
    ),
    "column": ("query", "ไม่มีคอลัมน์นี้{place}{near}", "There is no such column{place}.{near}"),
    "group": (
        "query",
        "คอลัมน์ใน SELECT ต้องอยู่ใน GROUP BY หรือในฟังก์ชันสรุปค่า{place}",
        "A column of SELECT must stand in GROUP BY or in an aggregate{place}; any_value(column) takes one of them.",
    ),
    "types": (
        "query",
        "ชนิดข้อมูลหรือจำนวนค่าไม่เข้ากัน หรือเขียนคำสั่งไม่ครบ{place} ใช้ CAST หรือ TRY_CAST แปลงชนิดได้",
        "Types or numbers of values do not fit, or a name is not known{place}; CAST or TRY_CAST changes a type.",
    ),
    "conversion": (
        "query",
        "มีค่าที่แปลงเป็นชนิดที่ขอไม่ได้{place} ใช้ TRY_CAST เพื่อให้ค่าเหล่านั้นเป็นค่าว่าง",
        "A value cannot be made what is asked for{place}; with TRY_CAST such values are empty.",
    ),
    "range": (
        "query",
        "ผลคำนวณใหญ่เกินชนิดข้อมูล ใช้ ::DOUBLE หรือ ::HUGEINT",
        "A result does not fit its type; use ::DOUBLE or ::HUGEINT.",
    ),
    "late": (
        "query",
        f"ใช้เวลาเกิน {AT_ONCE.seconds:.0f} วินาที ให้กรองข้อมูลให้แคบลง หรือขอเป็นงาน: {_JOB}",
        f"It takes longer than {AT_ONCE.seconds:.0f} seconds; narrow it, or ask for it as a job: {_JOB}.",
    ),
    "memory": (
        "query",
        f"ใช้หน่วยความจำเกินกำหนด ให้กรองหรือสรุปข้อมูลให้เล็กลง หรือขอเป็นงาน: {_JOB}",
        f"It needs more memory than is allowed; filter or sum up earlier, or ask for it as a job: {_JOB}.",
    ),
    "wide": (
        "query",
        f"แถวเดียวใหญ่เกิน {AT_ONCE.size // 1_000_000} MB",
        f"One row is larger than {AT_ONCE.size // 1_000_000} MB.",
    ),
    "rows": ("query", f"ผลลัพธ์เกิน {LONG.rows:,} แถว", f"The result has more than {LONG.rows:,} rows."),
    "file": (
        "query",
        f"ผลลัพธ์ใหญ่เกิน {LONG.size // 2**20} MB ให้ใช้ format=parquet หรือสอบถามด้วย Athena",
        f"The result is larger than {LONG.size // 2**20} MB; ask for format=parquet, or query the table with Athena.",
    ),
    "failed": ("query", "คำนวณคำสั่งนี้ไม่ได้{place}", "The query cannot be computed{place}."),
}
_LONG_WORDS: Mapping[str, tuple[str, str, str]] = {
    "late": (
        "query",
        f"ใช้เวลาเกิน {LONG.seconds / 60:.0f} นาที ให้กรองข้อมูลให้แคบลง หรือสอบถามด้วย Athena",
        f"It takes longer than {LONG.seconds / 60:.0f} minutes; narrow it, or query the tables with Athena.",
    ),
    "memory": (
        "query",
        "ใช้หน่วยความจำเกินกำหนด ให้กรองหรือสรุปข้อมูลให้เล็กลง หรือสอบถามด้วย Athena",
        "It needs more memory than is allowed; filter or sum up earlier, or query the tables with Athena.",
    ),
}


class QueryRejected(Rejected):
    """A query that is not answered, in both languages."""

    def __init__(self, field: str, th: str, en: str) -> None:
        super().__init__({field: [en]})
        self.th, self.en = th, en
        self.faults = (Fault(f"/{field}", th, en),)


def refusal(told: Mapping[str, Any], sql: str, *, long: bool = False) -> Refusal:
    """What is answered instead of rows.

    Args:
        told: `Answer.refused`; it comes from the caged process, so nothing of it is believed to be harmless.
        sql: the query, to tell places in it.
        long: of a job.
    """
    kind = str(told.get("kind"))
    if kind == "table":
        return unknown_table()
    if kind == "store":
        return Unavailable(
            "อ่านข้อมูลของตารางไม่ได้ในขณะนี้ โปรดลองใหม่", "The table's rows cannot be read just now; try again."
        )
    if kind == "function":
        name = str(told.get("name") or "")
        shown = f" {name}" if name.isascii() and name.replace("_", "a").isalnum() and len(name) <= 41 else ""
        return NotAllowed(f"ไม่อนุญาตให้ใช้ฟังก์ชัน{shown}", f"Not authorized to call function{shown}")
    words = (_LONG_WORDS if long else {}).get(kind) or _WORDS.get(kind) or _WORDS["failed"]
    th_place, en_place = _place(told.get("place"), sql)
    near = [str(each)[:100] for each in told.get("near") or ()][:5]
    field, th, en = words
    th_near, en_near = (f" ใกล้เคียง: {', '.join(near)}", f" Near ones: {', '.join(near)}.") if near else ("", "")
    th = th.replace("{place}", th_place).replace("{near}", th_near)
    return QueryRejected(field, th, en.replace("{place}", en_place).replace("{near}", en_near))


def unknown_table() -> NotFound:
    """Nothing there, or not for this caller."""
    found = no_table()
    found.th = 'ไม่พบตารางข้อมูล เขียนชื่อตารางเป็นรหัสทรัพยากรในเครื่องหมายคำพูด เช่น FROM "<รหัสทรัพยากร>"'
    found.en = f'{found.en} Name a table by its resource id in double quotes: FROM "<resource id>".'
    return found


def _place(given: Any, sql: str) -> tuple[str, str]:
    """Line and letter of a place that is told in bytes."""
    if not isinstance(given, int) or not 0 <= given <= len(sql.encode()):
        return "", ""
    before = sql.encode()[:given].decode(errors="ignore")
    line, letter = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return f" (บรรทัด {line} ตัวอักษรที่ {letter})", f" (line {line}, letter {letter})"
