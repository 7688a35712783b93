"""Keys and secrets of a room."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.shared.keyring import ec_jwk
from chalicelib.wiring import House

from .command import Asked, Command, NotDone


def public_key(house: House, room: str) -> dict[str, Any]:
    """The room's public key as a JWK Set: what the exchange's directory must hold of a platform."""
    return {"keys": [dict(house.parts(room).keyring.signer.public_jwk)]}


def announce_key(house: House, key: str) -> str:
    """Publishes the KMS key to which the exchange's signing alias is to be moved; returns its `kid`.

    Raises:
        NotDone: it is no ES256 key.
    """
    try:
        jwk = ec_jwk(load_der_public_key(house.clients.kms.get_public_key(KeyId=key)["PublicKey"]))
    except ValueError:
        raise NotDone("the exchange signs with keys of the spec ECC_NIST_P256") from None
    house.gdx.onboarding.signing.announce(jwk)
    return str(jwk["kid"])


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


COMMANDS = (
    Command("public-key", "the room's public key as a JWK Set", lambda asked: public_key(asked.house, asked.room)),
    Command(
        "announce-key",
        "publish the next signing key before its alias is moved",
        lambda asked: {"announced": announce_key(asked.house, asked.options.key)},
        room="gdx",
        options={"--key": {"help": "id of the KMS key to announce", "required": True}},
    ),
    Command(
        "login-secret",
        "keep the secret of a login provider (one line on standard input)",
        _login_secret,
        room="citizen",
        options={"--provider": {"help": "id of the login provider", "required": True}},
    ),
)
