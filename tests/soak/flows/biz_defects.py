"""Mistakes in the portal, or in what its table keeps: each for a promise that `case` or `payment` watches."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.biz.payments.model import Notice, Source
from chalicelib.biz.payments.till import Outcome, Till
from chalicelib.biz.service import Biz
from tests.biz.life.services import FEE

from ..spoilt import without
from .gdx_defects import become

no_receipt = without("RCPT#")
"""The receipt is written by somebody else, later, perhaps."""


class _Generous(Till):
    """Takes whatever it is given for the fee."""

    def hear(self, provider: str, notice: Notice, source: Source = "callback") -> Outcome:
        return super().hear(provider, replace(notice, satang=FEE), source)


class _Deaf(Till):
    """Hears of money that came, and not of money that was taken back."""

    def hear(self, provider: str, notice: Notice, source: Source = "callback") -> Outcome:
        if notice.status == "reversed":
            return super().hear(provider, replace(notice, status="settled"), source)
        return super().hear(provider, notice, source)


def generous(biz: Biz) -> Biz:
    """A licence for less than the fee."""
    become(biz.counter.till, _Generous)
    return biz


def deaf(biz: Biz) -> Biz:
    """What the bank took back is still counted."""
    become(biz.counter.till, _Deaf)
    return biz
