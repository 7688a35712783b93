"""What a request on `/r1` asks for: the record, or (header `X-Gdx-Predicate`) only whether claims about it hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field

from ...shared.dataclass import dataclass
from ...shared.errors import Fault
from ...shared.json_text import parse_json
from ..refusals import InvalidBody

MAX_CLAIMS = 20


@dataclass(frozen=True)
class Question:
    """The request as the provider gets it, and what is to be verified.

    Attributes:
        body: for the provider.
        predicate: code of the agreed predicate, or None when the record itself is asked for.
        claims: what to hold against the record; never sent to the provider.
    """

    body: bytes = field(repr=False)
    predicate: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict, repr=False)


def question(predicate: str | None, body: bytes) -> Question:
    """Reads a request body.

    Args:
        predicate: value of `X-Gdx-Predicate`; with it the body is `{"request": ..., "claims": {name: text}}`.
        body: as sent.

    Raises:
        Malformed: with a predicate, the body is not JSON.
        InvalidBody: with a predicate, the body is not of that form.
    """
    if predicate is None:
        return Question(body)
    sent = parse_json(body)
    faults = []
    if not isinstance(sent, dict) or set(sent) - {"request", "claims"}:
        faults.append(Fault("", "ต้องเป็นออบเจกต์ที่มี request และ claims เท่านั้น", "Must hold request and claims only."))
        sent = {}
    claims = sent.get("claims")
    if not isinstance(claims, dict) or not 1 <= len(claims) <= MAX_CLAIMS:
        faults.append(Fault("/claims", f"ต้องมี 1 ถึง {MAX_CLAIMS} รายการ", f"1 to {MAX_CLAIMS} claims."))
        claims = {}
    elif not all(isinstance(value, str) for value in claims.values()):
        faults.append(Fault("/claims", "ค่าต้องเป็นข้อความ", "Each claim is text."))
    if faults:
        raise InvalidBody("คำถามเพื่อยืนยันข้อมูลไม่ถูกต้อง", "The body is not a question that can be verified.", faults)
    request = sent.get("request")
    inner = b"" if request is None else json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()
    return Question(inner, predicate, claims)
