"""Checks a receipt of the exchange offline: one file, Python 3.11 and the package `cryptography`, nothing else.

    python verifier.py proof RECEIPT.tlog-proof --vkey VKEY --entry ENTRY.json
        [--body BODY --salt SALT --side request|answer] [--leaf LEAF.json --cover-salt SALT] [--witness VKEY ...]
    python verifier.py consistency OLD.checkpoint NEW.checkpoint PROOF.json --vkey VKEY
    python verifier.py audit CHECKPOINT BUNDLE [BUNDLE ...] --vkey VKEY     (all entry bundles, in order)

It answers `good` and what was shown (exit 0), or `BAD` and why (exit 1). It believes nothing but the verifier key that
you give it, so get that key once and keep it; it never asks the network.

The formats are public: tree hashes RFC 6962 section 2.1, proofs RFC 9162 section 2.1.3 and 2.1.4, and from C2SP
signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof. Other verifiers of these formats read a receipt as well.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4


class Bad(Exception):
    """Something is not as it should be."""


@dataclass(frozen=True)
class Key:
    """A verifier key: `<name>+<id in hex>+<base64 of type and public key>`."""

    name: str
    id: bytes
    kind: int
    public: bytes


@dataclass(frozen=True)
class Checkpoint:
    """What the log's signed note says, and who else has signed it."""

    origin: str
    size: int
    root: bytes
    witnesses: tuple[tuple[str, int], ...]


def unbase64(text: str) -> bytes:
    """Strict base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("not base64") from None


def key_of(vkey: str) -> Key:
    """Reads a verifier key; its id must belong to it."""
    name, _, rest = vkey.strip().partition("+")
    given, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    if not name or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise Bad("this is not a verifier key")
    computed = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if computed.hex() != given:
        raise Bad("the verifier key was altered: its id does not belong to it")
    return Key(name, computed, raw[0], raw[1:])


def checkpoint_of(note: str, log: Key, witnesses: Sequence[Key] = ()) -> Checkpoint:
    """Reads a checkpoint and checks the log's signature, and those of the witnesses that are known."""
    text, blank, below = note.rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    if not blank or len(lines) < 4 or not lines[1].isascii() or not lines[1].isdecimal():
        raise Bad("this is not a checkpoint")
    if lines[0] != log.name:
        raise Bad("the checkpoint is of another log")
    signed, seen = False, []
    for line in below.splitlines():
        for key in (log, *witnesses):
            found = signature_of(line, key)
            if found is None:
                continue
            at = _holds(text, found, key)
            signed = signed or key == log
            if key != log:
                seen.append((key.name, at))
    if not signed:
        raise Bad("the checkpoint is not signed by the log's key")
    missing = {key.name for key in witnesses} - {name for name, _ in seen}
    if missing:
        raise Bad(f"not cosigned by {', '.join(sorted(missing))}")
    return Checkpoint(lines[0], int(lines[1]), unbase64(lines[2]), tuple(seen))


