"""Terms out of an ODRL Agreement as `odrl` writes it.

Reading is strict: a constraint, an action or a name that is not understood is refused, for dropping it would allow more
than the document does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from ...shared.errors import Fault, Invalid
from ...shared.problems import invalid_body
from ...shared.storage import Json
from ..ids import BadId, ServiceId, SubsystemId
from ..model import Agreement
from .bodies import Terms
from .odrl_names import PROFILE, REFINED, Name, of_urn

_NAMES = frozenset(
    {"@id", "@type", "profile", "target", "assigner", "assignee", "timestamp", "permission", "obligation"}
)
_PERMISSION = frozenset({"action", "assigner", "assignee", "target", "constraint"})
_TARGET = frozenset({"@type", "source", "refinement"})
_CONSTRAINT = frozenset({"leftOperand", "operator", "rightOperand", "unit"})
_DUTY = frozenset({"action", "constraint"})


def proposal_of(document: Mapping[str, Any]) -> Agreement:
    """The terms that an ODRL Agreement states, between the two that it names; its id and time are not taken over.

    Raises:
        Invalid: it is not in the profile, states something that the exchange cannot keep, or leaves something out.
    """
    reading = _Reading()
    consumer, service = reading.parties(document)
    terms = {**reading.permissions(document), **reading.obligations(document)}
    described = terms.pop("document_hash", None)
    reading.end()
    try:
        read = Terms.model_validate_json(json.dumps(terms))
    except ValidationError as error:
        raise repointed(invalid_body(error)) from None
    return replace(read.agreement(consumer, service), document_hash=described)


def repointed(refused: Invalid) -> Invalid:
    """A refusal of terms, as one of the document that stated them."""
    faults = [
        Fault("/agreement/permission", f"{fault.th} ({fault.pointer})", f"{fault.en} ({fault.pointer})")
        for fault in refused.faults
    ]
    return Invalid(refused.th, refused.en, faults)


def _common(terms: Json) -> Json:
    return {name: value for name, value in terms.items() if name not in ("fields", "predicates")}


def _whole(right: Any) -> int | None:
    return int(right) if isinstance(right, str) and re.fullmatch(r"[1-9][0-9]{0,14}", right) else None


def _cut(pattern: str) -> Callable[[Any], str | None]:
    def cut(right: Any) -> str | None:
        found = re.fullmatch(pattern, right) if isinstance(right, str) else None
        return None if found is None else found[1]

    return cut


def _listed(right: Any) -> list[Any] | None:
    return right if isinstance(right, list) else None


def _object(right: Any) -> Json | None:
    return right if isinstance(right, dict) else None


_DAY = "([0-9]{4}-[0-9]{2}-[0-9]{2})"
_PER_DAY, _PER_MINUTE = str(Name.PER_DAY), str(Name.PER_MINUTE)
_READERS: Mapping[tuple[str, str, str | None], tuple[str, Callable[[Any], Any]]] = {
    (Name.PURPOSE, "isAnyOf", None): ("purposes", _listed),
    (Name.LEGAL_BASIS, "eq", None): ("legal_basis", _object),
    (Name.TIME, "gteq", None): ("valid_from", _cut(_DAY + r"T00:00:00\+07:00")),
    (Name.TIME, "lteq", None): ("valid_until", _cut(_DAY + r"T23:59:59\+07:00")),
    (Name.COUNT, "lteq", _PER_DAY): ("daily_quota", _whole),
    (Name.COUNT, "lteq", _PER_MINUTE): ("rate_per_minute", _whole),
    (Name.BYTES, "lteq", _PER_DAY): ("daily_bytes", _whole),
    (Name.DESCRIPTION, "eq", None): ("document_hash", _cut(r"sha-256:([0-9a-f]{64})")),
}
"""Left operand, operator and unit of each constraint that is understood: the name of the term, and how it is read."""

_REFINEMENTS: Mapping[tuple[str, str, str | None], tuple[str, Callable[[Any], Any]]] = {
    (Name.ENDPOINT, "isAnyOf", None): ("endpoints", _listed),
    (Name.FIELD, "isAnyOf", None): ("fields", _listed),
    (Name.PREDICATE, "isAnyOf", None): ("predicates", _listed),
}
_ELAPSED: Mapping[tuple[str, str, str | None], tuple[str, Callable[[Any], Any]]] = {
    (Name.ELAPSED, "lteq", None): ("retention_days", _cut(r"P(0|[1-9][0-9]{0,5})D")),
}


class _Reading:
    """Collects what is wrong on the way through a document."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def end(self) -> None:
        """Refuses the document if anything was wrong."""
        if self._faults:
            raise Invalid(
                "เอกสาร ODRL นี้นำเข้าไม่ได้ โปรดแก้ไขตามรายการ",
                "This ODRL document cannot be taken in; see errors.",
                self._faults,
            )

    def parties(self, document: Mapping[str, Any]) -> tuple[str, str]:
        """Consumer and service."""
        self._known(document, _NAMES, "/agreement")
        if document.get("@type") != "Agreement":
            self._wrong("/agreement/@type", "ต้องเป็น Agreement", "Must be Agreement.")
        if document.get("profile") != PROFILE:
            self._wrong("/agreement/profile", f"ต้องเป็น {PROFILE}", f"Must be {PROFILE}.")
        consumer = self._iri(document, "assignee", "system", SubsystemId.parse)
        provider = self._iri(document, "assigner", "system", SubsystemId.parse)
        service = self._iri(document, "target", "service", ServiceId.parse)
        if provider and service and service.rpartition("/")[0] != provider:
            self._wrong("/agreement/assigner", "ไม่ใช่เจ้าของบริการ", "Not the system whose service it is.")
        return consumer, service

    def permissions(self, document: Mapping[str, Any]) -> Json:
        """The terms that the permissions state: what is asked for by each, and constraints common to all."""
        given = self._objects(document.get("permission"), "/agreement/permission")
        terms: Json = {}
        seen: list[Any] = []
        for at, permission in given:
            action = permission.get("action")
            if action not in REFINED or action in seen:
                self._wrong(f"{at}/action", "ไม่รู้จักหรือซ้ำ", "Not known here, or given twice.")
                continue
            seen.append(action)
            self._known(permission, _PERMISSION, at)
            for name in ("assigner", "assignee"):
                if permission.get(name, document.get(name)) != document.get(name):
                    self._wrong(f"{at}/{name}", "ต่างจากของข้อตกลง", "Another than the agreement's.")
            stated = {
                **self._refined(permission.get("target"), document, str(action), f"{at}/target"),
                **self._constraints(permission.get("constraint"), _READERS, f"{at}/constraint"),
            }
            if seen[1:] and _common(stated) != _common(terms):
                self._wrong(at, "เงื่อนไขต่างจากสิทธิ์อื่นในข้อตกลง", "Its constraints differ from another permission's.")
            terms |= stated
        return terms

    def obligations(self, document: Mapping[str, Any]) -> Json:
        """The terms that the obligations state."""
        terms: Json = {"consent": False, "preview": False}
        for at, duty in self._objects(document.get("obligation", []), "/agreement/obligation"):
            self._known(duty, _DUTY, at)
            action = duty.get("action")
            if action == Name.OBTAIN_CONSENT and "constraint" not in duty:
                terms["consent"] = True
            elif action == Name.PREVIEW and "constraint" not in duty:
                terms["preview"] = True
            elif action == Name.DELETE and "retention_days" not in terms:
                found = self._constraints(duty.get("constraint"), _ELAPSED, f"{at}/constraint")
                terms["retention_days"] = int(found.get("retention_days", 0))
                if not found:
                    self._wrong(f"{at}/constraint", "ต้องบอกว่าภายในกี่วัน", "Must say within how many days.")
            else:
                self._wrong(at, "ไม่รู้จักหน้าที่นี้", "This duty is not known here.")
        return terms

    def _refined(self, target: Any, document: Mapping[str, Any], action: str, at: str) -> Json:
        if not isinstance(target, dict):
            self._wrong(at, "ต้องเป็นออบเจกต์ที่มี refinement", "Must be an object with a refinement.")
            return {}
        self._known(target, _TARGET, at)
        if target.get("source") != document.get("target"):
            self._wrong(f"{at}/source", "ต่างจากของข้อตกลง", "Another than the agreement's target.")
        wanted = REFINED[action][1]
        found = self._constraints(target.get("refinement"), _REFINEMENTS, f"{at}/refinement")
        if set(found) != {"endpoints", wanted}:
            self._wrong(f"{at}/refinement", "ต้องมี endpoint และสิ่งที่ขอ", f"Must state the endpoints and the {wanted}.")
        return found

    def _constraints(
        self,
        given: Any,
        readers: Mapping[tuple[str, str, str | None], tuple[str, Callable[[Any], Any]]],
        at: str,
    ) -> Json:
        terms: Json = {}
        for where, constraint in self._objects(given, at):
            self._known(constraint, _CONSTRAINT, where)
            key: Any = (constraint.get("leftOperand"), constraint.get("operator"), constraint.get("unit"))
            reader = readers.get(key) if all(isinstance(part, str | None) for part in key) else None
            value = None if reader is None else reader[1](constraint.get("rightOperand"))
            if reader is None or value is None or reader[0] in terms:
                self._wrong(where, "ไม่รู้จักเงื่อนไขนี้ หรือซ้ำ", "This constraint is not known here, or given twice.")
            else:
                terms[reader[0]] = value
        return terms

    def _objects(self, given: Any, at: str) -> Sequence[tuple[str, Json]]:
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            self._wrong(at, "ต้องเป็นรายการออบเจกต์", "Must be a list of objects.")
            return []
        return [(f"{at}/{number}", each) for number, each in enumerate(given)]

    def _iri(self, document: Mapping[str, Any], name: str, kind: str, parse: Callable[[str], Any]) -> str:
        text = of_urn(kind, document.get(name))
        try:
            return str(parse(text or ""))
        except BadId:
            self._wrong(f"/agreement/{name}", f"ต้องเป็น urn:klang:gdx:{kind}:...", f"Must be urn:klang:gdx:{kind}:...")
            return ""

    def _known(self, given: Mapping[str, Any], names: frozenset[str], at: str) -> None:
        if not names.issuperset(given):
            self._wrong(at, "มีข้อมูลที่ไม่รู้จัก", "It states something that is not known here.")

    def _wrong(self, at: str, th: str, en: str) -> None:
        self._faults.append(Fault(at, th, en))
