"""CSV as this package writes it for itself: UTF-8, commas, no header, cells that always read back the same."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .model import Unreadable

MAX_BYTES = 4 << 30
MAX_CELL = 16 << 20
MAX_ROWS = 50_000_000


class Sheet:
    """Takes the rows of one table.

    Attributes:
        rows: how many were written.
        longest: bytes of the longest, with room to spare.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.longest = 1 << 20
        self._file = path.open("w", encoding="utf-8", newline="")
        self._write = csv.writer(self._file, lineterminator="\n").writerow

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: Sequence[str]) -> None:
        """One more row.

        Raises:
            Unreadable: the row, or the table, is larger than is taken.
        """
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise Unreadable(f"ตารางมีเกิน {MAX_ROWS:,} แถว", f"The table has more than {MAX_ROWS:,} rows.")
        written: int = self._write(row)
        if 4 * written > self.longest:
            # a letter has up to four bytes
            if written > MAX_CELL:
                raise Unreadable(
                    f"แถวข้อมูลที่ {self.rows:,} ใหญ่เกิน {MAX_CELL >> 20} MB",
                    f"Row {self.rows:,} is over {MAX_CELL >> 20} MB.",
                )
            self.longest = 4 * written
        if self.rows % 4_096 == 0 and self._file.tell() > MAX_BYTES:
            raise Unreadable(
                f"ตารางใหญ่เกิน {MAX_BYTES >> 30} GB โปรดแบ่งไฟล์", f"The table is over {MAX_BYTES >> 30} GB; split it."
            )
