"""The ways in which a national id is written, by people and by machines."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from chalicelib.shared.thai import to_thai_digits


def grouped(pid: str, separator: str) -> str:
    """As it stands on the card: 1 1017 00207 03 0."""
    return separator.join((pid[0], pid[1:5], pid[5:10], pid[10:12], pid[12]))


def full_width(pid: str) -> str:
    """In the digits of East Asian typography."""
    return "".join(chr(0xFF10 + int(digit)) for digit in pid)


def spellings(pid: str) -> dict[str, str]:
    """Every spelling of an id that leaves the rest of a text as it is, by its name."""
    thai, wide = to_thai_digits(pid), full_width(pid)
    return {
        "plain": pid,
        "dashes": grouped(pid, "-"),
        "spaces": grouped(pid, " "),
        "dots": grouped(pid, "."),
        "underscores": grouped(pid, "_"),
        "slashes": grouped(pid, "/"),
        "no-break spaces": grouped(pid, "\u00a0"),
        "en dashes": grouped(pid, "–"),
        "hyphens of Unicode": grouped(pid, "\u2010"),
        "minus signs": grouped(pid, "−"),
        "zero width spaces": grouped(pid, "\u200b"),
        "two spaces": grouped(pid, "  "),
        "each digit apart": " ".join(pid),
        "Thai": thai,
        "Thai, dashes": to_thai_digits(grouped(pid, "-")),
        "half Thai": thai[:6] + pid[6:],
        "full width": wide,
        "Arabic-Indic": "".join(chr(0x660 + int(digit)) for digit in pid),
        "JSON escapes, Thai": json.dumps(thai)[1:-1],
        "JSON escapes, full width": json.dumps(wide)[1:-1],
        "JSON escapes, en dashes": json.dumps(grouped(pid, "–"))[1:-1],
        "percent, spaces": quote(grouped(pid, " ")),
        "percent, Thai": quote(thai),
        "percent, lower case": quote(thai).lower(),
        "percent, dashes": grouped(pid, "%2D"),
        "form": grouped(pid, "+"),
        "HTML": "".join(f"&#{ord(digit)};" for digit in pid),
    }


def encoded(pid: str) -> dict[str, str]:
    """An id within base64, by the name of what was encoded."""
    thai = to_thai_digits(pid)
    return {
        "base64": base64.b64encode(pid.encode()).decode(),
        "base64 of Thai": base64.b64encode(thai.encode()).decode(),
        "base64 for addresses": base64.urlsafe_b64encode(f'{{"pid":"{pid}"}}'.encode()).decode().rstrip("="),
        "base64 within base64": base64.b64encode(base64.b64encode(f"ก{pid}".encode())).decode(),
    }
