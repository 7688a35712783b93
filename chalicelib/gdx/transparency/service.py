"""The transparency log put together."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ...shared.objects import Objects
from ...shared.parts import Parts
from ..evidence import entry_bytes
from .log import Log
from .openings import Openings
from .receipts import Receipts
from .sealer import Run, Sealer
from .signing_key import SigningKey
from .tiles import WIDTH
from .witnesses import Witnesses

PREFIX = "/gdx/v1/log"
VERIFIER = Path(__file__).parents[2] / "shared" / "tlog_verifier.py"
"""Read and not imported: a start needs none of the cryptography that it loads."""


class Transparency:
    """The log, those who append to it, and those who read it.

    Args:
        parts: the room's common parts.
        objects: the log's bucket.
        width: hashes of a full tile; 256 everywhere but in tests.
    """

    def __init__(self, parts: Parts, objects: Objects, width: int = WIDTH) -> None:
        self.key = SigningKey(parts.table, parts.keyring, origin(parts.base_url))
        self.log = Log(objects, width)
        self.receipts = Receipts(parts.table, parts.keyring, self.log)
        self.openings = Openings(parts.table, parts.keyring, self.log, parts.clock)
        self.witnesses = Witnesses(parts.table, parts.journal, objects, self.log, parts.clock)
        self._sealer = Sealer(parts.table, objects, self.key, entry_bytes, parts.clock, width=width)

    def seal(self) -> Run:
        """Seals what is open; see `Sealer.run`."""
        return self._sealer.run()


def origin(base_url: str) -> str:
    """Name of a log at this address: the address without its scheme (C2SP tlog-checkpoint)."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}{PREFIX}"


def verifier_text() -> str:
    """The published verifier, as a party downloads it."""
    return VERIFIER.read_text(encoding="utf-8")
