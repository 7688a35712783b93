"""Cursors of lists: where a page ended, signed so that nobody can make one up or carry it to another list."""

from __future__ import annotations

import base64
import hmac

from .errors import Fault, Malformed
from .keyring import Keyring


class Cursors:
    """Makes and reads the cursors of one room."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, after: str | None, scope: str) -> str | None:
        """The cursor for a page's end; `scope` names the list and its owner. None at the end of the list."""
        if after is None:
            return None
        code = self._keyring.mac("cursor", f"{scope}\n{after}".encode())[:22]
        return base64.urlsafe_b64encode(f"{code}{after}".encode()).decode().rstrip("=")

    def read(self, cursor: str | None, scope: str) -> str | None:
        """Where to go on, or None for the first page.

        Raises:
            Malformed: it was altered, or made for another list or another person.
        """
        if cursor is None:
            return None
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        except ValueError:
            text = ""
        code, after = text[:22], text[22:]
        good = self._keyring.mac("cursor", f"{scope}\n{after}".encode())[:22]
        if not hmac.compare_digest(code.encode(), good.encode()):
            raise Malformed(
                "ตัวชี้หน้า (cursor) ไม่ถูกต้อง",
                "The cursor does not belong to this list.",
                [Fault("query:cursor", "เริ่มอ่านจากหน้าแรก", "Start again at the first page.")],
            )
        return after
