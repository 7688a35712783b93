"""ClamAV's daemon behind `ports.Scanner`: the INSTREAM command over TCP (clamd(8), "COMMANDS").

The protocol has neither a login nor encryption: the daemon must be reachable from the function alone.
"""

from __future__ import annotations

import re
import socket
import struct
import time

from chalicelib.shared.errors import Unavailable

from ..ports import Scan

PATIENCE = 12.0
"""Seconds for a whole scan."""
_PIECE = 1 << 20
_ANSWER = 4096
_FOUND = re.compile(rb"\Astream: (.{1,200}) FOUND\Z")


class Clamd:
    """One daemon at `host:port`."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        host, _, port = address.rpartition(":")
        self._place = (host.strip("[]"), int(port))
        self._patience = patience

    def scan(self, content: bytes) -> Scan:
        """The daemon's word; anything but a clear word is `Unavailable`, never clean."""
        try:
            answer = self._ask(content)
        except OSError as error:
            raise _unavailable(type(error).__name__) from None
        if answer == b"stream: OK":
            return Scan(None)
        found = _FOUND.match(answer)
        if found is None:  # e.g. "INSTREAM size limit exceeded. ERROR": its StreamMaxLength is below our largest file
            raise _unavailable("its answer is no verdict")
        return Scan(re.sub(r"[^A-Za-z0-9._/-]", "_", found[1].decode("utf-8", "replace"))[:100])

    def _ask(self, content: bytes) -> bytes:
        until = time.monotonic() + self._patience
        with socket.create_connection(self._place, timeout=self._patience) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                line.settimeout(_left(until))
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = b""
            while b"\0" not in answer and len(answer) < _ANSWER:
                line.settimeout(_left(until))
                piece = line.recv(_ANSWER)
                if not piece:
                    break
                answer += piece
        return answer.partition(b"\0")[0].strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _unavailable(why: str) -> Unavailable:
    return Unavailable("ระบบตรวจไวรัสไม่พร้อม", f"The malware scanner gave no verdict ({why}); the queue delivers again.")
