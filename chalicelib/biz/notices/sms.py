"""How an SMS is counted: the alphabet it needs, and how many messages the network makes of it (3GPP TS 23.038, 23.040).

One letter outside the GSM alphabet, as every Thai letter is, turns the whole text into UCS-2: 70 units a message
instead of 160 septets, and 67 or 153 when several are joined (six octets of each are the joining header).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
"""Letters of the extension table: an escape and themselves, two septets."""


class Size(NamedTuple):
    """What a text takes.

    Attributes:
        alphabet: `gsm7` or `ucs2`.
        units: septets, or UTF-16 code units.
        segments: messages that are sent and paid for; 0 for no text.
    """

    alphabet: Literal["gsm7", "ucs2"]
    units: int
    segments: int


def size(text: str) -> Size:
    """The size of a text."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        widths = [2 if letter in _EXTENDED else 1 for letter in text]
        return Size("gsm7", sum(widths), _segments(widths, 160, 153))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return Size("ucs2", sum(widths), _segments(widths, 70, 67))


def _segments(widths: list[int], alone: int, joined: int) -> int:
    """How many messages letters of these widths fill; no letter of two units is cut in two."""
    if sum(widths) <= alone:
        return 1 if widths else 0
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return segments
