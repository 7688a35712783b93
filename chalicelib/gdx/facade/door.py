"""The third door to the one pipeline: a legacy call becomes an `Ask`, its outcome a legacy answer."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ...shared.errors import Fault, Malformed, UnsupportedMedia
from ...shared.json_text import parse_json
from ..exchanges import Exchanges
from ..ids import ServiceId
from ..model import Ask, Outcome
from ..rules import checked_case
from ..xroad.message import message_id_of
from .errors import JSON, api_not_found, of_answer
from .mappings import Mappings
from .model import Mapping, Session
from .rules import assembled, fitting, named, renamed

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 100


class Door:
    """Carries legacy calls.

    Args:
        exchanges: the pipeline.
        mappings: what the calls mean.
    """

    def __init__(self, exchanges: Exchanges, mappings: Mappings) -> None:
        self._exchanges = exchanges
        self._mappings = mappings

    def run(
        self,
        session: Session,
        method: str,
        agency: str,
        path: Sequence[str],
        parameters: Dict[str, Any],
        headers: Dict[str, str],
    ) -> tuple[Outcome, bytes, str]:
        """The exchange that a call means, with its legacy answer: body and media type.

        Args:
            session: who calls.
            method: HTTP method.
            agency: first segment after `/ws`.
            path: the segments after it, decoded.
            parameters: of the query string and the body together (`parameters`).
            headers: of the call, names in lower case.

        Raises:
            ApiNotFound: no mapping; InvalidBody: parameters are missing; and all that the pipeline refuses.
        """
        found = fitting(self._mappings.of(agency), method, path, parameters)
        if found is None:
            raise api_not_found()
        mapping, held = found
        outcome = self._exchanges.run(asked(mapping, session, {**parameters, **held}, headers), "dataservice")
        return outcome, *answered(mapping, outcome)


def asked(mapping: Mapping, session: Session, parameters: Dict[str, Any], headers: Dict[str, str]) -> Ask:
    """The request to the service.

    Raises:
        InvalidBody, InvalidRequest.
    """
    body = b"" if mapping.body is None else _dumped(assembled(mapping, parameters))
    sent = {"accept": "application/json", "x-road-userid": session.agent}
    if body:
        sent["content-type"] = "application/json"
    instance = session.subsystem.member.instance
    return Ask(
        client=session.subsystem,
        service=in_instance(mapping.service, instance),
        method=mapping.service_method,
        path=mapping.service_path,
        query=urlencode(named(mapping.query, parameters)),
        body=body,
        headers=sent,
        message_id=message_id_of(headers, instance),
        purpose=headers.get("x-gdx-purpose") or mapping.purpose or session.purpose,
        case=checked_case(headers.get("x-road-issue")),
        predicate=mapping.predicate,
        claims=named(mapping.claims, parameters),
        door="ws",
        agent=session.agent,
    )


def in_instance(service: ServiceId, instance: str) -> ServiceId:
    """The service of the same name in an instance: a client in the sandbox tries the very calls that it will make."""
    system = service.subsystem
    return replace(service, subsystem=replace(system, member=replace(system.member, instance=instance)))


def answered(mapping: Mapping, outcome: Outcome) -> tuple[bytes, str]:
    """The legacy answer's body and media type."""
    if outcome.status >= 400:
        return _dumped(of_answer(outcome.status)), JSON
    media_type = outcome.headers.get("content-type", JSON)
    if not mapping.answer or "json" not in media_type:
        return outcome.body, media_type
    return _dumped(renamed(json.loads(outcome.body), mapping.answer)), JSON


def parameters(query: Dict[str, Sequence[str]], media_type: str, body: bytes) -> dict[str, Any]:
    """The parameters of a call, wherever they stand; a name may stand in one place only.

    Args:
        query: of the query string.
        media_type: of the body: a form or a JSON object.
        body: the body, or b"".

    Raises:
        Malformed: a name is repeated, or the body cannot be read.
        UnsupportedMedia: neither a form nor JSON.
    """
    pairs = [(name, value) for name, values in query.items() for value in values]
    kind = media_type.split(";")[0].strip().lower()
    content: dict[str, Any] = {}
    if not body:
        pass
    elif kind == FORM:
        try:
            pairs += parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        except ValueError:
            raise Malformed(f"โปรดส่งเป็น {FORM} ที่ถูกต้อง", "The body is no form.") from None
    elif kind in ("", "application/json"):
        parsed = parse_json(body)
        if not isinstance(parsed, dict):
            raise Malformed("ข้อมูลต้องเป็นวัตถุ JSON", "The body must be a JSON object.")
        content = parsed
    else:
        raise UnsupportedMedia("โปรดส่งเป็น JSON หรือ form", f"Send application/json or {FORM}.")
    out = {**dict(pairs), **content}
    if len(out) != len(pairs) + len(content):
        raise Malformed(
            "มีพารามิเตอร์ซ้ำ", "A parameter is given twice.", [Fault("query:", "ระบุได้ครั้งเดียว", "Give each one once.")]
        )
    return out


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
