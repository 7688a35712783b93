"""How a legacy call becomes a service's request and the answer a legacy one; from values alone."""

from __future__ import annotations

import copy
import hmac
import re
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from datetime import date, datetime
from typing import Any

from ...shared.errors import Fault
from ...shared.thai import buddhist_year
from ..mask import find, steps
from ..refusals import InvalidBody
from .model import IDLE, LASTS, REFRESH, ConsumerKey, Mapping, Rename

_SEGMENT = re.compile(r"[A-Za-z0-9._~-]{1,64}|\{[A-Za-z][A-Za-z0-9_]{0,40}\}")
_MISSING = object()


# -- keys and tokens ------------------------------------------------------------------------------


def opens(key: ConsumerKey, code: str, now: datetime) -> bool:
    """True when a secret (by its code) opens the key now."""
    live = [secret for secret in key.secrets if secret.until is None or now < secret.until]
    return key.revoked_at is None and any(hmac.compare_digest(secret.code, code) for secret in live)


def ended(opened_at: datetime, used_at: datetime, now: datetime) -> bool:
    """True when a token does not stand for anybody any more."""
    return now - used_at > IDLE + REFRESH or now - opened_at > LASTS


def to_note(used_at: datetime, now: datetime) -> bool:
    """True when this use of a token must be written down."""
    return now - used_at > REFRESH


# -- finding the mapping --------------------------------------------------------------------------


def fitting(
    mappings: Sequence[Mapping], method: str, path: Sequence[str], parameters: Dict[str, Any]
) -> tuple[Mapping, dict[str, str]] | None:
    """The mapping of a call, with the parameters that its path holds; the most particular one wins."""
    found = [
        (each, held)
        for each in mappings
        if each.method == method
        and (held := _held(each.path, path)) is not None
        and all(_as_text(parameters.get(name)) == value for name, value in each.when)
    ]
    return max(found, key=lambda pair: (-len(pair[1]), len(pair[0].when), pair[0].code), default=None)


def _held(template: str, path: Sequence[str]) -> dict[str, str] | None:
    wanted = template.strip("/").split("/")
    if len(wanted) != len(path):
        return None
    held: dict[str, str] = {}
    for want, given in zip(wanted, path, strict=True):
        if want.startswith("{"):
            held[want[1:-1]] = given
        elif want != given:
            return None
    return held


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)


# -- the request ----------------------------------------------------------------------------------


def assembled(mapping: Mapping, parameters: Dict[str, Any]) -> Any:
    """The service's body.

    Raises:
        InvalidBody: a parameter is missing or of the wrong kind; all of them are named at once, none is repeated.
    """
    body: Any = copy.deepcopy(mapping.body)
    faults: list[Fault] = []
    for each in mapping.assign:
        value = find(parameters, each.source)
        if value is None:
            if each.required:
                faults.append(_missing(each.source))
            continue
        value = _CONVERT[each.convert](value)
        if value is _MISSING:
            faults.append(Fault(_named(each.source), "ชนิดข้อมูลไม่ถูกต้อง", f"Must be {each.convert}."))
        else:
            body = _placed(body, steps(each.target), value)
    if faults:
        raise _incomplete(faults)
    return body


def named(pairs: Sequence[tuple[str, str]], parameters: Dict[str, Any]) -> dict[str, str]:
    """Parameters under the names that the service or the predicate has for them.

    Raises:
        InvalidBody: one is missing, or is no text and no whole number.
    """
    out = {name: _as_text(find(parameters, pointer)) for name, pointer in pairs}
    faults = [_missing(pointer) for name, pointer in pairs if out[name] is None]
    if faults:
        raise _incomplete(faults)
    return {name: value for name, value in out.items() if value is not None}


def _to_text(value: Any) -> Any:
    text = _as_text(value)
    return _MISSING if text is None else text


def _to_integer(value: Any) -> Any:
    text = _as_text(value)
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,15}", text) else _MISSING


def _as_it_is(value: Any) -> Any:
    return value


_CONVERT: Dict[str, Callable[[Any], Any]] = {"text": _to_text, "integer": _to_integer, "json": _as_it_is}


def _placed(body: Any, path: Sequence[str], value: Any) -> Any:
    """The body with the value at a place; objects on the way are made."""
    if not path:
        return value
    inner = body if isinstance(body, dict) else {}
    inner[path[0]] = _placed(inner.get(path[0]), path[1:], value)
    return inner


def _named(pointer: str) -> str:
    return f"query:{pointer[1:]}" if pointer.startswith("/") else "query:"


def _missing(pointer: str) -> Fault:
    return Fault(_named(pointer), "ต้องระบุพารามิเตอร์นี้", "This parameter is mandatory.")


