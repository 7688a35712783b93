"""Mistakes with licences: each for a promise that `licence` watches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chalicelib.biz.licences.model import Licence
from chalicelib.biz.model import Case
from chalicelib.biz.payments.issuing import Issuing
from chalicelib.biz.service import Biz
from chalicelib.shared.storage import Change, Create, Item, Update, key_of

from ..spoilt import Wrapped, bent
from .gdx_defects import become

not_held = bent(lambda change: None if key_of(change).sk == "FILED" else change)
"""A filed application does not keep others away from its licence."""

not_listed = bent(lambda change: None if key_of(change).sk.startswith("OFF#") else change)
"""Whether a licence holds is written where officers look, and not where verifiers do."""


class Unknowing(Wrapped):
    """A new licence is written, and what it does to the old one is somebody else's business."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        issues = any(isinstance(each, Create) and _is_licence(each) for each in changes)
        kept = [each for each in changes if not (issues and isinstance(each, Update) and _is_licence(each))]
        self._inner.write(kept, token)


class TellsAgain(Wrapped):
    """What a sweep told of a licence, the next one tells again: the day of looking stays where it was."""

    def write(self, changes: Sequence[Change], token: str) -> None:
        self._inner.write([self._unmoved(change) for change in changes], token)

    def _unmoved(self, change: Change) -> Change:
        if not isinstance(change, Update) or not _is_licence(change) or change.item.data["replaced_by"] is not None:
            return change
        before = self._inner.get(change.item.key)
        if before is None or before.data["look_at"] is None or before.data["status"] != change.item.data["status"]:
            return change
        data = {**change.item.data, "look_at": before.data["look_at"]}
        places = {**change.item.indexes, "by_due": before.indexes["by_due"]}
        stays: Item = replace(change.item, data=data, indexes=places)
        return Update(stays)


class _AsItWas(Issuing):
    """Whoever carries an application out takes its licence to be as it was when it was filed."""

    def _bases(self, cases: Iterable[Case]) -> dict[str, Licence]:
        good = {"status": "valid", "replaced_by": None}
        return {no: licence.model_copy(update=good) for no, licence in super()._bases(cases).items()}


def as_it_was(biz: Biz) -> Biz:
    """See `_AsItWas`."""
    become(biz.counter._issuing, _AsItWas)
    return biz


def _is_licence(change: Change) -> bool:
    key = key_of(change)
    return key.pk.startswith("LIC#") and key.sk == "META"
