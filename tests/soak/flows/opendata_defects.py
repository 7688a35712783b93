"""Mistakes in the catalogue, or in what its table keeps: each for a promise that `dataset` watches."""

from __future__ import annotations

from chalicelib.opendata.events import PURGED
from chalicelib.opendata.service import Catalogue
from chalicelib.shared.storage import Change, Create, key_of

from ..spoilt import bent, without

not_in_the_log = without("CHG")
"""A change of which search is never told."""


def _unused(change: Change) -> Change | None:
    key = key_of(change)
    return (
        None if isinstance(change, Create) and key.pk.startswith("CONTENT#") and key.sk.startswith("USED#") else change
    )


nobodys_bytes = bent(_unused)
"""A version that does not say whose bytes it is made of."""


def buries_only(catalogue: Catalogue) -> Catalogue:
    """A purge that hides a dataset and clears nothing away."""
    del catalogue.listeners[PURGED]
    return catalogue