def _incomplete(faults: Sequence[Fault]) -> InvalidBody:
    return InvalidBody(
        "พารามิเตอร์ไม่ครบหรือไม่ถูกต้อง โปรดแก้ไขตามรายการ", "Parameters are missing or wrong; see errors.", faults
    )


# -- the answer -----------------------------------------------------------------------------------


def renamed(answer: Any, renames: Sequence[Rename]) -> Any:
    """The answer under its legacy names; what the masked answer does not hold is left out."""
    if not renames:
        return answer
    out: Any = {}
    for each in renames:
        for stars, value in _found(answer, steps(each.source), ()):
            shown = _shown(value, each.show)
            out = _set(out, _filled(steps(each.target), stars), shown)
    return _without_gaps(out)


def _found(value: Any, path: Sequence[str], stars: tuple[int, ...]) -> list[tuple[tuple[int, ...], Any]]:
    """Each value that a pointer names, with the places that its `*` stood for."""
    if not path:
        return [(stars, value)]
    if path[0] == "*" and isinstance(value, list):
        return [hit for at, item in enumerate(value) for hit in _found(item, path[1:], (*stars, at))]
    if isinstance(value, dict) and path[0] in value:
        return _found(value[path[0]], path[1:], stars)
    return []


def _filled(path: Sequence[str], stars: Sequence[int]) -> list[str | int]:
    left = iter(stars)
    return [next(left) if step == "*" else step for step in path]


def _set(there: Any, path: Sequence[str | int], value: Any) -> Any:
    """The value at a place; arrays are kept as objects by number until `_without_gaps`."""
    if not path:
        return value
    inner = there if isinstance(there, dict) else {}
    inner[path[0]] = _set(inner.get(path[0]), path[1:], value)
    return inner


def _without_gaps(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(name, int) for name in value):
        return [_without_gaps(value[at]) for at in sorted(value)]
    return {name: _without_gaps(part) for name, part in value.items()}


def _shown(value: Any, show: str) -> Any:
    if show == "as_is":
        return value
    text = be_digits(value)
    return value if text is None else int(text) if show == "be_date" else text


def be_digits(value: Any) -> str | None:
    """An ISO date as the gateway writes one: `1982-05-17` is `25250517`, an unknown day or month stays 00."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    try:
        buddhist = buddhist_year(date(year, month or 12, day or 1))
    except ValueError:
        return None
    return f"{buddhist:04d}{month:02d}{day:02d}"


# -- registering ----------------------------------------------------------------------------------


def mapping_faults(mapping: Mapping, others: Sequence[Mapping], about_a_person: bool) -> list[Fault]:
    """What is wrong with a mapping, for whoever registers it.

    Args:
        others: the agency's other mappings.
        about_a_person: whether the service is about a person; then nothing may go into its address.
    """
    faults: list[Fault] = []
    segments = mapping.path.strip("/").split("/")
    if not all(_SEGMENT.fullmatch(segment) for segment in segments) or ".." in segments:
        faults.append(Fault("/path", "เส้นทางไม่ถูกต้อง", "Segments of letters, digits, . _ ~ - or a {name}."))
    if mapping.agency == "auth":
        faults.append(Fault("/path", "ชื่อ auth สงวนไว้", "`auth` is the gateway's own."))
    if ".." in mapping.service_path or "?" in mapping.service_path:
        faults.append(Fault("/service_path", "เส้นทางไม่ถูกต้อง", "A fixed path without `..` and query."))
    if mapping.query and about_a_person:
        faults.append(Fault("/query", "บริการเกี่ยวกับบุคคล ห้ามส่งข้อมูลในที่อยู่", "The service is about a person: use the body."))
    if (mapping.predicate is None) is not (not mapping.claims):
        faults.append(Fault("/claims", "ต้องมีคู่กับ predicate", "Go together with a predicate."))
    if (mapping.body is None and (mapping.assign or mapping.predicate)) or (mapping.body is not None and mapping.query):
        faults.append(Fault("/body", "ใช้ body หรือ query อย่างใดอย่างหนึ่ง", "Either a body to fill, or a query."))
    for at, each in enumerate(mapping.answer):
        if steps(each.source).count("*") != steps(each.target).count("*"):
            faults.append(Fault(f"/answer/{at}", "จำนวน * ไม่เท่ากัน", "Source and target need as many `*`."))
    same = (mapping.method, _shape(mapping.path), sorted(mapping.when))
    twins = [other for other in others if (other.method, _shape(other.path), sorted(other.when)) == same]
    if any(other.code != mapping.code for other in twins):
        faults.append(Fault("/path", "มีรายการอื่นใช้เส้นทางนี้แล้ว", "Another mapping has this method, path and `when`."))
    return faults


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path.strip("/"))
