"""Klang's own access tokens (RFC 9068): ten minutes, signed here, believed in all four rooms.

Claims beside those of every access token: `pid`, `name`, `ial` (what the provider of the login vouched for), `acr`
(the same as `ial`, RFC 9470), `auth_time`, `sid` (the session). Where somebody acts for the person: `act`, `scope`,
`mandate` (RFC 8693 s.4.1).

A token is not looked up again while it lives: whoever signs out, or whose session was revoked, may still be believed
for `LIVES`. That is the price of no read per call, and why it lives so short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.shared.access_tokens import MAX_LIFETIME
from chalicelib.shared.jose import IssuerKey, sign_jwt

from .keys import SessionKeys

LIVES = timedelta(minutes=10)
AUDIENCE = "klang"
CLIENT = "klang-portal"
"""`client_id` of the portal's own front ends; they are public clients, told apart by their redirect addresses."""


class SessionTokens:
    """Makes access tokens.

    Args:
        keys: what signs them.
        issuer: `iss`: the portal's address and `/citizen`.
        pseudonym: the room's name for a person (`sub`).
        clock: tells the time (aware, UTC).
        ids: makes token ids.
    """

    def __init__(
        self,
        keys: SessionKeys,
        *,
        issuer: str,
        pseudonym: Callable[[str], str],
        clock: Callable[[], datetime],
        ids: Callable[[], str],
    ) -> None:
        self.issuer = issuer
        self.keys = keys
        self._pseudonym = pseudonym
        self._clock = clock
        self._ids = ids

    def jwks(self) -> Mapping[str, Any]:
        """The public keys (JWK Set)."""
        return self.keys.jwks()

    def own(self, *, pid: str, name: str, ial: str, sid: str, auth_time: int) -> str:
        """A person's own token.

        Args:
            pid: national id.
            name: display name, Thai.
            ial: identity assurance level of the login.
            sid: the session.
            auth_time: when the person logged in (epoch seconds).
        """
        said = {"ial": ial, "acr": ial, "sid": sid, "auth_time": auth_time, "client_id": CLIENT}
        return self._signed(pid, name, said, LIVES)

    def acting(
        self,
        *,
        pid: str,
        name: str,
        ial: str,
        actor: str,
        scopes: Iterable[str],
        mandate: str,
        lives: timedelta = LIVES,
    ) -> str:
        """A token with which another acts for a person.

        Args:
            pid: national id of the person for whom is acted.
            name: their display name, Thai.
            ial: identity assurance level of the ACTOR's login; the person did not log in.
            actor: who acts, as `kind:id` (`sub` of `act`).
            scopes: what they may do.
            mandate: id of what allows it; the gate asks about it at each call.
            lives: at most twelve hours (`MAX_LIFETIME`).

        Raises:
            ValueError: no actor, no scope, or a life longer than that.
        """
        granted = sorted(set(scopes))
        if not actor or not granted or not timedelta(0) < lives <= timedelta(seconds=MAX_LIFETIME):
            raise ValueError("an acting token needs an actor, scopes and a short life")
        said = {
            "ial": ial,
            "acr": ial,
            "act": {"sub": actor},
            "scope": " ".join(granted),
            "mandate": mandate,
            "client_id": CLIENT,
        }
        return self._signed(pid, name, said, lives)

    def _signed(self, pid: str, name: str, said: Mapping[str, Any], lives: timedelta) -> str:
        now = int(self._clock().timestamp())
        claims = {
            "sub": self._pseudonym(pid),
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + int(lives.total_seconds()),
            "jti": self._ids(),
            "pid": pid,
            "name": name,
            **said,
        }
        return sign_jwt(claims, IssuerKey(self.issuer, self.keys.signing()), "at+jwt")
