"""What is known of a service's descriptions: versions, and the changes from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One difference between two descriptions of a service.

    Attributes:
        rule: stable name of what happened, e.g. `answer-field-removed` (all of them: `words.RULES`).
        breaking: whether a consumer of the old description can be let down by it.
        pointer: JSON Pointer to the place, in the new document, or in the old one for what was removed.
        method, path: the operation; the path is the template of the document that `pointer` is about.
        field: for what an answer holds, its place as agreements name fields (`*` stands for each item of an array and
            for any name of a map); None for everything else, which concerns the operation as a whole.
        th, en: what happened, for people.
    """

    rule: str
    kind: Kind
    breaking: bool
    pointer: str
    method: str
    path: str
    field: str | None
    th: str
    en: str


@dataclass(frozen=True)
class Version:
    """One description of a service, as it was taken in.

    Attributes:
        number: 1, 2, 3 ... of the service.
        hash: SHA-256 (hex) of the document's canonical JSON.
        at: when (ISO 8601, UTC).
        by: who: kind and id of the caller.
        breaking: how many breaking changes it made to the version before.
    """

    number: int
    hash: str
    at: str
    by: str
    breaking: int
    document: Mapping[str, Any] = field(repr=False)
