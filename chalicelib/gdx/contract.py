"""A service's OpenAPI 3 description as a contract: which operations there are and what they may answer.

Documents are untrusted: they may point nowhere outside themselves, and no reference is ever fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..shared.errors import Fault
from .quick_schema import Check, compiled
from .refusals import InconsistentResponse

if TYPE_CHECKING:
    from referencing import Registry

MAX_DOCUMENT = 200_000
"""Bytes of a description; it lies in one item of the table."""

PLAIN_REST: Mapping[str, Any] = {"x-road-service-type": "REST"}
"""Stands where a service has no OpenAPI description (X-Road's service type REST): its answers are cut down to the
agreed fields, but there is nothing to check them against."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_DOCUMENT = "urn:klang:openapi"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(METHOD, path template, operation) of each operation, in the document's order."""
    paths = document.get("paths")
    for path, entry in paths.items() if isinstance(paths, dict) else ():
        for method in _METHODS:
            if isinstance(entry, dict) and isinstance(entry.get(method), dict):
                yield method.upper(), path, entry[method]


def endpoints(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(METHOD, path) as X-Road lists them: path parameters are `*`."""
    return [(method, re.sub(r"\{[^/{}]*\}", "*", path)) for method, path, _ in operations(document)]


def faults_of(document: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a description, for whoever registers it; empty when it can be used.

    `PLAIN_REST` in its place says outright that there is none.
    """
    if document == PLAIN_REST:
        return []
    if len(json.dumps(document, ensure_ascii=False).encode()) > MAX_DOCUMENT:
        return [Fault("/document", "เอกสารใหญ่เกิน 200 กิโลไบต์", "The description is larger than 200 kB.")]
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith(("3.0.", "3.1.")):
        return [Fault("/document/openapi", "ต้องเป็น OpenAPI 3.0 หรือ 3.1", "Must be OpenAPI 3.0 or 3.1.")]
    found = list(operations(document))
    if not found:
        return [Fault("/document/paths", "ไม่มีรายการ operation", "It describes no operation.")]
    faults = []
    if any(not reference.startswith("#/") for reference in _references(document)):
        faults.append(
            Fault("/document", "$ref ต้องชี้ภายในเอกสารเท่านั้น", "Each $ref must point within the document itself.")
        )
    for method, path, operation in found:
        where = f"/document/paths/{_escape(path)}/{method.lower()}"
        responses = operation.get("responses")
        if not isinstance(responses, dict) or not any(str(status).startswith("2") for status in responses):
            faults.append(Fault(f"{where}/responses", "ไม่มีคำตอบ 2xx", "It describes no 2xx answer."))
    if not all(_sound(json.dumps(schema)) for schema in _schemas(document)):
        faults.append(Fault("/document", "มี JSON Schema ที่ไม่ถูกต้อง", "It holds an invalid JSON Schema."))
    return faults


@lru_cache(maxsize=512)
def _sound(schema: str) -> bool:
    """Whether a text is a JSON Schema; remembered, for descriptions come back with most of their schemas unchanged."""
    import jsonschema

    try:
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))
    except jsonschema.SchemaError:
        return False
    return True


