"""What a check needs of others, given to it where the house is put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import UpstreamFailed


@dataclass(frozen=True)
class Asking:
    """A consent that the person is asked for.

    Attributes:
        id: the exchange's id of it; the person decides about it in the portal.
        ends: when the question, and a consent to it, ends by itself.
    """

    id: str
    ends: dt.datetime


class AsksConsent(Protocol):
    """The exchange's consents, on the side of the system that asks for them."""

    def ask(
        self, pid: str, service: str, *, purposes: Sequence[str], fields: Sequence[str], ends: dt.datetime, ial: str
    ) -> Asking:
        """Asks a person for a consent that serves once, and after which nothing is kept.

        An open request for exactly this is given back instead.

        Raises:
            AlreadyThere: one is open with other terms, or was given and not used yet.
            TooMany: the person refused; `retry_after` tells when they may be asked again.
            UpstreamFailed, Unavailable: the exchange does not answer.
        """
        ...


class AsSystem(Protocol):
    """The exchange's own routes, called as the portal itself (`shared.gdx_client.GdxClient.own`)."""

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """One request; JSON types come back. Raises what the exchange said as a Refusal."""
        ...


class AsksAtExchange:
    """`AsksConsent` by the exchange's address.

    Args:
        own: calls its routes as the portal itself.
    """

    def __init__(self, own: AsSystem) -> None:
        self._own = own

    def ask(
        self, pid: str, service: str, *, purposes: Sequence[str], fields: Sequence[str], ends: dt.datetime, ial: str
    ) -> Asking:
        """See `AsksConsent.ask`."""
        question = {
            "pid": pid,
            "service": service,
            "purposes": list(purposes),
            "fields": list(fields),
            "until": ends.isoformat(),
            "mode": "once",
            "data_life_days": 0,
            "ial": ial,
        }
        return asking_of(self._own("POST", "/gdx/v1/consents", question))


def asking_of(told: Any) -> Asking:
    """The exchange's `ConsentView` as far as a check needs it.

    Raises:
        UpstreamFailed: it is none.
    """
    try:
        return Asking(str(told["id"]), dt.datetime.fromisoformat(told["until"]))
    except (TypeError, KeyError, ValueError):
        raise UpstreamFailed("ศูนย์แลกเปลี่ยนข้อมูลตอบไม่ถูกต้อง", "The data exchange answered nonsense.") from None
