"""What the portal asks of a case engine, always with the person's own token."""

from __future__ import annotations

from typing import Any, Protocol

from chalicelib.shared.identity import Caller
from chalicelib.shared.relay import Own, Relay, Relayed


class Cases(Protocol):
    """A case engine: the shape that a licence's life has there, and a right's as well.

    Every method raises the engine's own refusals, and UpstreamFailed when it does not answer.
    """

    def open(self, own: Own, service: str) -> Relayed:
        """Opens a draft of a service; its value has at least `id` and `version`."""
        ...

    def show(self, own: Own, id: str) -> Relayed:
        """A whole application."""
        ...

    def prefill(self, own: Own, id: str) -> Relayed:
        """Lets the engine fetch what the registers know."""
        ...

    def answer(self, own: Own, id: str, patch: dict[str, Any], version: int) -> Relayed:
        """Changes answers by a JSON Merge Patch (RFC 7396) of that version."""
        ...

    def missing(self, own: Own, id: str) -> Relayed:
        """What is still missing: `complete`, `errors`."""
        ...

    def announce(self, own: Own, id: str, file: dict[str, Any], version: int) -> Relayed:
        """Announces a document; the form to send it by."""
        ...

    def command(self, own: Own, id: str, command: str) -> Relayed:
        """Files or withdraws it: `submit`, `withdraw`."""
        ...


class Rights(Protocol):
    """The rights of the portal, for whoever applies for one."""

    def service_of(self, entitlement: str) -> str:
        """The engine's service by which it is applied for; raises NotFound where there is none."""
        ...

    def answers_of(self, caller: Caller, entitlement: str, subject: str | None) -> dict[str, Any]:
        """What the form needs and the registers know, asked for now; what does not answer is left out."""
        ...


class CasesAtBiz:
    """`Cases` at the Biz Portal.

    Args:
        relay: the way there.
    """

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def open(self, own: Own, service: str) -> Relayed:
        body = {"service": service, "applicant": {"kind": "person"}}
        return self._relay.call(own, "POST", "/biz/v1/applications", body)

    def show(self, own: Own, id: str) -> Relayed:
        return self._relay.call(own, "GET", _of(id))

    def prefill(self, own: Own, id: str) -> Relayed:
        return self._relay.call(own, "POST", _of(id, "/prefill"))

    def answer(self, own: Own, id: str, patch: dict[str, Any], version: int) -> Relayed:
        return self._relay.call(own, "PATCH", _of(id, "/answers"), patch, if_match=version)

    def missing(self, own: Own, id: str) -> Relayed:
        return self._relay.call(own, "POST", _of(id, "/validate"))

    def announce(self, own: Own, id: str, file: dict[str, Any], version: int) -> Relayed:
        return self._relay.call(own, "POST", _of(id, "/documents"), file, if_match=version)

    def command(self, own: Own, id: str, command: str) -> Relayed:
        return self._relay.call(own, "POST", _of(id, f"/{command}"))


def _of(id: str, rest: str = "") -> str:
    return f"/biz/v1/applications/{id}{rest}"
