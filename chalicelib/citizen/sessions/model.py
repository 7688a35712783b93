"""What a login on its way and a session are."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from ..model import Person

IDLE = timedelta(days=7)
"""A session that is not used so long ends."""
WHOLE = timedelta(days=30)
"""However much it is used, the person logs in again after this."""
GRACE = timedelta(seconds=30)
"""How long the refresh token before may ask once more: its answer may have been lost on the way."""
MOST_REPEATS = 20
"""Such repeats in one day. Each is one chance for a thief to keep in step unseen, and an honest client needs few."""
LOGIN_LIVES = timedelta(minutes=10)
"""From the start of a login to the code: the time to find one's phone."""
KEPT = timedelta(days=7)
"""How long an ended session is still remembered, so that its old refresh tokens are known as such."""

State = Literal["open", "ended", "reused"]


@dataclass(frozen=True)
class Login:
    """A login on its way to the provider and back; the client holds it, sealed.

    Attributes:
        id: of this login; it serves once.
        provider: id of the login provider.
        redirect_uri: where it sends the person back to.
        state: must come back.
        nonce: must stand in the ID token.
        verifier: PKCE.
        begun: when (epoch seconds).
        min_ial: the weakest login that will do, or None.
        max_age: the oldest, in seconds, or None.
    """

    id: str
    provider: str
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    begun: int
    min_ial: str | None = None
    max_age: int | None = None


@dataclass(frozen=True)
class Started:
    """A login that was begun.

    Attributes:
        url: where the person goes to log in.
        state: comes back with the code; the client compares it.
        login: what the client holds until then.
        expires_in: seconds for which it serves.
    """

    url: str = field(repr=False)
    state: str = field(repr=False)
    login: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True)
class Who:
    """The person as the provider of the login vouched for them."""

    pid: str = field(repr=False)
    name: str = field(repr=False)
    ial: str
    auth_time: int


@dataclass(frozen=True)
class Entered:
    """Somebody who logged in, and at which provider."""

    who: Who
    provider: str


@dataclass(frozen=True)
class Session:
    """A person on one device, from a login to a sign-out: the family of its refresh tokens.

    Attributes:
        id: of the session; `sid` of its access tokens.
        person: whose.
        provider: where they logged in.
        device: coarse name of the device, a code of `rules.DEVICES`.
        since: when it began.
        ends: when it ends at the latest.
        generation: number of the one refresh token that holds; the tokens themselves are kept nowhere.
        turned: when that one was made.
        repeats: how often today the token before it asked once more.
        state: open, ended (signed out), or reused (ended because an old token was used).
        who: the person, sealed.
    """

    id: str
    person: Person
    provider: str
    device: str
    since: datetime
    ends: datetime
    generation: int
    turned: datetime
    who: str = field(repr=False)
    repeats: int = 0
    state: State = "open"
    chain: tuple[int, str] = (0, "")
    version: int = 1
