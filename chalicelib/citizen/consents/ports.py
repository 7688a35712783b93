"""What this noun needs of the exchange, which keeps the consents."""

from __future__ import annotations

import re
from typing import Protocol, TypeVar

from chalicelib.shared.errors import UpstreamFailed, not_found
from chalicelib.shared.relay import Own, Relay, silent

from .model import Consent, ConsentPage, Deed

PATH = "/gdx/v1/me/consents"
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
MOST_PAGES = 20
"""Pages of 100 that are read at most; nobody has so many, and a list that never ends must not hold a process."""


class Consents(Protocol):
    """A person's consents, asked for with their own login: nobody else's can be had."""

    def all(self, own: Own) -> list[Consent]:
        """All of them.

        Raises:
            Refusal: what the exchange said.
        """
        ...

    def one(self, own: Own, identifier: str) -> Consent:
        """One of them; raises NotFound, and as `all`."""
        ...

    def decide(self, own: Own, identifier: str, deed: Deed, read: int | None) -> Consent:
        """Gives, refuses or withdraws.

        Args:
            read: version that the person read; None (withdrawing only): whatever stands there.

        Raises:
            NotFound, WrongState, Stale, AssuranceTooLow, and as `all`.
        """
        ...


class ConsentsAtExchange:
    """The exchange's own routes for people, called with the person's own token.

    The exchange judges the login as if its holder had come directly, and keeps it as the act that gave the consent.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def all(self, own: Own) -> list[Consent]:
        """See `Consents.all`."""
        found, cursor = list[Consent](), ""
        for _ in range(MOST_PAGES):
            page = _read(ConsentPage, self._relay.call(own, "GET", f"{PATH}?limit=100{cursor}").value)
            found += page.items
            if page.next is None:
                return found
            cursor = f"&cursor={page.next}"
        raise silent()

    def one(self, own: Own, identifier: str) -> Consent:
        """See `Consents.one`."""
        return _read(Consent, self._relay.call(own, "GET", _place(identifier)).value)

    def decide(self, own: Own, identifier: str, deed: Deed, read: int | None) -> Consent:
        """See `Consents.decide`."""
        answer = self._relay.call(own, "POST", f"{_place(identifier)}/{deed}", if_match=read)
        return _read(Consent, answer.value)


def _place(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise not_found("ความยินยอม", "consent")
    return f"{PATH}/{identifier}"


Model = TypeVar("Model", Consent, ConsentPage)


def _read(model: type[Model], value: object) -> Model:
    try:
        return model.model_validate(value)
    except ValueError:
        raise UpstreamFailed("ศูนย์แลกเปลี่ยนข้อมูลตอบไม่ถูกต้อง", "The data exchange answered nonsense.") from None
