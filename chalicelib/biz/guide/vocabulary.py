"""The questions that all services share, in the words and the order of `questions.json`."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from chalicelib.shared.sourced import Code, Part
from chalicelib.shared.thai import Text

from ..definitions.guide import Question

FILE = Path(__file__).parent / "questions.json"

OWNER_KIND = "owner_kind"
"""The shared question whose answer is the kind of applicant."""

RESERVED = frozenset({"lang", "format", "none"})
"""Names that an address needs for itself."""


class Group(Part):
    """Questions that are asked together."""

    title: Text
    questions: dict[Code, Question] = Field(min_length=1)


class Vocabulary(Part):
    """The shared questions."""

    groups: tuple[Group, ...]

    @functools.cached_property
    def questions(self) -> Mapping[str, Question]:
        """All of them by code; one whose `asked_if` names another stands after it."""
        return {code: question for group in self.groups for code, question in group.questions.items()}


@functools.cache
def shared() -> Vocabulary:
    """The vocabulary of this room, read once in a process."""
    return Vocabulary.model_validate(json.loads(FILE.read_text(encoding="utf-8")))
