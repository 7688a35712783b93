"""The sample people and systems of `infra/seed/personas.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chalicelib.shared.thai import is_juristic_id, is_national_id

FILE = Path(__file__).resolve().parent.parent / "seed" / "personas.json"

Kind = Literal["citizen", "business", "officer", "system", "publisher", "operator", "assistant"]
STAFF: tuple[Kind, ...] = ("officer", "publisher", "operator", "assistant")


class Persona(BaseModel):
    """Somebody one can be on the laptop.

    A person has a national id, a system its client id; both never at once. `juristic_id` is the company that
    a business persona may act for, and `roles` those that the seed gives to a member of staff.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Kind
    name_th: str
    name_en: str
    description: str
    agency: str | None = None
    pid: str | None = Field(default=None, repr=False)
    juristic_id: str | None = None
    client_id: str | None = None
    roles: tuple[str, ...] = ()
    ial: str = "2.3"

    @model_validator(mode="after")
    def _is_whole(self) -> Persona:
        if (self.kind == "system") != (self.client_id is not None) or (self.kind == "system") != (self.pid is None):
            raise ValueError("a system has a client_id and no pid, a person the reverse")
        if self.pid is not None and not is_national_id(self.pid):
            raise ValueError("pid is not a national id")
        if self.juristic_id is not None and not is_juristic_id(self.juristic_id):
            raise ValueError("juristic_id is not a juristic number")
        if (self.kind in (*STAFF, "system")) != (self.agency is not None):
            raise ValueError("staff and systems have an agency, others none")
        return self

    @property
    def shown(self) -> dict[str, str]:
        """What `GET /local/personas` says of it: no number of any person."""
        seen = {
            "id": self.id,
            "kind": self.kind,
            "agency": self.agency,
            "name_th": self.name_th,
            "name_en": self.name_en,
            "description": self.description,
        }
        return {name: value for name, value in seen.items() if value is not None}


class Personas:
    """All of them, by id."""

    def __init__(self, people: tuple[Persona, ...]) -> None:
        self._by_id = {persona.id: persona for persona in people}
        if len(self._by_id) != len(people):
            raise ValueError("a persona id stands twice")

    def __iter__(self) -> Iterator[Persona]:
        return iter(self._by_id.values())

    def find(self, persona_id: str) -> Persona | None:
        """The persona of that id, or None."""
        return self._by_id.get(persona_id)

    def __getitem__(self, persona_id: str) -> Persona:
        return self._by_id[persona_id]

    @property
    def people(self) -> tuple[Persona, ...]:
        """Those who log in by hand; systems do not."""
        return tuple(persona for persona in self._by_id.values() if persona.pid is not None)


def load(file: Path = FILE) -> Personas:
    """The personas of a seed file. Raises `ValueError` when one is not whole."""
    entries = json.loads(file.read_text(encoding="utf-8"))["personas"]
    return Personas(tuple(Persona.model_validate(entry) for entry in entries))
