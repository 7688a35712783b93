"""What people say of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

Kind = Literal["reuse", "comment", "rating"]
State = Literal["waiting", "shown", "hidden", "withdrawn"]
KINDS: tuple[Kind, ...] = ("reuse", "comment", "rating")
STARS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Contribution:
    """A reuse (an application, study or story made with the data), a comment, or a rating.

    Attributes:
        author: `Caller.label`: a pseudonym, shown to nobody but its owner as "mine".
        organization: id of the dataset's organisation, whose editors moderate.
        content: of a reuse title, description, url and type; of a comment text; of a rating stars and text.
        reply: {text, at} of the organisation, or None.
        decided: {at, reason} of the last decision of a moderator, or None.
    """

    id: str
    kind: Kind
    dataset: str
    organization: str
    author: str
    created: str
    changed: str
    content: Mapping[str, Any]
    state: State = "waiting"
    reply: Mapping[str, str] | None = None
    decided: Mapping[str, str] | None = None
    chain: tuple[int, str] = (0, "")
    version: int = 1


@dataclass(frozen=True)
class Ratings:
    """How often each number of stars was given."""

    stars: Mapping[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many people rated."""
        return sum(self.stars.values())

    @property
    def average(self) -> float | None:
        """The mean, to one decimal; None without a rating."""
        if not self.count:
            return None
        return round(sum(stars * times for stars, times in self.stars.items()) / self.count, 1)
