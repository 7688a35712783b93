"""What the ingest tells the owner of a file about it: what it assumed, left out or found odd, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .layout import Layout
from .model import Json

MOST = 40
"""Notes in the short form of a report; the whole is kept with each table."""


def note(code: str, th: str, en: str, **facts: Any) -> Mapping[str, Any]:
    """One thing to tell.

    Args:
        code: stable, for machines.
        th, en: for the owner.
        facts: figures that belong to it, as JSON.
    """
    return {"code": code, "th": th, "en": en, **facts}


def shortened(notes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first notes, as many as fit into the short form."""
    told = list(notes)
    if len(told) <= MOST:
        return told
    left = len(told) - MOST + 1
    more = note("more", f"และอีก {left:,} ข้อ ดูรายงานของแต่ละตาราง", f"and {left:,} more; see each table's report")
    return [*told[: MOST - 1], more]


def told(laid: Layout) -> dict[str, Any]:
    """What a report says of a layout; rows are counted from 1."""
    return {
        "header_row": 0 if laid.header is None else laid.header + 1,
        "header_rows": laid.height,
        "titles": list(laid.titles),
    }


def of_layout(laid: Layout) -> Iterator[Json]:
    """What the owner is told of a layout that is not the plainest."""
    if laid.header is None:
        yield note(
            "no_header",
            "ไม่พบแถวหัวตาราง คอลัมน์จึงชื่อ column_1, column_2 ... ระบุ header ได้ถ้ามีหัวตาราง",
            "No header was found, so the columns are named column_1, column_2 ...; say `header` if there is one.",
        )
    elif laid.header and laid.titles:
        yield note(
            "titles",
            f"ข้าม {laid.header:,} แถวเหนือหัวตาราง (ชื่อตารางหรือคำอธิบาย)",
            f"{laid.header:,} rows above the header were left out (titles).",
            rows=laid.header,
        )
    if laid.height > 1:
        yield note(
            "header_rows",
            f"หัวตารางมี {laid.height} แถว จึงรวมคำเป็นชื่อคอลัมน์เดียว",
            f"The header has {laid.height} rows; their words were joined.",
            rows=laid.height,
        )
    if laid.unnamed and laid.header is not None:
        yield note(
            "unnamed",
            f"มี {laid.unnamed:,} คอลัมน์ที่ไม่มีชื่อ จึงตั้งชื่อว่า column_ ตามลำดับคอลัมน์",
            f"{laid.unnamed:,} columns have no name and are called column_ with their position.",
            columns=laid.unnamed,
        )


def total_note() -> Json:
    """The last row sums up the others; whether it is wanted among the data only its owner knows."""
    return note(
        "total_row",
        "แถวสุดท้ายเป็นแถวรวม จึงนับซ้ำเมื่อรวมยอด ระบุ footer_rows: 1 ถ้าไม่ใช่ข้อมูล",
        "The last row is a total, which sums will count twice; say footer_rows: 1 if it is no data.",
    )
