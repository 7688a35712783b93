"""Cursors of lists: where a page ended, signed so that nobody can make one up or carry it to another list."""

from __future__ import annotations

import base64
import hmac
import json

from .errors import Fault, Malformed
from .keyring import Keyring

Scope = tuple[object, ...]
"""The list that a cursor belongs to: its name, which no other list of the room has, then whose it is and what is asked
of it. Parts are told apart, so no word that somebody asks for can make two lists look alike."""
CODE = 22
"""Characters of the code: 132 bits."""


class Cursors:
    """Makes and reads the cursors of one room."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, after: str | None, scope: Scope) -> str | None:
        """The cursor for a page's end. None at the end of the list."""
        return None if after is None else self._spelt(after, scope)

    def read(self, cursor: str | None, scope: Scope, field: str = "cursor") -> str | None:
        """Where to go on, or None for the first page.

        Args:
            cursor: as it came.
            scope: the list that is read now.
            field: the parameter that it came in.

        Raises:
            Malformed: it was altered, or made for another list or another person.
        """
        if cursor is None:
            return None
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        except ValueError:
            text = ""
        after = text[CODE:]
        # made anew and compared whole: what a lenient decoder drops would give one cursor many spellings
        good = self._spelt(after, scope)
        if not hmac.compare_digest(cursor.encode(errors="replace"), good.encode()):
            raise Malformed(
                "ตัวชี้หน้า (cursor) ไม่ถูกต้อง",
                "The cursor does not belong to this list.",
                [Fault(f"query:{field}", "เริ่มอ่านจากหน้าแรก", "Start again at the first page.")],
            )
        return after

    def _spelt(self, after: str, scope: Scope) -> str:
        parts = [None if part is None else str(part) for part in scope]
        code = self._keyring.mac("cursor", json.dumps([parts, after]).encode())[:CODE]
        return base64.urlsafe_b64encode(f"{code}{after}".encode()).decode().rstrip("=")
