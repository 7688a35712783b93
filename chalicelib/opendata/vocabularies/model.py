"""What a vocabulary is."""

from __future__ import annotations

from chalicelib.shared.dataclass import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """A named list of tags. A dataset carries one of them as (vocabulary id, tag name).

    Attributes:
        tags: names, sorted.
        chain: sequence and hash of its last event (`journal.Head`).
    """

    id: str
    name: str
    tags: tuple[str, ...] = ()
    chain: tuple[int, str] = (0, "")
    version: int = 1

    def tag_id(self, tag: str) -> str:
        """The id of one of its tags. Colons stand in no tag's name, so no free tag has such an id."""
        return f"{self.id}:{tag}"

    def tag(self, id_or_name: str) -> str | None:
        """The name of the tag with this id or name, None where there is none."""
        name = id_or_name.removeprefix(f"{self.id}:")
        return name if name in self.tags else None
