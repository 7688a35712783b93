"""What a webhook and a delivery are."""

from __future__ import annotations

from chalicelib.shared.dataclass import dataclass


@dataclass(frozen=True)
class Webhook:
    """Where somebody is told of changes.

    Attributes:
        owner: who registered it (`Caller.label`); nobody else sees it.
        events: types, or families of them that end in `.*`, e.g. `dataset.*`.
        organization: only datasets of the organisation with this id; "" for all.
        dataset: only the dataset with this id; "" for all.
        created: ISO 8601; earlier changes are not told.
        stopped: why it is told no more: "" while it works, `gone` after its receiver answered 410, `failing` after
            nobody answered for a day.
        secrets: how many secrets it has had; the last one signs.
    """

    id: str
    owner: str
    url: str
    events: tuple[str, ...]
    organization: str
    dataset: str
    created: str
    stopped: str = ""
    secrets: int = 1
    version: int = 1


@dataclass(frozen=True)
class Delivery:
    """How telling one change went.

    Attributes:
        id: of the event; the receiver knows a repeat by it.
        type: as told, e.g. `dataset.changed`.
        dataset: concerned.
        status: HTTP status of the last answer, None without one.
        failed: why the last try had no answer.
        done: when the receiver took it, or None.
        given_up: True when it was tried for a day in vain.
    """

    id: str
    type: str
    dataset: str
    at: str
    resource: str = ""
    tries: int = 0
    status: int | None = None
    failed: str | None = None
    done: str | None = None
    given_up: bool = False
