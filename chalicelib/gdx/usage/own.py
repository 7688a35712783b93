"""One line of a person's access log with its evidence: for them alone, whom the line is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import not_found
from ...shared.keyring import Keyring
from ...shared.storage import Key, Table, every
from .. import store
from ..consents.store import person_pk
from ..model import Usage
from ..transparency.receipts import Entry, Receipts
from .log import shown, usage_from

_ID = re.compile(r"[0-9A-Za-z-]{8,64}")


@dataclass(frozen=True)
class OwnReceipt:
    """What a person gets of an exchange about them.

    Attributes:
        usage: the line of their access log.
        entry: what was recorded, and the proof that it stands in the exchange's log.
        consent: id of their consent under which it happened, or None where the law was the basis.
    """

    usage: Usage
    entry: Entry
    consent: str | None


class OwnReceipts:
    """Reads them.

    Args:
        table, keyring: the room's.
        receipts: what was recorded.
        clock: tells the time.
    """

    def __init__(self, table: Table, keyring: Keyring, receipts: Receipts, clock: Callable[[], datetime]) -> None:
        self._table = table
        self._keyring = keyring
        self._receipts = receipts
        self._clock = clock

    def read(self, identifier: str, pid: str) -> OwnReceipt:
        """The receipt of an exchange about this person.

        Args:
            identifier: id of the exchange.
            pid: national id; only its pseudonym is looked up.

        Raises:
            NotFound: there is none, it is about somebody else, or the law lets it stay hidden still.
        """
        subject = self._keyring.pseudonym(pid)
        entry = self._receipts.entry(identifier) if _ID.fullmatch(identifier) else None
        line = None
        if entry is not None:
            line = self._table.get(Key(store.subject_pk(subject), f"{entry.leaf.at}#{identifier}"))
        if entry is None or line is None or not shown(line, self._clock()):
            raise not_found("ใบรับการแลกเปลี่ยน", "receipt")
        usage = usage_from(line)
        consents = (item.data for item in every(self._table, person_pk(subject)))
        return OwnReceipt(usage, entry, consent_at(consents, usage))


def consent_at(consents: Iterable[Mapping[str, Any]], usage: Usage) -> str | None:
    """The consent of a person that held between the two of an exchange when it was recorded, or None."""
    at = datetime.fromisoformat(usage.at)
    for each in consents:
        if (each["consumer"], each["service"]) != (usage.consumer, usage.service) or each["act"] is None:
            continue
        given, ended, used = datetime.fromisoformat(each["decided_at"]), each["closed_at"], each["used"]
        held = given <= at and (ended is None or at < datetime.fromisoformat(ended))
        if held and (used is None or used["by"] == usage.receipt):
            return str(each["id"])
    return None