class Contract:
    """The answers that one description allows.

    Args:
        document: a description without faults.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = plain(document)
        self._templates = [
            (method, re.compile("/".join(_segment(part) for part in path.split("/"))), path)
            for method, path, _ in operations(document)
        ]
        self._registry: Registry[Any] | None = None
        self._quick: dict[str, Check | None] = {}
        self._answers: dict[tuple[str, str, int], str | None] = {}

    def check(self, method: str, path: str, status: int, media_type: str, value: Any) -> None:
        """Holds a JSON answer against the description.

        Raises:
            InconsistentResponse: the description has no such answer, or the answer breaks its schema. Which part breaks
                it is told, never with which value.
        """
        from jsonschema import Draft202012Validator

        if self._document == PLAIN_REST:
            return
        pointer = self._answer_pointer(method, path, status)
        if pointer is None:
            raise _inconsistent("", "ไม่มีคำตอบสถานะนี้ในคำอธิบายบริการ", "its description has no such answer")
        content = self._at(f"{pointer}/content")
        name = next((name for name in (content or {}) if name.split(";")[0].strip().lower() == media_type), None)
        if name is None:
            raise _inconsistent("", "ชนิดข้อมูลไม่ตรงกับคำอธิบายบริการ", "its description has no such media type")
        if not isinstance(content[name].get("schema"), dict):
            raise _inconsistent("", "คำอธิบายบริการไม่มีโครงสร้างคำตอบ", "its description gives no schema")
        place = f"{pointer}/content/{_escape(name)}/schema"
        if self._surely_valid(place, value):
            return
        reference = {"$ref": f"{_DOCUMENT}#{place}"}
        validator = Draft202012Validator(reference, registry=self._resources())
        error = next(iter(validator.iter_errors(value)), None)
        if error is not None:
            part = "".join(f"/{_escape(str(step))}" for step in error.absolute_path)
            raise _inconsistent(
                part,
                f"คำตอบผิดโครงสร้าง ({error.validator})",
                f"the answer breaks its schema ({error.validator})",
            )

    def operation(self, method: str, path: str) -> str | None:
        """The path template of the operation that a request names, or None: it says which without saying about whom."""
        return next(iter(self._fitting(method, path)), None)

    def _fitting(self, method: str, path: str) -> list[str]:
        # a literal path wins over a template, as OpenAPI says
        return sorted(
            (template for verb, pattern, template in self._templates if verb == method and pattern.fullmatch(path)),
            key=lambda template: template.count("{"),
        )

    def _surely_valid(self, place: str, value: Any) -> bool:
        if place not in self._quick:
            self._quick[place] = compiled(self._document, place)
        check = self._quick[place]
        try:
            return check is not None and check(value)
        except RecursionError:
            return False

    def _answer_pointer(self, method: str, path: str, status: int) -> str | None:
        for template in self._fitting(method, path):
            place = (method, template, status)
            if place not in self._answers:
                self._answers[place] = self._answer_of(*place)
            if (found := self._answers[place]) is not None:
                return found
        return None

    def _answer_of(self, method: str, template: str, status: int) -> str | None:
        """Where the answer of an operation with this status is described."""
        pointer = f"/paths/{_escape(template)}/{method.lower()}/responses"
        responses = self._at(pointer) or {}
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in responses:
                return self._followed(f"{pointer}/{name}")
        return None

    def _followed(self, pointer: str) -> str:
        for _ in range(8):
            reference = (self._at(pointer) or {}).get("$ref")
            if not isinstance(reference, str):
                return pointer
            pointer = reference.removeprefix("#")
        return pointer

    def _at(self, pointer: str) -> Any:
        value: Any = self._document
        for token in pointer.split("/")[1:]:
            if not isinstance(value, dict):
                return None
            value = value.get(token.replace("~1", "/").replace("~0", "~"))
        return value

    def _resources(self) -> Registry[Any]:
        if self._registry is None:
            from referencing import Registry
            from referencing.jsonschema import DRAFT202012

            # an empty registry retrieves nothing: a reference to elsewhere cannot make the exchange fetch it
            resource = DRAFT202012.create_resource(self._document)
            self._registry = Registry().with_resource(_DOCUMENT, resource)
        return self._registry


def _inconsistent(place: str, th: str, en: str) -> InconsistentResponse:
    faults = [Fault(f"answer:{place}", th, en)] if place else []
    return InconsistentResponse(
        f"คำตอบของหน่วยงานเจ้าของข้อมูลไม่ตรงกับคำอธิบายบริการ: {th}",
        f"The provider's answer does not fit its description: {en}.",
        faults,
    )


def _segment(part: str) -> str:
    return "".join("[^/]+" if piece.startswith("{") else re.escape(piece) for piece in re.split(r"(\{[^{}]*\})", part))


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name in ("$ref", "$dynamicRef") and isinstance(part, str):
                yield part
            elif name in ("$id", "$schema") and isinstance(part, str):
                yield part  # would move the base of every reference below it
            else:
                yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def _schemas(document: Mapping[str, Any]) -> Iterator[Any]:
    components = document.get("components")
    named = components.get("schemas") if isinstance(components, dict) else None
    yield from named.values() if isinstance(named, dict) else ()
    for _, _, operation in operations(document):
        responses = operation.get("responses")
        for response in responses.values() if isinstance(responses, dict) else ():
            content = response.get("content") if isinstance(response, dict) else None
            for entry in content.values() if isinstance(content, dict) else ():
                if isinstance(entry, dict) and "schema" in entry:
                    yield entry["schema"]


def plain(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The description with OpenAPI 3.0's `nullable` said as JSON Schema 2020-12 says it."""
    found: Mapping[str, Any] = _without_nullable(document)
    return found


def document_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a description's canonical JSON: names sorted, no blanks, UTF-8."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _without_nullable(value: Any) -> Any:
    """OpenAPI 3.0's `nullable: true` as JSON Schema 2020-12 says it."""
    if isinstance(value, list):
        return [_without_nullable(part) for part in value]
    if not isinstance(value, dict):
        return value
    out = {name: _without_nullable(part) for name, part in value.items()}
    if out.get("nullable") is True and isinstance(out.get("type"), str):
        out["type"] = [out["type"], "null"]
        del out["nullable"]
        if isinstance(out.get("enum"), list) and None not in out["enum"]:
            out["enum"] = [*out["enum"], None]
    return out
