"""The flows that are lived through, one module each."""

from __future__ import annotations

from typing import Any

from ..flow import Flow
from .agreement import Agreement
from .bill import BillFlow
from .case import Case
from .consent import Consent
from .dataset import Dataset
from .exchange import Exchange
from .licence import LicenceFlow
from .outbox import Outbox
from .payment import Payment

FLOWS: dict[str, type[Flow[Any]]] = {
    flow.name: flow for flow in (Outbox, Exchange, Agreement, Consent, Case, Payment, LicenceFlow, BillFlow, Dataset)
}
"""Every flow, by its name."""
