"""Signed notes, checkpoints and cosignatures, as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature).

A note is text that ends in a newline, an empty line, and lines `— <key name> <base64(key id || signature)>`. Ed25519
(RFC 8032) has the type byte 0x01; a witness's cosignature has 0x04 and binds the time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

from .dataclass import dataclass

ED25519, COSIGNATURE = 0x01, 0x04
"""Signature types (C2SP signed-note)."""

MOST_SIGNATURES = 100
"""More lines than this are not read; C2SP asks for at least 16."""

_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class BadNote(Exception):
    """A note, a key or a signature that cannot be read or does not hold; the text says which, never the content."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name: the `vkey` that a verifier is given.

    Attributes:
        name: of the signer; for a log the origin of its checkpoints.
        kind: `ED25519` or `COSIGNATURE`.
        public: 32 bytes.
    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Reads a vkey; raises BadNote, also where its id does not belong to it."""
        name, _, rest = text.partition("+")
        given, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        if not _NAME.fullmatch(name) or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
            raise BadNote("not a verifier key")
        key = cls(name, raw[0], raw[1:])
        if key.id.hex() != given:
            raise BadNote("the key's id does not belong to it")
        return key


@dataclass(frozen=True)
class Signature:
    """One line below a note; `raw` is what follows the key id."""

    name: str
    key_id: bytes
    raw: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.raw).decode()}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Reads one line without its newline; raises BadNote."""
        found = _LINE.fullmatch(line)
        raw = b"" if found is None else _decoded(found[2])
        if found is None or len(raw) < 5:
            raise BadNote("not a signature line")
        return cls(found[1], raw[:4], raw[4:])

    def of(self, key: VerifierKey) -> bool:
        """Whether it says that this key made it."""
        return (self.name, self.key_id) == (key.name, key.id)


@dataclass(frozen=True)
class Note:
    """Text (with its last newline) and signatures."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{signature}\n" for signature in self.signatures)

    @classmethod
    def parse(cls, content: str) -> Note:
        """Reads a note; raises BadNote. No signature is checked here."""
        text, blank, below = content.rpartition("\n\n")
        lines = below.split("\n")
        if not blank or not text or lines.pop() != "" or not 1 <= len(lines) <= MOST_SIGNATURES:
            raise BadNote("not a signed note")
        if any(ord(letter) < 0x20 and letter != "\n" for letter in content):
            raise BadNote("control characters")
        return cls(f"{text}\n", tuple(Signature.parse(line) for line in lines))

    def signed(self, signature: Signature) -> Note:
        """With this signature in the place of one of the same key, or at the end."""
        same = (signature.name, signature.key_id)
        others = tuple(each for each in self.signatures if (each.name, each.key_id) != same)
        return replace(self, signatures=(*others, signature))


@dataclass(frozen=True)
class Checkpoint:
    """What a log's note says: name of the log, leaves, head of their tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Reads a note's text; raises BadNote. Further lines (extensions) are signed but mean nothing here."""
        lines = text.split("\n")
        if len(lines) < 4 or not _NAME.fullmatch(lines[0]) or not _SIZE.fullmatch(lines[1]):
            raise BadNote("not a checkpoint")
        root = _decoded(lines[2])
        if len(root) != 32:
            raise BadNote("not a checkpoint")
        return cls(lines[0], int(lines[1]), root)


def sign(text: str, key: VerifierKey, signer: Callable[[bytes], bytes]) -> Signature:
    """A plain Ed25519 signature of a note's text."""
    return Signature(key.name, key.id, signer(text.encode()))


def check(text: str, signature: Signature, key: VerifierKey) -> int | None:
    """Whether the signature of this key holds for the text.

    Returns:
        When a witness made it (POSIX seconds), or None for a plain signature.

    Raises:
        BadNote: it does not hold.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw, at, signed = signature.raw, None, text
    if key.kind == COSIGNATURE:
        at, raw = int.from_bytes(raw[:8], "big"), raw[8:]
        signed = cosigned_text(text, at)
    if not signature.of(key):
        raise BadNote("made by another key")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw, signed.encode())
    except (InvalidSignature, ValueError) as error:
        raise BadNote("the signature does not hold") from error
    return at


def cosigned_text(text: str, at: int) -> str:
    """What a witness signs (C2SP tlog-cosignature)."""
    return f"cosignature/v1\ntime {at}\n{text}"


def _decoded(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadNote("not base64") from error
    if base64.b64encode(raw).decode() != text:
        raise BadNote("not canonical base64")
    return raw
