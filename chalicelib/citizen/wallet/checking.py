"""Whether a presented credential holds: its issuer's signature, its dates, and what its issuer says of it now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal, cast

from chalicelib.shared.credential_types import NOTHING, Described
from chalicelib.shared.credentials import Credential, verify
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.jose import TokenRefused
from chalicelib.shared.status_list import Status
from chalicelib.shared.thai import Text

from . import papers, rules
from .issuers import Issuers, Trusted, silent

Verdict = Literal["valid", "expired", "not_yet_valid", "suspended", "revoked", "false", "unknown_issuer"]
"""`false`: its signature does not hold, or something in it was not signed. `unknown_issuer`: nobody here can tell."""


@dataclass(frozen=True)
class Checked:
    """What came of a check.

    Attributes:
        verdict: how the credential stands.
        at: when that was so.
        issuer, issuer_name, vct: who issued what.
        claims: what was shown and signed; empty where the signature could not be checked or does not hold.
        described: what its type and its claims are called, as far as its issuer says.
    """

    verdict: Verdict
    at: dt.datetime
    issuer: str
    issuer_name: Text | None = None
    vct: str | None = None
    issued_at: str | None = None
    expires_at: str | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    described: Described = NOTHING


class Checker:
    """Checks credentials.

    Args:
        issuers: whom to believe, and their keys and lists.
        clock: tells the time.
    """

    def __init__(self, issuers: Issuers, clock: Callable[[], dt.datetime]) -> None:
        self._issuers = issuers
        self._clock = clock

    def knows(self, credential: str) -> bool:
        """Whether others can check this credential here at all; raises Invalid where it is none."""
        return self._issuers.find(papers.opened(credential).issuer) is not None

    def check(self, presentation: str) -> Checked:
        """How a credential stands at this moment.

        Raises:
            Invalid: it is no SD-JWT VC.
            UpstreamFailed: its issuer cannot be asked: then nothing is said.
        """
        content, now = papers.opened(presentation), self._clock()
        issuer = self._issuers.find(content.issuer)
        if issuer is None:
            return Checked("unknown_issuer", now, content.issuer)
        # the dates are judged below: a credential that ran out is still known as one that was good
        moment, verdict = now, cast("Verdict", rules.term(content.not_before, content.expires, now))
        if verdict == "expired" and content.expires is not None:
            moment = content.expires - dt.timedelta(seconds=1)
        elif verdict == "not_yet_valid" and content.not_before is not None:
            moment = content.not_before
        try:
            credential = self._verified(presentation, issuer, moment)
        except TokenRefused:
            return Checked("false", now, content.issuer, issuer.name)
        if credential.status is not None and verdict == "valid":
            try:
                verdict = _of(self._issuers.status(issuer, credential.status, now))
            except TokenRefused:
                raise silent() from None
        return Checked(
            verdict,
            now,
            content.issuer,
            issuer.name,
            credential.vct,
            content.issued_at,
            content.expires_at,
            papers.about_the_holder(credential.claims),
            self.described(content.issuer, credential.vct),
        )

    def described(self, issuer: str, vct: str) -> Described:
        """What a type of credential is called by an issuer that is believed; see `Issuers.described`."""
        return self._issuers.described(issuer, vct)

    def _verified(self, presentation: str, issuer: Trusted, moment: dt.datetime) -> Credential:
        try:
            return verify(presentation, self._issuers.keys(issuer), now=moment, issuer=issuer.iss)
        except TokenRefused as refused:
            if refused.reason != "unknown_key":
                raise
        return verify(presentation, self._issuers.keys(issuer, anew=True), now=moment, issuer=issuer.iss)


def _of(status: Status) -> Verdict:
    if status is Status.VALID:
        return "valid"
    return "suspended" if status is Status.SUSPENDED else "revoked"
