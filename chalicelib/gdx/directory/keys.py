"""The public keys of systems, with their whole history: when each began to hold and until when it held.

The keys that hold now stand in the subsystem itself (`Subsystem.jwks`), where the token endpoint reads them; a key that
is to end carries `exp` there. Every key that ever stood there has a record, so that a signature of long ago can still
be judged. Members of a record and reasons of a revocation are named as in OpenID Federation 1.0 §8.7.2.

| pk | sk | what |
|---|---|---|
| `KEYS#{subsystem}` | kid | record of one key |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, Fault, Invalid, WrongState, not_found
from ...shared.jose import TokenRefused, verify_jwt
from ...shared.journal import Once
from ...shared.storage import Change, Create, Item, Json, Key, Table, Update, every
from ..ids import SubsystemId
from ..model import Subsystem
from .rules import MAX_KEYS, key_fault, refuse, usable_keys

PROOF_TYPE = "gdx-key-proof+jwt"
PROOF_LIVES = 300
"""Seconds for which a proof of possession may be good."""
LEEWAY = timedelta(seconds=10)
LONGEST_OVERLAP = timedelta(days=400)

Reason = Literal["unspecified", "compromised", "superseded"]


@dataclass(frozen=True)
class KeyRecord:
    """One key of a system.

    Attributes:
        iat: when it began to hold (seconds).
        exp: when it ends or ended to hold, or None while nobody said so.
        revoked_at: when it was taken out at once, or None; `reason` is why.
    """

    kid: str
    jwk: Mapping[str, Any]
    iat: int
    exp: int | None = None
    revoked_at: int | None = None
    reason: Reason | None = None

    def held(self, at: datetime) -> bool:
        """Whether a signature made at this time was to be believed. A key that was revoked as compromised is not to be
        believed at any time: nobody knows since when others had it."""
        when = at.timestamp()
        over = any(end is not None and end <= when for end in (self.exp, self.revoked_at))
        return self.reason != "compromised" and self.iat <= when and not over

    def as_json(self) -> Json:
        """As it is stored and shown."""
        revoked = None if self.revoked_at is None else {"revoked_at": self.revoked_at, "reason": self.reason}
        return {"kid": self.kid, "jwk": dict(self.jwk), "iat": self.iat, "exp": self.exp, "revoked": revoked}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> KeyRecord:
        """As read."""
        revoked = data["revoked"] or {}
        return cls(data["kid"], data["jwk"], data["iat"], data["exp"], revoked.get("revoked_at"), revoked.get("reason"))


def record_key(subsystem: SubsystemId, kid: str) -> Key:
    """Where the record of a key lies."""
    return Key(f"KEYS#{subsystem}", kid)


def recorded(
    table: Table,
    subsystem: SubsystemId,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    now: datetime,
    reason: Reason,
) -> list[Change]:
    """What keeps the records true when a system's keys change from one set to another.

    Raises:
        Invalid: a kid comes back with another key (old signatures would name two keys), or a key that was in wrong
            hands comes back, under whatever kid.
    """
    old, new = ({key["kid"]: key for key in jwks["keys"]} for jwks in (before, after))
    changed = [kid for kid in sorted(old.keys() | new.keys()) if old.get(kid) != new.get(kid)]
    if not changed:
        return []
    at, found = int(now.timestamp()), {item.key.sk: item for item in every(table, f"KEYS#{subsystem}")}
    stolen = [KeyRecord.of(item.data).jwk for item in found.values() if _is_compromised(item)]
    changes: list[Change] = []
    for kid in changed:
        there = found.get(kid)
        key = new.get(kid) or old[kid]
        bare = {name: value for name, value in key.items() if name != "exp"}
        record = KeyRecord(kid, bare, at) if there is None else KeyRecord.of(there.data)
        if kid in new:
            if not _same_key(record.jwk, bare):
                refuse([Fault("/jwks/keys", "kid นี้เคยใช้กับกุญแจอื่นแล้ว", "This kid was another key's: choose a new one.")])
            if any(_same_key(jwk, bare) for jwk in stolen):
                refuse([Fault("/jwks/keys", "กุญแจนี้เคยรั่วไหล โปรดสร้างกุญแจใหม่", "It was in wrong hands: make a new key.")])
            record = replace(record, exp=key.get("exp"), revoked_at=None, reason=None)
        else:
            record = replace(record, revoked_at=at, reason=reason)
        item = Item(record_key(subsystem, kid), record.as_json())
        changes.append(Create(item) if there is None else Update(there.next(record.as_json())))
    return changes


def _is_compromised(item: Item) -> bool:
    return KeyRecord.of(item.data).reason == "compromised"


def _same_key(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("kty", "crv", "x", "y"))


def must_be_proven(
    proof: str, jwk: Mapping[str, Any], subsystem: SubsystemId, audience: str, now: datetime, where: str = "/proof"
) -> None:
    """Refuses a key whose owner did not sign with it, for this subsystem and for this exchange, a moment ago.

    The proof is a JWT of type `gdx-key-proof+jwt` with `iss` = the subsystem, `aud` = the exchange, `iat` and `exp` at
    most five minutes apart.

    Raises:
        Invalid: says what is wrong with the proof.
    """
    try:
        claims = verify_jwt(
            proof, {"keys": [jwk]}, PROOF_TYPE, now=now, issuer=str(subsystem), audience=audience, leeway=LEEWAY
        )
        iat, exp = claims.get("iat"), claims.get("exp")
        if not isinstance(iat, int | float) or not isinstance(exp, int | float) or not 0 < exp - iat <= PROOF_LIVES:
            raise TokenRefused("expired", "iat and exp must be at most five minutes apart")
    except TokenRefused as refused:
        raise Invalid(
            "หลักฐานการครอบครองกุญแจไม่ถูกต้อง",
            "The proof of possession does not hold.",
            [Fault(where, f"หลักฐานใช้ไม่ได้ ({refused.reason})", f"It does not hold: {refused}.")],
        ) from None
    except ValueError:  # a point that is not on the curve
        refuse([Fault(where, "กุญแจใช้ไม่ได้", "The key cannot be used.")])


class Changes(Protocol):
    """Changes a subsystem in one transaction with the records of its keys (`Directory.change_subsystem`)."""

    def __call__(
        self,
        identifier: SubsystemId,
        change: Callable[[Subsystem | None], Subsystem],
        by: str,
        *,
        once: Once | None = None,
        answer: Json | None = None,
        reason: Reason = "superseded",
    ) -> bool: ...


class Keys:
    """Self-service of keys: add with an overlap, retire with a date, revoke at once; never without any.

    Args:
        table: the room's table.
        change: changes a subsystem.
        audience: name of the exchange in proofs.
        clock: tells the time.
    """

    def __init__(self, table: Table, change: Changes, audience: str, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._change = change
        self._audience = audience
        self._clock = clock

    def history(self, subsystem: SubsystemId) -> list[KeyRecord]:
        """Every key that a system ever had, by the time it began."""
        found = [KeyRecord.of(item.data) for item in every(self._table, f"KEYS#{subsystem}")]
        return sorted(found, key=lambda record: (record.iat, record.kid))

    def add(self, once: Once, subsystem: SubsystemId, jwk: Mapping[str, Any], proof: str, by: str) -> None:
        """Lets one more key hold beside those that do.

        Raises:
            Invalid: the key or its proof does not hold, or its kid was another key's.
            AlreadyThere: the key is there.
            WrongState: there are five already.
            NotFound, Stale, Replayed, KeyReused.
        """
        refuse(key_fault(dict(jwk), "/jwk"))
        now = self._clock()
        must_be_proven(proof, jwk, subsystem, self._audience, now)
        bare = {name: jwk[name] for name in ("kty", "crv", "x", "y", "kid", "alg", "use") if name in jwk}

        def more(there: Subsystem | None) -> Subsystem:
            kept = usable_keys(_known(there).jwks, now)
            if any(key["kid"] == bare["kid"] for key in kept):
                raise AlreadyThere(
                    "มีกุญแจนี้อยู่แล้ว", "This key is there already.", [Fault("/jwk/kid", "ซ้ำ", "It is there already.")]
                )
            if len(kept) >= MAX_KEYS:
                raise WrongState(
                    "มีกุญแจครบ 5 ดอกแล้ว โปรดยกเลิกกุญแจเก่าก่อน", "There are five keys; retire an old one first."
                )
            return replace(_known(there), jwks={"keys": [*kept, bare]})

        self._change(subsystem, more, by, once=once, answer={"id": str(subsystem), "changed": True})

    def retire(self, once: Once, subsystem: SubsystemId, kid: str, until: datetime, by: str) -> None:
        """Lets a key hold until then and no longer.

        Raises:
            Invalid: the date is past, or more than 400 days away.
            WrongState: there is no other key without an end: some day none would hold.
            NotFound, Stale, Replayed, KeyReused.
        """
        now = self._clock()
        if not now < until <= now + LONGEST_OVERLAP:
            refuse([Fault("/until", "ต้องเป็นเวลาในอนาคต ไม่เกิน 400 วัน", "A time to come, at most 400 days away.")])
        ends = int(until.timestamp())

        def ending(there: Subsystem | None) -> Subsystem:
            kept = usable_keys(_known(there).jwks, now)
            _must_hold(kid, kept)
            if not any(key["kid"] != kid and "exp" not in key for key in kept):
                raise _last_key()
            changed = [{**key, "exp": ends} if key["kid"] == kid else key for key in kept]
            return replace(_known(there), jwks={"keys": changed})

        self._change(subsystem, ending, by, once=once, answer={"id": str(subsystem), "changed": True})

    def revoke(
        self, once: Once, subsystem: SubsystemId, kid: str, reason: Reason, by: str, *, even_the_last: bool = False
    ) -> None:
        """Takes a key out at once: it opens nothing from the very next request on.

        Another one must hold now, but it may be one that ends: a key in wrong hands cannot wait for a new one (the
        doctor warns of keys that all end).

        Args:
            reason: `compromised` takes belief from all its signatures, whenever they were made.
            even_the_last: for operators, when somebody else has the only key.

        Raises:
            WrongState: it is the last key.
            NotFound, Stale, Replayed, KeyReused.
        """
        now = self._clock()

        def without(there: Subsystem | None) -> Subsystem:
            kept = usable_keys(_known(there).jwks, now)
            _must_hold(kid, kept)
            left = [key for key in kept if key["kid"] != kid]
            if not left and not even_the_last:
                raise _last_key()
            return replace(_known(there), jwks={"keys": left})

        self._change(subsystem, without, by, once=once, answer={"id": str(subsystem), "changed": True}, reason=reason)


def _known(there: Subsystem | None) -> Subsystem:
    if there is None:
        raise not_found("ระบบ", "subsystem")
    return there


def _must_hold(kid: str, keys: Sequence[Mapping[str, Any]]) -> None:
    if not any(key["kid"] == kid for key in keys):
        raise not_found("กุญแจ", "key")


def _last_key() -> WrongState:
    return WrongState(
        "เป็นกุญแจดอกสุดท้าย โปรดเพิ่มกุญแจใหม่ก่อน (ถ้ากุญแจรั่วไหล โปรดแจ้งผู้ดูแลศูนย์แลกเปลี่ยน)",
        "No other key would be left: add a new one first (if it is in wrong hands, call the exchange's operators).",
    )
