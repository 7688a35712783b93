"""A job and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass

State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True)
class Result:
    """What a job made.

    Attributes:
        key: of the object in the room's bucket, under `results/`.
        media_type: of that object.
        file_name: under which it is saved.
        facts: what is worth knowing without opening it (rows, versions read ...); JSON types only.
    """

    key: str
    media_type: str
    file_name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why a job failed: the refusal's slug, and its words for people."""

    slug: str
    th: str
    en: str


@dataclass(frozen=True)
class Job:
    """Something that was asked for.

    Attributes:
        kind: which worker does it.
        given: what it is to do; JSON types only, no personal data.
        by: label of whoever asked (`Caller.label`); for nobody known, of the network address, by a pseudonym.
        about: ids of the datasets that it reads; it goes with each of them.
        asked, started, ended: ISO 8601, UTC; "" where that has not come yet.
        until: epoch seconds to which a worker may be busy with it; 0 while none is.
        attempts: how often a worker began.
        slot: which of the asker's places it takes while it is not ended.
    """

    id: str
    kind: str
    given: Mapping[str, Any]
    by: str
    about: tuple[str, ...]
    asked: str
    slot: int
    state: State = "waiting"
    started: str = ""
    ended: str = ""
    until: int = 0
    attempts: int = 0
    result: Result | None = None
    problem: Problem | None = None

    @property
    def ended_somehow(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ("done", "failed")

    def place(self, ending: str) -> str:
        """Where its result belongs; each attempt has a place of its own.

        Args:
            ending: of the file's name, e.g. `csv`.
        """
        return f"{folder(self.id)}{self.attempts}.{ending}"


def folder(id: str) -> str:
    """The beginning of the keys of a job's results."""
    return f"results/{id}/"


@dataclass(frozen=True)
class Wish:
    """What a request for a job becomes, once it is checked.

    Attributes:
        given: for the job.
        about: ids of the datasets that it will read, with the versions of their rows as they were seen.
    """

    given: Mapping[str, Any]
    about: Mapping[str, int] = field(default_factory=dict)
