"""Puts things into an exchange's table as they might stand there, whatever road brought them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.gdx import store
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Agreement
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Create, Item, Key, Update
from tests.gdx.exchange import OFFICE, PERSON, Exchange

MEMORY = 31
"""Seconds after which a process looks at the directory and at the log's head again."""


def changed(exchange: Exchange, key: Key, **content: Any) -> None:
    """Changes parts of what a directory entry or agreement says."""
    there = exchange.table.get(key)
    assert there is not None
    data = {**there.data, "content": {**there.data["content"], **content}}
    exchange.table.write([Update(there.next(data))], new_token())


def put(exchange: Exchange, key: Key, data: Mapping[str, Any]) -> None:
    """A new row."""
    exchange.table.write([Create(Item(key, data))], new_token())


def agreed(exchange: Exchange) -> Agreement:
    """The municipality's agreement about persons."""
    found = exchange.service.directory.agreements_of(SubsystemId.parse(OFFICE))
    return next(each for each in found if each.service == ServiceId.parse(PERSON))


def terms(exchange: Exchange, agreement: Agreement) -> None:
    """The agreement stands with these terms."""
    changed(exchange, store.agreement_key(agreement.consumer, agreement.service), **store.agreement_json(agreement))
