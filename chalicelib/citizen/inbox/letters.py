"""A message with its content unsealed, and how the content is sealed."""

from __future__ import annotations

import json
from dataclasses import field

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.thai import Text

from ..model import Person
from .model import Attachment, Message, NewMessage


@dataclass(frozen=True)
class Letter:
    """A message with its content unsealed, for the person themself."""

    message: Message
    title: Text = field(repr=False)
    body: Text = field(repr=False)
    source_name: Text | None = None
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


def sealed(keyring: Keyring, person: Person, id: str, message: NewMessage) -> str:
    """The content of a message as it is kept."""
    said = message.model_dump(include={"title", "body", "source_name", "attachments"})
    return keyring.seal(json.dumps(said, ensure_ascii=False, separators=(",", ":")), _context(person, id))


def unsealed(keyring: Keyring, person: Person, message: Message) -> Letter:
    """A kept message, readable again."""
    said = json.loads(keyring.unseal(message.content, _context(person, message.id)))
    return Letter(
        message,
        Text(**said["title"]),
        Text(**said["body"]),
        None if said["source_name"] is None else Text(**said["source_name"]),
        tuple(Attachment(**each) for each in said["attachments"]),
    )


def _context(person: Person, id: str) -> str:
    return f"inbox/{person}/{id}"
