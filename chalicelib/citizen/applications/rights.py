"""The portal's rights as one applies for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import Caller

from ..entitlements.catalogue import Catalogue
from ..entitlements.model import Apply, EntitlementDefinition, Value

Gather = Callable[[Caller, EntitlementDefinition, str | None], Mapping[str, Value]]
"""Asks the registers what they know towards a right: caller, definition, the child it is about -> facts."""


class PortalRights:
    """`ports.Rights` over the portal's definitions.

    Args:
        catalogue: the rights.
        gather: asks the registers.
        today: the day in Thailand.
    """

    def __init__(self, catalogue: Catalogue, gather: Gather, today: Callable[[], dt.date]) -> None:
        self._catalogue = catalogue
        self._gather = gather
        self._today = today

    def service_of(self, entitlement: str) -> str:
        """See `Rights.service_of`."""
        return self._applied_for(entitlement)[1].service

    def answers_of(self, caller: Caller, entitlement: str, subject: str | None) -> dict[str, Any]:
        """See `Rights.answers_of`."""
        definition, how = self._applied_for(entitlement)
        if not how.prefill:
            return {}
        known = self._gather(caller, definition, subject)
        answers: dict[str, Any] = {}
        for pointer, fact in how.prefill.items():
            if fact in known:
                answers = pointers.put(answers, pointer, known[fact])
        return answers

    def _applied_for(self, entitlement: str) -> tuple[EntitlementDefinition, Apply]:
        definition = self._catalogue.current(entitlement, self._today())
        if definition.apply is None:
            raise not_found("การยื่นขอสิทธินี้ในระบบ", "application for this entitlement")
        return definition, definition.apply
