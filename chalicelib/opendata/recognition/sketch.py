"""What is kept of a column's values so that two columns can be compared without reading either again.

Places are kept whole, as one bit for each place of their level; years as they are; of anything else the smallest of the
values' hashes (a bottom-k sketch), which tells the share that two columns have in common to a few in a hundred.
Source of the last: A. Broder, "On the resemblance and containment of documents" (1997).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from . import places
from .codes import DIGITS_OF_KEY

KEPT = 128
"""Hashes of a sketch."""
_BYTES = 4

Sketch = Mapping[str, Any]
"""`{"bits": text}`, `{"years": [int]}` or `{"hashes": text, "distinct": int}`; JSON."""


def of_places(level: str, codes: Iterable[str]) -> Sketch:
    """Of codes of one level."""
    order = places.places_in_order(level)
    bits = bytearray((len(order) + 7) // 8)
    for code in codes:
        place = order[code]
        bits[place // 8] |= 1 << place % 8
    return {"bits": _text(bytes(bits).rstrip(b"\0"))}


def of_years(years: Iterable[int]) -> Sketch:
    """Of years of the Common Era."""
    return {"years": sorted(set(years))}


def of_values(values: Iterable[str]) -> Sketch:
    """Of any values, as texts."""
    hashes = {hashlib.sha256(value.encode()).digest()[:_BYTES] for value in values}
    return {"hashes": _text(b"".join(sorted(hashes)[:KEPT])), "distinct": len(hashes)}


def codes(level: str, sketch: Sketch) -> list[str]:
    """The codes of a sketch of places."""
    bits = _bytes(sketch["bits"])
    order = places.codes(level)
    return [order[8 * at + bit] for at, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1]


def share(key: str, one: Sketch, other: Sketch) -> tuple[float, bool] | None:
    """How much of the values of `one` are also in `other`, 0 to 1, and whether that is exact; None where unknown."""
    if key in DIGITS_OF_KEY:
        return _part(set(codes(key, one)), set(codes(key, other)))
    if key == "year":
        return _part(set(one["years"]), set(other["years"]))
    mine, theirs = _hashes(one), _hashes(other)
    if one["distinct"] <= KEPT and other["distinct"] <= KEPT:
        return _part(mine, theirs)
    if not mine or not theirs:
        return None
    smallest = sorted(mine | theirs)[:KEPT]
    both = sum(each in mine and each in theirs for each in smallest) / len(smallest)
    # the union follows from the resemblance, and from that how much of one's own is in the other
    union = (one["distinct"] + other["distinct"]) / (1 + both)
    return min(1.0, both * union / one["distinct"]), False


def _part(mine: set[Any], theirs: set[Any]) -> tuple[float, bool] | None:
    return (len(mine & theirs) / len(mine), True) if mine else None


def _hashes(sketch: Sketch) -> set[bytes]:
    whole = _bytes(sketch["hashes"])
    return {whole[at : at + _BYTES] for at in range(0, len(whole), _BYTES)}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
