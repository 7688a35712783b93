"""A neighbour's routes called with the person's own token: what a portal does for somebody who could do it themself.

The portal adds no right of its own: whoever answers judges the token as if its holder had come directly. Refusals come
back as what they were, so that they read the same on both sides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from . import errors
from .dataclass import dataclass
from .egress import Http, HttpAnswer, Unreachable
from .errors import AssuranceTooLow, Fault, Refusal, UpstreamFailed
from .later import pattern
from .problems import TYPE_BASE

TIMEOUT = 20.0
_KINDS: Mapping[str, type[Refusal]] = {
    kind.slug: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)
}
_ETAG = pattern(r'"v([0-9]{1,9})"')


@dataclass(frozen=True)
class Relayed:
    """What the neighbour answered.

    Attributes:
        value: JSON types, or None for no body.
        version: of the thing shown, from its ETag.
        replayed: whether it was the answer to an earlier request with the same Idempotency-Key.
    """

    value: Any = field(repr=False)
    version: int | None = None
    replayed: bool = False


@dataclass(frozen=True)
class Own:
    """What a call carries of the person's own request.

    Attributes:
        authorization: the header, as it came.
        language: of texts.
        key: their Idempotency-Key, if they sent one.
    """

    authorization: str = field(repr=False)
    language: str
    key: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str], language: str) -> Own:
        """Of a request's headers (names in lower case)."""
        return cls(headers.get("authorization", ""), language, headers.get("idempotency-key"))


class Relay:
    """One neighbour.

    Args:
        http: the way there: over the network, or `next_door.NextDoor`.
        address: its public address, no trailing slash.
    """

    def __init__(self, http: Http, address: str) -> None:
        self._http = http
        self._address = address

    def call(self, own: Own, method: str, path: str, body: Any = None, *, if_match: int | None = None) -> Relayed:
        """One request in the person's name.

        Args:
            own: whose.
            method, path: of the neighbour's route, with its query.
            body: JSON types, or None.
            if_match: version that the person read.

        Raises:
            Refusal: what the neighbour said, as it said it.
            UpstreamFailed: it did not answer, or nonsense.
        """
        headers = {
            "accept": "application/json",
            "accept-language": own.language,
            "authorization": own.authorization,
            **({} if own.key is None or method == "GET" else {"idempotency-key": own.key}),
            **({} if if_match is None else {"if-match": f'"v{if_match}"'}),
        }
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            answer = self._http.send(method, self._address + path, headers=headers, body=content, timeout=TIMEOUT)
        except Unreachable:
            raise silent() from None
        value = _read(answer)
        if answer.status >= 300:
            raise refusal_in(value, answer.headers)
        found = _ETAG.fullmatch(answer.headers.get("etag", ""))
        return Relayed(value, None if found is None else int(found[1]), "idempotent-replayed" in answer.headers)


def refusal_in(document: Any, headers: Mapping[str, str]) -> Refusal:
    """The refusal behind a problem document (RFC 9457) of one of our own rooms."""
    if not isinstance(document, Mapping):
        return silent()
    kind = _KINDS.get(str(document.get("type", "")).removeprefix(TYPE_BASE))
    told = document.get("errors")
    if kind is None or not isinstance(told, list) or not told:
        return silent()
    try:
        faults = [Fault(each["pointer"], each["message_th"], each["message_en"]) for each in told]
        retry = headers.get("retry-after", "")
        after = int(retry) if retry.isascii() and retry.isdigit() else None
        whole = faults[0] if len(faults) == 1 and faults[0].pointer == kind.about else None
        if whole is not None:
            refusal = kind(whole.th, whole.en, retry_after=after)
        else:
            refusal = kind(kind.title_th, kind.title_en, faults, retry_after=after)
        if isinstance(refusal, AssuranceTooLow) and "required_ial" in document:
            refusal.wanting(str(document["required_ial"]), str(document["ial"]))
        return refusal
    except (KeyError, TypeError, AttributeError):
        return silent()


def _read(answer: HttpAnswer) -> Any:
    if not answer.body:
        return None
    try:
        return json.loads(answer.body)
    except ValueError:
        raise silent() from None


def silent() -> UpstreamFailed:
    """The neighbour is away, or answers nonsense."""
    return UpstreamFailed(
        "ติดต่อระบบที่ดูแลเรื่องนี้ไม่ได้ในขณะนี้ โปรดลองใหม่ภายหลัง",
        "The system that looks after this did not answer; try again later.",
        retry_after=30,
    )
