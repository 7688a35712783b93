"""What is kept of a user and of an API token."""

from __future__ import annotations

from typing import Literal

from chalicelib.shared.dataclass import dataclass

UserKind = Literal["person", "service"]


@dataclass(frozen=True)
class User:
    """Somebody who writes: a person who logged in once, or a machine that the operator entered.

    Attributes:
        id: the room's pseudonym of a person, the subsystem id of a member's system, a new id of a service user.
        name: CKAN's login name; made of the agency and the pseudonym, so it tells nothing of the person.
        kind: a person logs in; a service user has nothing but its API tokens.
        fullname: as the posting calls an officer; empty for citizens until they write one.
        email: sealed (`Keyring.seal`), "" where none was given; shown to the user and the operator only.
        agency: where the user is posted, as the room saw it last.
        state: a deleted user's tokens do not hold.
    """

    id: str
    name: str
    created: str
    kind: UserKind = "person"
    fullname: str = ""
    about: str = ""
    image_url: str = ""
    email: str = ""
    agency: str | None = None
    state: Literal["active", "deleted"] = "active"
    chain: tuple[int, str] = (0, "")
    version: int = 1

    @property
    def display_name(self) -> str:
        """How people are told of the user."""
        return self.fullname or self.name


@dataclass(frozen=True)
class ApiToken:
    """An API token without its secret.

    Attributes:
        id: CKAN's `jti`.
        digest: SHA-256 of the secret, hexadecimal; the secret has 256 random bits, so no slower hash is needed.
        expires: ISO 8601, None: until it is revoked.
        last_access: ISO 8601, true to the hour.
        chain: sequence and hash of its last event: who made it, and who revoked it.
    """

    id: str
    user: str
    name: str
    digest: str
    created: str
    expires: str | None = None
    last_access: str | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1
