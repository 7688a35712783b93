"""Who is calling: from a bearer token to a `Caller`, or a refusal.

`access_tokens.py` says whether a token holds; here it becomes somebody, and a route admits them or not. Roles are never
read from a token: an officer's agency and roles are kept by the room (`Staff`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Literal, Protocol

from .access_tokens import Tokens, forged
from .dataclass import dataclass
from .errors import AssuranceTooLow, NotAllowed, Unauthenticated
from .keyring import Keyring
from .thai import NationalId, is_national_id

Kind = Literal["public", "citizen", "officer", "system"]


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        kind: public (no token), citizen, officer or system.
        id: the room's pseudonym of a person, the subsystem id of a system, "" for public.
        name: display name, Thai.
        agency: an officer's agency or a system's member, as `TH/CLASS/CODE`.
        roles: an officer's roles.
        pid: the national id, for a person; hidden from repr and never to be stored in the clear.
        ial: identity assurance level of the login.
        actor: who acts for this person, as `kind:id`; None when they act themself (RFC 8693 s.4.1).
        scopes: what the actor may do.
        mandate: id of what allows the actor to act.
        session: the session of the login, where it is one of Klang's own.
    """

    kind: Kind
    id: str = ""
    name: str = ""
    agency: str | None = None
    roles: frozenset[str] = frozenset()
    pid: NationalId | None = field(default=None, repr=False)
    ial: str = "0"
    actor: str | None = None
    scopes: frozenset[str] = frozenset()
    mandate: str | None = None
    session: str | None = None

    @property
    def label(self) -> str:
        """`kind:id`, for events and logs; with ` by kind:id` where another acts for the person."""
        name = f"{self.kind}:{self.id}" if self.id else self.kind
        return name if self.actor is None else f"{name} by {self.actor}"


NOBODY = Caller("public")


@dataclass(frozen=True)
class Posting:
    """Where an officer serves and what for."""

    agency: str
    roles: frozenset[str]
    name: str = ""


class Staff(Protocol):
    """A room's register of its officers."""

    def posting(self, pseudonym: str) -> Posting | None:
        """The officer's posting, or None for everybody else."""
        ...


@dataclass(frozen=True)
class Allow:
    """One kind of caller that a route admits.

    Attributes:
        kind: which.
        roles: for an officer, any of these roles (empty: any officer).
        min_ial: for a citizen, the weakest login admitted.
        acting: the scope under which another may do this for a citizen; None: only they themself.
    """

    kind: Kind
    roles: frozenset[str] = frozenset()
    min_ial: str = "0"
    acting: str | None = None


PUBLIC = Allow("public")
CITIZEN = Allow("citizen")
SYSTEM = Allow("system")


def citizen(*, min_ial: str = "0", acting: str | None = None) -> Allow:
    """Citizens whose login has at least this identity assurance level (NDID/ETDA scale, e.g. "2.3").

    With `acting` also who acts for one, by a mandate with this scope.
    """
    return Allow("citizen", min_ial=min_ial, acting=acting)


def officer(*roles: str) -> Allow:
    """Officers with any of these roles."""
    return Allow("officer", frozenset(roles))


class Gate:
    """Decides who a request comes from and whether a route admits them.

    Args:
        tokens: the token check.
        keyring: the room's keyring, for pseudonyms.
        staff: the room's officers; None where the room has none.
    """

    def __init__(self, tokens: Tokens, keyring: Keyring, staff: Staff | None = None) -> None:
        self._tokens = tokens
        self._keyring = keyring
        self._staff = staff

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, if one of `allow` fits.

        A public route with a token still learns who calls; a token that does not hold is refused even there.

        Raises:
            Unauthenticated, NotAllowed, AssuranceTooLow.
        """
        public = any(rule.kind == "public" for rule in allow)
        if not authorization:
            if public:
                return NOBODY
            raise Unauthenticated("โปรดเข้าสู่ระบบ", "Send an access token: `Authorization: Bearer ...`.")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise forged()
        issuer, claims = self._tokens.check(token)
        if issuer.kind == "system":
            caller = _system(claims)
            fits = any(rule.kind == "system" for rule in allow)
        else:
            if "act" in claims and not issuer.lets_act:
                raise forged()
            caller, fits = self._person(claims, allow)
            if issuer.lets_act and isinstance(claims.get("sid"), str):
                caller = replace(caller, session=claims["sid"])
        if fits or public:
            return caller
        raise NotAllowed("บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", "This account may not do this.")

    def _person(self, claims: Mapping[str, Any], allow: Sequence[Allow]) -> tuple[Caller, bool]:
        pid = claims.get("pid")
        if not isinstance(pid, str) or not is_national_id(pid):
            raise forged()
        caller = Caller(
            "citizen",
            id=self._keyring.pseudonym(pid),
            name=str(claims.get("name", "")),
            pid=NationalId(pid),
            ial=str(claims.get("ial", "0")),
            **_acting(claims),
        )
        for rule in allow:
            if rule.kind == "officer" and self._staff is not None and caller.actor is None:
                posting = self._staff.posting(caller.id)
                if posting is not None and (not rule.roles or rule.roles & posting.roles):
                    return _as_officer(caller, posting), True
        citizens = [
            rule for rule in allow if rule.kind == "citizen" and (caller.actor is None or rule.acting in caller.scopes)
        ]
        public = any(rule.kind == "public" for rule in allow)
        if citizens and not public and all(_level(caller.ial) < _level(rule.min_ial) for rule in citizens):
            needed = min((rule.min_ial for rule in citizens), key=_level)
            raise AssuranceTooLow(
                f"บริการนี้ต้องยืนยันตัวตนระดับ IAL {needed} ขึ้นไป",
                f"This service needs a login with identity assurance level {needed} or higher.",
            ).wanting(needed, caller.ial)
        return caller, bool(citizens)


def _acting(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Who acts for the person of a token, and what they may do (RFC 8693 s.4.1 and 4.2)."""
    act = claims.get("act")
    if act is None:
        return {}
    actor = act.get("sub") if isinstance(act, dict) else None
    scope, mandate = claims.get("scope"), claims.get("mandate")
    if not isinstance(actor, str) or not actor or not isinstance(scope, str) or not isinstance(mandate, str):
        raise forged()
    return {"actor": actor, "scopes": frozenset(scope.split()), "mandate": mandate}


def _as_officer(person: Caller, posting: Posting) -> Caller:
    return Caller(
        "officer",
        id=person.id,
        name=posting.name or person.name,
        agency=posting.agency,
        roles=posting.roles,
        pid=person.pid,
        ial=person.ial,
    )


def _system(claims: Mapping[str, Any]) -> Caller:
    client = claims.get("client_id")
    if not isinstance(client, str) or client.count("/") != 3:
        raise forged()
    return Caller("system", id=client, name=client, agency=client.rsplit("/", 1)[0])


def strong_enough(ial: str, needed: str) -> bool:
    """Whether a login has at least this identity assurance level."""
    return _level(ial) >= _level(needed)


def _level(ial: str) -> tuple[int, ...]:
    parts = ial.split(".")
    return tuple(int(part) for part in parts) if all(part.isascii() and part.isdigit() for part in parts) else (0,)
