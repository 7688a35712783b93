"""The gate's part for API tokens: CKAN clients send one where a login's access token would stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chalicelib.shared.errors import NotAllowed, Unauthenticated
from chalicelib.shared.identity import Allow, Caller
from chalicelib.shared.web import Admits

from .rules import PREFIX


class TokenGate:
    """Knows callers by API token, and leaves everything else to the gate behind it.

    Args:
        gate: for access tokens of logins and of the exchange.
        known: who an API token speaks for; None where it does not hold.
    """

    def __init__(self, gate: Admits, known: Callable[[str], Caller | None]) -> None:
        self._gate = gate
        self._known = known

    def admit(self, authorization: str | None, allow: Sequence[Allow]) -> Caller:
        """The caller, if one of `allow` fits.

        Raises:
            Unauthenticated: the API token does not hold.
            NotAllowed, AssuranceTooLow.
        """
        token = (authorization or "").strip()
        if token[:7].lower() == "bearer ":
            token = token[7:].strip()
        if not token.startswith(PREFIX):
            return self._gate.admit(authorization, allow)
        caller = self._known(token)
        if caller is None:
            raise Unauthenticated("โทเค็นใช้ไม่ได้", "The API token does not hold.").of_a_token()
        if any(rule.kind == "public" or _fits(caller, rule) for rule in allow):
            return caller
        raise NotAllowed("บัญชีนี้ไม่มีสิทธิ์ทำรายการนี้", "This account may not do this.")


def _fits(caller: Caller, rule: Allow) -> bool:
    # an API token proves no identity, so it opens nothing that asks for an assurance level; and a service user is no
    # member of the exchange, whose systems come with its own tokens
    if rule.kind == "officer":
        return caller.kind == "officer" and (not rule.roles or bool(rule.roles & caller.roles))
    return rule.kind == "citizen" and caller.kind == "citizen" and rule.min_ial == "0"