def signature_of(line: str, key: Key) -> bytes | None:
    """The signature on a line below a note, if this key made it; lines of unknown keys are passed over."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or parts[1] != key.name:
        return None
    raw = unbase64(parts[2])
    return raw[4:] if raw[:4] == key.id else None


def _holds(text: str, signature: bytes, key: Key) -> int:
    at = 0
    if key.kind == COSIGNATURE:
        at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
        text = f"cosignature/v1\ntime {at}\n{text}"
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        raise Bad(f"the signature of {key.name} does not hold") from None
    return at


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root to which an inclusion proof leads (RFC 9162 section 2.1.3.2)."""
    if index >= size:
        raise Bad("the entry lies outside the log")
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise Bad("the proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Bad("the proof is too short")
    return found


def roots_by_consistency(old: int, new: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots to which a consistency proof leads (RFC 9162 section 2.1.4.2), for 0 < old < new."""
    rest = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not rest:
        raise Bad("the proof is too short")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = rest[0]
    for each in rest[1:]:
        if sn == 0:
            raise Bad("the proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(each, first), node_hash(each, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, each)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Bad("the proof is too short")
    return first, second


def check_proof(proof: str, entry: bytes, log: Key, witnesses: Sequence[Key] = ()) -> tuple[int, Checkpoint]:
    """Whether a tlog-proof shows that the entry stands in the log; where, and by which checkpoint."""
    head, blank, note = proof.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Bad("this is not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
    if word != "index" or not index.isascii() or not index.isdecimal():
        raise Bad("this is not a tlog-proof")
    checkpoint = checkpoint_of(note, log, witnesses)
    root = root_by_inclusion(leaf_hash(entry), int(index), checkpoint.size, [unbase64(line) for line in lines])
    if root != checkpoint.root:
        raise Bad("this entry is not in the log at this place")
    return int(index), checkpoint


def check_consistency(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Whether the log only grew between two of its checkpoints."""
    if old.size > new.size:
        raise Bad("the log shrank")
    if old.size in (0, new.size):
        if proof or (old.size == new.size and old.root != new.root):
            raise Bad("the log shows two histories")
        return
    if roots_by_consistency(old.size, new.size, old.root, proof) != (old.root, new.root):
        raise Bad("the log shows two histories")


def entries_of(bundle: bytes) -> list[bytes]:
    """The entries of a bundle of C2SP tlog-tiles: each after its length, 16 bits."""
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entries.append(bundle[at + 2 : at + 2 + length])
        at += 2 + length
        if at > len(bundle):
            raise Bad("an entry bundle is cut off")
    return entries


def tree_head(entries: Sequence[bytes]) -> bytes:
    """The root over all entries (RFC 6962 section 2.1)."""
    row = [leaf_hash(entry) for entry in entries]
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + ([row[-1]] if len(row) % 2 else [])
    return row[0] if row else hashlib.sha256(b"").digest()


def check_whole(checkpoint: Checkpoint, entries: Sequence[bytes]) -> int:
    """Whether these are all entries of the log and nothing else; how many of them are of hidden accesses."""
    if len(entries) != checkpoint.size or tree_head(entries) != checkpoint.root:
        raise Bad("these are not the entries of the log")
    return sum("sealed" in json.loads(entry) for entry in entries)


def commitment(salt: str, content: bytes) -> str:
    """base64url(SHA-256(salt || content)), as entries hold it."""
    return base64.urlsafe_b64encode(hashlib.sha256(salt.encode() + content).digest()).decode().rstrip("=")


def check_opening(entry: bytes, leaf: bytes, salt: str) -> None:
    """Whether a leaf is what the log committed to while the law let it stay hidden."""
    if json.loads(entry).get("sealed") != commitment(salt, leaf):
        raise Bad("the opened leaf is not what the log committed to")


def check_body(leaf: bytes, side: str, salt: str, body: bytes) -> None:
    """Whether this is what was sent (`request`: `METHOD path?query`, a line feed, the body) or answered."""
    if json.loads(leaf).get(side) != commitment(salt, body):
        raise Bad(f"this is not the {side} that was recorded")


def _proof(given: argparse.Namespace) -> str:
    entry = given.entry.read_bytes()
    index, checkpoint = check_proof(
        given.proof.read_text("utf-8"), entry, key_of(given.vkey), [key_of(vkey) for vkey in given.witness]
    )
    leaf = entry
    if given.leaf is not None:
        leaf = given.leaf.read_bytes()
        check_opening(entry, leaf, given.cover_salt)
    if given.body is not None:
        check_body(leaf, given.side, given.salt, given.body.read_bytes())
    cosigned = "".join(f", cosigned by {name} at {at}" for name, at in checkpoint.witnesses)
    also = "" if given.body is None else f"; the {given.side} is the one recorded"
    return f"good: entry {index} of {checkpoint.size} in {checkpoint.origin}{cosigned}{also}"


def _consistency(given: argparse.Namespace) -> str:
    log = key_of(given.vkey)
    old, new = (checkpoint_of(path.read_text("utf-8"), log) for path in (given.old, given.new))
    hashes = json.loads(given.proof.read_text("utf-8"))["hashes"]
    check_consistency(old, new, [unbase64(each) for each in hashes])
    return f"good: {new.origin} only grew from {old.size} to {new.size} entries"


def _audit(given: argparse.Namespace) -> str:
    checkpoint = checkpoint_of(given.checkpoint.read_text("utf-8"), key_of(given.vkey))
    entries = [entry for path in given.bundles for entry in entries_of(path.read_bytes())]
    hidden = check_whole(checkpoint, entries)
    return f"good: all {checkpoint.size} entries of {checkpoint.origin}, {hidden} of them of hidden accesses"


def _bound(arguments: Sequence[str]) -> list[str]:
    """Arguments with each salt tied to its name: a salt is base64url, and argparse takes `-x` for an option."""
    bound: list[str] = []
    for argument in arguments:
        if bound and bound[-1] in ("--salt", "--cover-salt"):
            bound[-1] = f"{bound[-1]}={argument}"
        else:
            bound.append(argument)
    return bound


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="verifier.py", description="Checks what the exchange's log says.")
    commands = parser.add_subparsers(required=True)
    proof = commands.add_parser("proof", help="that an entry stands in the log")
    proof.add_argument("proof", type=Path)
    proof.add_argument("--vkey", required=True)
    proof.add_argument("--entry", type=Path, required=True, help="`entry` of the receipt, byte for byte")
    proof.add_argument("--leaf", type=Path, help="the leaf behind a hidden entry, once it is opened")
    proof.add_argument("--cover-salt", default="")
    proof.add_argument("--body", type=Path)
    proof.add_argument("--salt", default="")
    proof.add_argument("--side", choices=("request", "answer"), default="answer")
    proof.add_argument("--witness", action="append", default=[], help="a witness that must have cosigned")
    proof.set_defaults(run=_proof)
    consistency = commands.add_parser("consistency", help="that the log only grew")
    for name in ("old", "new", "proof"):
        consistency.add_argument(name, type=Path)
    consistency.add_argument("--vkey", required=True)
    consistency.set_defaults(run=_consistency)
    audit = commands.add_parser("audit", help="that these are all entries, and how many are hidden")
    audit.add_argument("checkpoint", type=Path)
    audit.add_argument("bundles", type=Path, nargs="+")
    audit.add_argument("--vkey", required=True)
    audit.set_defaults(run=_audit)
    given = parser.parse_args(_bound(arguments))
    try:
        said, code = str(given.run(given)), 0
    except (Bad, ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        said, code = f"BAD: {error if isinstance(error, Bad) else f'cannot be read ({type(error).__name__})'}", 1
    sys.stdout.write(f"{said}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
