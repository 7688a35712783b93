"""Whether terms fit the service that they are about: its operations, and what these answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ...shared.errors import Fault
from ..contract import PLAIN_REST, operations
from ..mask import BadPointer, steps
from ..model import Agreement, Endpoint, Predicate, Service
from ..services.breaks import overlap
from .terms import MAX_TERMS, terms_text

HOW = ("exact", "name", "date")
"""Ways to compare a claim with the record (`predicates`)."""

LARGEST_FIELDS = 32_000
"""Bytes of all field names together: an exchange writes those that it met into its entry of the log (64 kB at most)."""

_CODE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_CLAIM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def faults(agreement: Agreement, service: Service | None, today: date | None, at: str = "") -> list[Fault]:
    """What is wrong with terms, for whoever proposes or orders them; empty when they can be agreed on.

    Args:
        agreement: the terms.
        service: the service as the directory has it, or None when there is none.
        today: the Thai day, to refuse terms that are over already; None to take them (an order that has ended).
        at: JSON Pointer to the terms in the body that brought them.
    """
    found = [
        *_of_time(agreement, today, at),
        *_of_codes(agreement, at),
        *_of_shapes(agreement, at),
        *_of_secrecy(agreement, at),
    ]
    if len(terms_text(agreement).encode()) > MAX_TERMS:
        found.append(Fault(at, "ข้อตกลงยาวเกิน 32 กิโลไบต์", "The terms are longer than 32 kB."))
    if service is None:
        found.append(Fault("/service", "ไม่พบบริการนี้", "No such service is registered."))
    if service is not None and service.subject is None:
        found += _of_nobody(agreement, at)
    if found or service is None:
        return found
    return misfits(agreement, service.document, at)


def misfits(agreement: Agreement, document: Mapping[str, Any], at: str = "") -> list[Fault]:
    """Where well-formed terms do not fit a description: endpoints without an operation, fields that no answer has."""
    if document == PLAIN_REST:
        return []  # there is none to hold them against
    found = []
    served: dict[int, Mapping[str, Any]] = {}
    for number, endpoint in enumerate(agreement.endpoints):
        fitting = [operation for operation in operations(document) if _serves(endpoint, *operation[:2])]
        served.update({id(operation): operation for _, _, operation in fitting})
        if not fitting:
            found.append(
                Fault(
                    f"{at}/endpoints/{number}",
                    "ไม่มี operation ใดในคำอธิบายบริการที่ตรงกัน",
                    "No operation of the service's description fits it.",
                )
            )
    answers = [schema for operation in served.values() for schema in _answers(document, operation)]
    for number, pointer in enumerate(agreement.fields):
        if not _described(document, answers, pointer):
            found.append(_unknown(f"{at}/fields/{number}"))
    for number, predicate in enumerate(agreement.predicates):
        for position, compare in enumerate(predicate.compares):
            if not _described(document, answers, compare.answer):
                found.append(_unknown(f"{at}/predicates/{number}/compares/{position}/answer"))
    return found


def _unknown(at: str) -> Fault:
    return Fault(
        at,
        "ไม่มีข้อมูลนี้ในโครงสร้างคำตอบของ operation ที่ขอ",
        "The answers of these operations have no such field in the service's description.",
    )


def _of_time(agreement: Agreement, today: date | None, at: str) -> Iterator[Fault]:
    if agreement.valid_until < agreement.valid_from:
        yield Fault(f"{at}/valid_until", "วันสิ้นสุดอยู่ก่อนวันเริ่ม", "It ends before it begins.")
    elif today is not None and agreement.valid_until < today:
        yield Fault(f"{at}/valid_until", "วันสิ้นสุดผ่านไปแล้ว", "This day has passed.")


def _of_nobody(agreement: Agreement, at: str) -> Iterator[Fault]:
    """What only makes sense where a service is about a person."""
    for name, wanted in (("consent", agreement.consent), ("preview", agreement.preview)):
        if wanted:
            yield Fault(
                f"{at}/{name}",
                "บริการนี้ไม่ใช่ข้อมูลของบุคคล จึงไม่มีผู้ให้ความยินยอม",
                "The service is not about a person, so nobody could be asked.",
            )


def _of_secrecy(agreement: Agreement, at: str) -> Iterator[Fault]:
    """Two agencies cannot agree to hide from people who looked at them; only a law can order that."""
    for number, purpose in enumerate(agreement.purposes):
        if purpose.sealed_days and agreement.order == "agreed":
            yield Fault(
                f"{at}/purposes/{number}/sealed_days",
                "ปกปิดการเข้าถึงได้เฉพาะเมื่อกฎหมายกำหนด โปรดให้ผู้ดูแลศูนย์แลกเปลี่ยนลงทะเบียนข้อตกลงตามกฎหมาย",
                "Only a law may hide an access: an operator of the exchange registers what the law orders.",
            )


def _of_codes(agreement: Agreement, at: str) -> Iterator[Fault]:
    for name, codes in (
        ("purposes", [purpose.code for purpose in agreement.purposes]),
        ("predicates", [predicate.code for predicate in agreement.predicates]),
    ):
        for number, code in enumerate(codes):
            if not _CODE.fullmatch(code):
                yield Fault(f"{at}/{name}/{number}/code", "รหัสไม่ถูกต้อง", "Lower-case letters, digits and . _ - only.")
        if len(set(codes)) != len(codes):
            yield Fault(f"{at}/{name}", "รหัสซ้ำกัน", "Two of them have one code.")


def _of_shapes(agreement: Agreement, at: str) -> Iterator[Fault]:
    if not agreement.fields and not agreement.predicates:
        yield Fault(f"{at}/fields", "ต้องมีข้อมูลหรือคำถามอย่างน้อยหนึ่ง", "Name a field, or a predicate, at least.")
    if len("".join(agreement.fields).encode()) > LARGEST_FIELDS:
        yield Fault(
            f"{at}/fields", "รายการข้อมูลยาวเกิน 32 กิโลไบต์", "Together longer than 32 kB: name what is above them."
        )
    for number, pointer in enumerate(agreement.fields):
        if not _is_pointer(pointer):
            yield Fault(f"{at}/fields/{number}", "ไม่ใช่ JSON Pointer", "Not a JSON Pointer (RFC 6901).")
    for number, endpoint in enumerate(agreement.endpoints):
        if ".." in endpoint.path or not endpoint.path.startswith(("/", "*")):
            yield Fault(f"{at}/endpoints/{number}/path", "เส้นทางไม่ถูกต้อง", "Starts with / or *, without `..`.")
    for number, predicate in enumerate(agreement.predicates):
        yield from _of_predicate(predicate, f"{at}/predicates/{number}")


def _of_predicate(predicate: Predicate, at: str) -> Iterator[Fault]:
    if not predicate.compares:
        yield Fault(f"{at}/compares", "ไม่มีสิ่งที่จะเทียบ", "It compares nothing.")
    for number, compare in enumerate(predicate.compares):
        where = f"{at}/compares/{number}"
        if not compare.answer or not _is_pointer(compare.answer) or "*" in steps(compare.answer):
            yield Fault(
                f"{where}/answer", "ต้องเป็น JSON Pointer ที่ไม่มี *", "Must be a JSON Pointer to one value, without *."
            )
        if not _CLAIM.fullmatch(compare.claim):
            yield Fault(f"{where}/claim", "ชื่อไม่ถูกต้อง", "Letters, digits and _ only, a letter first.")
        if compare.how not in HOW:
            yield Fault(f"{where}/how", "ต้องเป็น exact, name หรือ date", "Must be exact, name or date.")


def _is_pointer(text: str) -> bool:
    try:
        steps(text)
    except BadPointer:
        return False
    return True


def _serves(endpoint: Endpoint, method: str, template: str) -> bool:
    return endpoint.method in ("*", method) and overlap(endpoint.path, template)


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Any]:
    responses = operation.get("responses")
    for status, response in responses.items() if isinstance(responses, dict) else ():
        if not str(status).startswith("2"):
            continue
        content = _followed(document, response).get("content")
        for media, entry in content.items() if isinstance(content, dict) else ():
            kind = media.split(";")[0].strip().lower()
            if isinstance(entry, dict) and (kind == "application/json" or kind.endswith("+json")):
                yield entry.get("schema")


def _described(document: Mapping[str, Any], schemas: Sequence[Any], pointer: str) -> bool:
    seen: set[tuple[int, int]] = set()
    return any(_leads(document, schema, steps(pointer), 0, seen) for schema in schemas)


def _leads(
    document: Mapping[str, Any], schema: Any, path: tuple[str, ...], at: int, seen: set[tuple[int, int]]
) -> bool:
    """True when a schema describes a value at `path[at:]`. Each schema is entered once per depth, so that recursive
    descriptions end.
    """
    if at == len(path):
        return True
    schema = _followed(document, schema)
    if not schema or (id(schema), at) in seen:
        return False
    seen.add((id(schema), at))
    same = [part for name in ("allOf", "anyOf", "oneOf") for part in _listed(schema.get(name))]
    return any(_leads(document, part, path, at, seen) for part in same) or any(
        _leads(document, part, path, at + 1, seen) for part in _below(schema, path[at])
    )


def _below(schema: Mapping[str, Any], step: str) -> Iterator[Any]:
    """The schemas of what one step names; what a description leaves open (`additionalProperties: true`) it does not
    describe.
    """
    items = schema.get("items")
    if step == "*" or step.isdecimal():
        yield from _listed(schema.get("prefixItems"))
        if isinstance(items, dict):
            yield items
    properties = schema.get("properties")
    if isinstance(properties, dict) and step in properties:
        # `true` and {} describe a value too, if nothing of its inside
        yield properties[step] or {}
    patterned = schema.get("patternProperties")
    # the patterns are not run: a description may hold one that never ends
    yield from patterned.values() if isinstance(patterned, dict) else ()
    # the mask's `*` is for arrays only
    if step != "*" and isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _followed(document: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    for _ in range(8):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str):
            break
        value = document
        for token in reference.removeprefix("#").split("/")[1:]:
            value = value.get(token.replace("~1", "/").replace("~0", "~")) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
