"""The issuers whose credentials this room can check: their published keys, status lists and names of types.

Only addresses of issuers on the list are ever called, whatever a credential names, and nothing of a credential goes
with the question. Keys are kept for five minutes, a status list for half a minute: a revocation bites soon. What a type
and its claims are called is kept for an hour; it only helps the reader, so an issuer that does not say it is no fault.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from chalicelib.shared.credential_types import LONGEST_VCT, NOTHING, Described, TypeMetadata, read
from chalicelib.shared.credentials import StatusReference
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.egress import Http, HttpAnswer, Unreachable
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.jose import Jwks
from chalicelib.shared.status_list import Status, look_up
from chalicelib.shared.thai import Text

KEYS_FRESH, KEYS_PAUSE, LIST_FRESH = 300.0, 10.0, 30.0
TYPE_FRESH, TYPE_PAUSE = 3600.0, 60.0
MOST_LISTS, MOST_TYPES = 64, 256
_TIMEOUT, _TYPE_TIMEOUT = 5.0, 2.0


@dataclass(frozen=True)
class Trusted:
    """An issuer whom this room believes.

    Attributes:
        iss: its exact name.
        name: for people.
        http: the way there.
        keys: its keys where they are at hand; else its published metadata is read.
        types: what its types are called: at hand, or the address that is asked with `?vct=`; None: it does not say.
    """

    iss: str
    name: Text
    http: Http
    keys: Callable[[], Jwks] | None = None
    types: Callable[[str], TypeMetadata | None] | str | None = None


class Issuers:
    """Keys and status lists of trusted issuers.

    Args:
        trusted: who.
        timer: seconds that only grow, for how long answers are kept.
    """

    def __init__(self, trusted: Sequence[Trusted], timer: Callable[[], float] = time.monotonic) -> None:
        self._trusted = {each.iss: each for each in trusted}
        self._timer = timer
        self._keys: dict[str, tuple[float, Jwks]] = {}
        self._lists: dict[str, tuple[float, str]] = {}
        self._types: dict[tuple[str, str], tuple[float, Described]] = {}
        self._mute: dict[str, float] = {}

    def find(self, iss: str) -> Trusted | None:
        """The issuer, if it is believed."""
        return self._trusted.get(iss)

    def keys(self, issuer: Trusted, *, anew: bool = False) -> Jwks:
        """Its public keys (`anew`: not the kept ones).

        Raises:
            UpstreamFailed: it does not answer, or nonsense.
        """
        if issuer.keys is not None:
            return issuer.keys()
        kept = self._keys.get(issuer.iss)
        # a flood of invented key ids must not become one of questions to the issuer
        if kept is None or self._timer() - kept[0] > (KEYS_PAUSE if anew else KEYS_FRESH):
            kept = self._keys[issuer.iss] = (self._timer(), self._published(issuer))
        return kept[1]

    def status(self, issuer: Trusted, reference: StatusReference, now: dt.datetime) -> Status:
        """How a credential stands in its issuer's list.

        Raises:
            UpstreamFailed: the issuer does not answer.
            TokenRefused: the list does not hold, or is none of this issuer's.
        """
        if _origin(reference.uri) != _origin(issuer.iss):
            raise silent()
        kept = self._lists.get(reference.uri)
        if kept is None or self._timer() - kept[0] > LIST_FRESH:
            if len(self._lists) >= MOST_LISTS:
                self._lists.clear()
            token = _get(issuer.http, reference.uri, "application/statuslist+jwt").decode("ascii", "replace")
            kept = self._lists[reference.uri] = (self._timer(), token)
        return look_up(kept[1], reference, self.keys(issuer), now=now, issuer=issuer.iss)

    def described(self, iss: str, vct: str) -> Described:
        """What a type of credential and its claims are called, as far as its issuer says; never fails.

        At most one question per type and `TYPE_FRESH`. An issuer that was away is not asked about any type for
        `TYPE_PAUSE`: a page of papers waits for it once.
        """
        issuer = self._trusted.get(iss)
        if issuer is None or issuer.types is None or len(vct) > LONGEST_VCT:
            return NOTHING
        kept, now = self._types.get((iss, vct)), self._timer()
        if kept is not None and now < kept[0]:
            return kept[1]
        if isinstance(issuer.types, str):
            found = self._told(issuer.http, issuer.types, iss, vct)
        else:
            own = issuer.types(vct)
            found = NOTHING if own is None else read(own.model_dump_json().encode(), vct)
        if found is None:  # away: what it said before still holds
            return NOTHING if kept is None else kept[1]
        if len(self._types) >= MOST_TYPES:
            self._types.clear()
        self._types[iss, vct] = (now + (TYPE_PAUSE if found == NOTHING else TYPE_FRESH), found)
        return found

    def _told(self, http: Http, address: str, iss: str, vct: str) -> Described | None:
        """What the issuer answers; None where it is away."""
        if self._timer() < self._mute.get(iss, 0.0):
            return None
        url = f"{address}?vct={quote(vct, safe='', errors='replace')}"
        try:
            answer = http.send("GET", url, headers={"accept": "application/json"}, timeout=_TYPE_TIMEOUT)
        except Unreachable:
            answer = HttpAnswer(503)
        if answer.status == 429 or answer.status >= 500:
            self._mute[iss] = self._timer() + TYPE_PAUSE
            return None
        return read(answer.body, vct) if answer.status == 200 else NOTHING

    def _published(self, issuer: Trusted) -> Jwks:
        """SD-JWT VC, "JWT VC Issuer Metadata": the well-known part stands between host and path."""
        parts = urlsplit(issuer.iss)
        path = "" if parts.path == "/" else parts.path
        told = _json(issuer.http, f"{parts.scheme}://{parts.netloc}/.well-known/jwt-vc-issuer{path}")
        if told.get("issuer") != issuer.iss:
            raise silent()
        keys = told.get("jwks")
        if keys is None and isinstance(uri := told.get("jwks_uri"), str) and _origin(uri) == _origin(issuer.iss):
            keys = _json(issuer.http, uri)
        if not isinstance(keys, Mapping) or not isinstance(keys.get("keys"), list):
            raise silent()
        return keys


def silent() -> UpstreamFailed:
    """The issuer cannot be asked just now: nothing is said of the credential."""
    return UpstreamFailed(
        "ติดต่อผู้ออกเอกสารเพื่อตรวจสอบไม่ได้ในขณะนี้ โปรดลองใหม่ภายหลัง",
        "The issuer cannot be asked just now, so nothing is said of this document; try again later.",
        retry_after=30,
    )


def _json(http: Http, url: str) -> Mapping[str, Any]:
    try:
        found = json.loads(_get(http, url, "application/json"))
    except ValueError:
        raise silent() from None
    if not isinstance(found, Mapping):
        raise silent()
    return found


def _get(http: Http, url: str, accept: str) -> bytes:
    try:
        answer = http.send("GET", url, headers={"accept": accept}, timeout=_TIMEOUT)
    except Unreachable:
        raise silent() from None
    if answer.status != 200:
        raise silent()
    return answer.body


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", url)
    return (parts.scheme, parts.netloc)
