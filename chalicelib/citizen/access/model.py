"""An exchange about a person with its evidence, as the exchange tells it; and a question to an agency about one."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from chalicelib.shared.dataclass import dataclass

from ..model import Person

Kind = Literal["why", "correct", "object"]
"""Why was it done (PDPA s.30), please correct it (s.35 and 36), I object to it (s.32)."""
QuestionState = Literal["asked", "answered"]


class OwnReceipt(BaseModel):
    """One exchange about the person, as `GET /gdx/v1/me/usage/{receipt}` shows it; more is passed over.

    Attributes:
        agreement: under which it happened.
        case: the asker's own case number.
        consent: the person's consent under which it happened, or None where the law was the basis.
        promise: the signed promise made with the exchange (JWT).
        leaf_text, entry, cover_salt: what was recorded, what stands in the log, and what opens the one in the other.
        index, proof: place and tlog-proof, or None until it is sealed.
        log_key: the log's verifier key.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    at: str
    consumer: str
    consumer_th: str
    consumer_en: str
    service: str
    service_th: str
    service_en: str
    purpose_th: str
    purpose_en: str
    legal_basis_th: str
    legal_basis_en: str
    fields: tuple[str, ...]
    receipt: str
    until: str | None = None
    agreement: str
    case: str | None
    consent: str | None
    promise: str
    leaf_text: str
    entry: str
    cover_salt: str | None
    index: int | None
    proof: str | None
    log_key: str


@dataclass(frozen=True)
class Question:
    """A question of a person to an agency about one exchange.

    Attributes:
        id: unguessable.
        receipt: id of the exchange.
        kind: what is wanted.
        to: member that must answer, e.g. `TH/LOCAL/LAEMNGOP`.
        asked_at: ISO 8601, UTC.
        due: the last day (Thailand) on which the law lets it be answered.
        content: what it is about and the person's words, sealed.
        reminded, overdue: whether these two steps have been taken.
        answered_at, answered_by, answer: when and by which system, and its words, sealed.
        chain: end of its history.
    """

    id: str
    person: Person
    receipt: str
    kind: Kind
    to: str
    asked_at: str
    due: dt.date
    content: str = field(repr=False)
    state: QuestionState = "asked"
    reminded: bool = False
    overdue: bool = False
    answered_at: str | None = None
    answered_by: str | None = None
    answer: str | None = field(default=None, repr=False)
    chain: tuple[int, str] = (0, "")
    version: int = 1
