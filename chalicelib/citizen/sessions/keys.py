"""The keys that sign access tokens: P-256, made here, sealed in the room's table, changed each month.

    SESSION-KEYS / 1    {"keys": [{kid, jwk, sealed, from, until}]}

They are not KMS keys on purpose: KMS signs 300 times a second with ECC keys by AWS's default (docs/scale.md), and
30 million people may log in on one day. The private halves lie sealed with the room's keyring, whose own secret KMS
unwraps once per process; a process unseals a key once, and looks at the row again every five minutes.

A new key is published before it signs (`ANNOUNCED`), so that nobody meets a `kid` that is not in what they fetched; an
old one stays published until the last token that it signed has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.shared.access_tokens import MAX_LIFETIME
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.ids import new_token
from chalicelib.shared.jose import raw_signature
from chalicelib.shared.keyring import Keyring, ec_jwk
from chalicelib.shared.storage import Change, Create, Item, Key, Table, Update, WriteRefused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ROW = Key("SESSION-KEYS", "1")
CHANGED_EVERY = timedelta(days=30)
ANNOUNCED = timedelta(minutes=30)
"""Between publishing a key and signing with it; key sets are kept by readers for five minutes, by strangers longer."""
KEPT_AFTER = timedelta(seconds=MAX_LIFETIME) + timedelta(hours=1)
"""How long an old public key stays published: no token of the house lives longer than `MAX_LIFETIME`."""
LOOKED_AT = timedelta(minutes=5)


@dataclass(frozen=True)
class SessionKey:
    """A key as a `shared.jose.SigningKey`; `until` is the end of its publication, None for the newest."""

    kid: str
    public_jwk: Mapping[str, Any]
    private: EllipticCurvePrivateKey
    since: datetime
    until: datetime | None

    def sign(self, message: bytes) -> bytes:
        """Raw r || s, 64 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        return raw_signature(self.private.sign(message, ECDSA(SHA256())))


class SessionKeys:
    """The room's keys for access tokens.

    Args:
        table: where they lie.
        keyring: seals them.
        clock: tells the time (aware, UTC).
    """

    def __init__(self, table: Table, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._clock = clock
        self._keys: tuple[SessionKey, ...] = ()
        self._read: datetime | None = None
        self._opened: dict[str, EllipticCurvePrivateKey] = {}

    def signing(self) -> SessionKey:
        """The key that signs now: the newest whose time has come."""
        now = self._clock()
        keys = self._present(now)
        return next((key for key in reversed(keys) if key.since <= now), keys[0])

    def jwks(self) -> Mapping[str, Any]:
        """The public keys: of tokens that may still live, and of those to come."""
        now = self._clock()
        alive = [key for key in self._present(now) if key.until is None or key.until > now]
        return {"keys": [dict(key.public_jwk) for key in alive]}

    def turn(self, now: datetime) -> bool:
        """Makes the next key when the newest is a month old, and drops the dead; whether anything was changed."""
        there = self._table.get(ROW)
        if there is None:
            return False  # the first key is made by whoever needs it
        rows = list(there.data["keys"])
        if _moment(rows[-1]["from"]) + CHANGED_EVERY > now:
            return False
        begins = now + ANNOUNCED
        rows[-1] = {**rows[-1], "until": (begins + KEPT_AFTER).isoformat()}
        alive = [row for row in rows if row["until"] is None or _moment(row["until"]) > now]
        data = {"keys": [*alive, self._made(begins)]}
        self._read = None
        return self._wrote(Update(there.next(data)))

    def _present(self, now: datetime) -> Sequence[SessionKey]:
        if self._read is None or not timedelta(0) <= now - self._read < LOOKED_AT:
            there = self._table.get(ROW)
            if there is None:
                self._wrote(Create(Item(ROW, {"keys": [self._made(now)]})))
                there = self._table.get(ROW)
            if there is None:
                raise AssertionError("the keys of the sessions vanished while they were being made")
            self._keys = tuple(self._key(row) for row in there.data["keys"])
            self._read = now
        return self._keys

    def _wrote(self, change: Change) -> bool:
        try:
            self._table.write([change], new_token())
        except WriteRefused:
            return False  # another process was faster; its key is as good
        return True

    def _made(self, begins: datetime) -> dict[str, Any]:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        private = ec.generate_private_key(ec.SECP256R1())
        jwk = ec_jwk(private.public_key())
        text = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        sealed = self._keyring.seal(text, _context(jwk["kid"]))
        return {"kid": jwk["kid"], "jwk": jwk, "sealed": sealed, "from": begins.isoformat(), "until": None}

    def _key(self, row: Mapping[str, Any]) -> SessionKey:
        kid = row["kid"]
        if kid not in self._opened:
            self._opened[kid] = _private(self._keyring.unseal(row["sealed"], _context(kid)))
        until = None if row["until"] is None else _moment(row["until"])
        return SessionKey(kid, row["jwk"], self._opened[kid], _moment(row["from"]), until)


def _private(pem: str) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError("a session key is a P-256 key")
    return key


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _context(kid: str) -> str:
    return f"session-key/{kid}"
