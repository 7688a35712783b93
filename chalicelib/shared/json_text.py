"""Reading JSON that comes from outside."""

from __future__ import annotations

import json
from typing import Any

from .errors import Fault, Malformed

MAX_DEPTH = 64


def parse_json(raw: bytes) -> Any:
    """JSON as RFC 8259 means it, and no more: no duplicate names, no NaN, no deep nests, no huge numbers.

    Raises:
        Malformed: says which.
    """

    def once_only(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(pairs)
        if len(out) != len(pairs):
            raise _bad_json("มีชื่อข้อมูลซ้ำกัน", "a name stands twice in one object")
        return out

    def no_constant(_: str) -> Any:
        raise _bad_json("NaN และ Infinity ไม่ใช่ JSON", "NaN and Infinity are not JSON")

    try:
        parsed = json.loads(raw.decode("utf-8"), object_pairs_hook=once_only, parse_constant=no_constant)
        # what cannot be written out again is refused here: numbers beyond a float (1e999), halves of surrogate pairs
        json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeDecodeError:
        raise _bad_json("ข้อความไม่ใช่ UTF-8", "it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise _bad_json("รูปแบบไม่ถูกต้อง", "it does not parse") from None
    if _depth(parsed) > MAX_DEPTH:
        raise _bad_json("ซ้อนกันลึกเกินไป", "it is nested too deeply")
    return parsed


def _bad_json(th: str, en: str) -> Malformed:
    return Malformed(f"อ่าน JSON ไม่ได้: {th}", f"The body cannot be read as JSON: {en}.", [Fault("", th, en)])


def _depth(value: Any) -> int:
    level, layer = 0, [value]
    while layer:
        level += 1
        layer = [
            part
            for each in layer
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        if level > MAX_DEPTH:
            break
    return level
