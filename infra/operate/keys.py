"""Keys and secrets of a room."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.shared.keyring import ec_jwk
from chalicelib.shared.signing_keys import SigningKeys
from chalicelib.wiring import House

from .command import Asked, Command, NotDone

KNOWN_AFTER = 900
"""Seconds after which everybody has fetched a key set anew: longer than any answer of ours may be kept."""


def public_key(house: House, room: str) -> dict[str, Any]:
    """The room's public key as a JWK Set: what the exchange's directory must hold of a platform."""
    return {"keys": [dict(house.parts(room).keyring.signer.public_jwk)]}


def signing_of(house: House, room: str) -> SigningKeys:
    """What a room publishes of the keys it signs with.

    Raises:
        NotDone: the room signs nothing that others check.
    """
    match room:
        case "gdx":
            return house.gdx.onboarding.signing
        case "biz":
            return house.biz.office.signing
        case "citizen":
            return house.citizen.hall.signing
        case _:
            raise NotDone(f"{room} signs nothing that others check")


def announce_key(house: House, room: str, key: str) -> str:
    """Publishes the KMS key to which the room's signing alias is to be moved; returns its `kid`.

    Raises:
        NotDone: it is no ES256 key.
    """
    signing = signing_of(house, room)
    jwk = _jwk(house, key)
    signing.announce(jwk)
    return str(jwk["kid"])


def new_key(house: House, room: str) -> dict[str, str]:
    """Makes a signing key in KMS and announces it; the old one goes on signing until `move-key`."""
    signing_of(house, room)
    what = f"klang {house.settings.environment} {room}: ES256 signatures"
    made = house.clients.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY", Description=what)
    key = made["KeyMetadata"]["KeyId"]
    return {"key": key, "announced": announce_key(house, room, key)}


def move_key(house: House, room: str, key: str, *, at_once: bool) -> dict[str, str]:
    """Lets a room sign with an announced key from now on.

    Raises:
        NotDone: it was not announced, or so lately that others may not have fetched it yet.
    """
    signing, jwk = signing_of(house, room), _jwk(house, key)
    announced = next((each["iat"] for each in signing.history() if each["jwk"]["kid"] == jwk["kid"]), None)
    if announced is None:
        raise NotDone("announce it first: nobody could check what it signs")
    wait = announced + KNOWN_AFTER - house.clock().timestamp()
    if wait > 0 and not at_once:
        raise NotDone(f"others may keep the old key set for another {wait:.0f} s; then again, or --at-once")
    house.clients.kms.update_alias(AliasName=house.settings.key_alias(room, "signing"), TargetKeyId=key)
    return {"signs": str(jwk["kid"])}


def revoke_key(house: House, room: str, kid: str, reason: str) -> None:
    """Takes a past key out of what the room publishes: nothing that it signed is believed any more.

    Raises:
        NotDone: there is no such key, or it is the one that signs.
    """
    if not signing_of(house, room).revoke(kid, reason):
        raise NotDone("no past key of this kid; the one that signs must be changed first (`new-key`, `move-key`)")


def _jwk(house: House, key: str) -> dict[str, Any]:
    try:
        return ec_jwk(load_der_public_key(house.clients.kms.get_public_key(KeyId=key)["PublicKey"]))
    except ValueError:
        raise NotDone("rooms sign with keys of the spec ECC_NIST_P256") from None


def login_secret(house: House, provider: str, secret: str) -> None:
    """Keeps the secret with which the portal proves itself at a login provider, sealed; what is given is what is sent.

    Raises:
        NotDone: there is no such provider, it takes no secret, or the secret is empty.
    """
    entering = house.citizen.sessions.entering
    known = entering.providers.get(provider)
    if known is None or not known.needs_secret:
        wanting = [each.id for each in entering.providers.values() if each.needs_secret]
        raise NotDone(f"no provider {provider!r} takes a secret; those that do: {', '.join(wanting) or 'none'}")
    if not secret or not secret.isprintable():
        raise NotDone("send the secret by standard input, one line")
    entering.secrets.keep(provider, secret)


def _login_secret(asked: Asked) -> dict[str, str]:
    login_secret(asked.house, asked.options.provider, asked.given().strip())
    return {"kept": asked.options.provider}


def _move(asked: Asked) -> dict[str, str]:
    return move_key(asked.house, asked.room, asked.options.key, at_once=asked.options.at_once)


def _revoke(asked: Asked) -> dict[str, str]:
    revoke_key(asked.house, asked.room, asked.options.kid, asked.options.reason)
    return {"revoked": asked.options.kid}


KEY = {"--key": {"help": "id of the KMS key", "required": True}}
COMMANDS = (
    Command("public-key", "the room's public key as a JWK Set", lambda asked: public_key(asked.house, asked.room)),
    Command("new-key", "make the next signing key and publish it", lambda asked: new_key(asked.house, asked.room)),
    Command(
        "announce-key",
        "publish a signing key before its alias is moved",
        lambda asked: {"announced": announce_key(asked.house, asked.room, asked.options.key)},
        options=KEY,
    ),
    Command(
        "move-key",
        "sign with an announced key from now on",
        _move,
        options={**KEY, "--at-once": {"help": "do not wait until others know it", "action": "store_true"}},
    ),
    Command(
        "revoke-key",
        "take belief from a past key",
        _revoke,
        options={
            "--kid": {"help": "of the key", "required": True},
            "--reason": {"help": "e.g. compromised", "required": True},
        },
    ),
    Command(
        "login-secret",
        "keep the secret of a login provider (one line on standard input)",
        _login_secret,
        room="citizen",
        options={"--provider": {"help": "id of the login provider", "required": True}},
    ),
)
