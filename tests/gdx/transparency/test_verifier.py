"""The published verifier: it says good to what is, and finds whatever was altered."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.transparency.tiles import pack, unpack
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.tlog_note import ED25519, VerifierKey
from tests.gdx.transparency.logbook import Logbook

SOURCE = Path(verifier.__file__)


class Papers:
    """What a party keeps of one exchange in a log of 23."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.book = Logbook()
        self.old = self.book.grow(9)
        leaf = {
            "id": "mine",
            "request": verifier.commitment("s1", b"POST /x\nq"),
            "answer": verifier.commitment("s2", b"a"),
        }
        self.leaf = json.dumps(leaf).encode()
        cover = {"id": "mine", "at": "2026", "until": "2027", "sealed": verifier.commitment("s3", self.leaf)}
        self.new = self.book.grow(14)
        self.entry = self.book.written[7]
        self.proof = self.book.log.proof(7, self.entry)
        self.cover = json.dumps(cover).encode()
        self.vkey = str(self.book.key.vkey)
        _, hashes = self.book.log.consistency(9, 23)
        self.consistency = json.dumps({"hashes": [base64.b64encode(each).decode() for each in hashes]})

    def file(self, name: str, content: bytes | str) -> str:
        """One of the papers, as a file."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def verify(self, **changes: str | bytes) -> tuple[str, ...]:
        """Arguments to verify the proof, with some papers changed."""
        given = {"proof": self.proof, "entry": self.entry, "vkey": self.vkey, **changes}
        return (
            "proof",
            self.file("mine.tlog-proof", given["proof"]),
            *("--entry", self.file("entry.json", given["entry"])),
            *("--vkey", str(given["vkey"])),
        )

    def compare(self, **changes: str) -> tuple[str, ...]:
        """Arguments to compare the two checkpoints, with some papers changed."""
        given = {"old": self.old, "new": self.new, "consistency": self.consistency, **changes}
        files = [self.file(f"{name}.paper", given[name]) for name in ("old", "new", "consistency")]
        return ("consistency", *files, "--vkey", str(given.get("vkey", self.vkey)))

    @property
    def bundles(self) -> list[bytes]:
        """All entries, four in a bundle."""
        return [pack(self.book.written[at : at + 4]) for at in range(0, 23, 4)]

    def audit(self, last: bytes | None = None) -> tuple[str, ...]:
        """Arguments to audit the whole log, with another last bundle."""
        bundles = [*self.bundles[:-1], self.bundles[-1] if last is None else last]
        files = [self.file(f"bundle-{at}", bundle) for at, bundle in enumerate(bundles)]
        return ("audit", self.file("checkpoint", self.new), *files, "--vkey", self.vkey)


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path)


def said(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> str:
    """What the command line says; its exit code must fit."""
    code = verifier.main(arguments)
    text = capsys.readouterr().out
    assert (code == 0) == text.startswith("good: ") and (code == 1) == text.startswith("BAD: ")
    return text


def test_what_is_good(papers: Papers, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, papers.verify()) == "good: entry 7 of 23 in klang.test/gdx/v1/log\n"
    assert said(capsys, papers.compare()) == "good: klang.test/gdx/v1/log only grew from 9 to 23 entries\n"
    assert said(capsys, papers.audit()).endswith("23 entries of klang.test/gdx/v1/log, 0 of them of hidden accesses\n")
    same = papers.compare(old=papers.new, consistency='{"hashes": []}')
    assert said(capsys, same).startswith("good: ")


def test_a_salt_may_begin_like_an_option(papers: Papers, capsys: pytest.CaptureFixture[str]) -> None:
    body = papers.file("body", b"a")
    salted = {salt: json.dumps({"answer": verifier.commitment(salt, b"a")}).encode() for salt in ("-x1", "--body")}
    for salt, leaf in salted.items():
        verifier.check_body(leaf, "answer", salt, b"a")
        told = said(capsys, (*papers.verify(), "--body", body, "--salt", salt, "--cover-salt", salt))
        assert told.startswith("BAD: ")  # these are not the entry's salts: judged, not taken for options


OTHER = str(VerifierKey("klang.test/gdx/v1/log", ED25519, bytes(32)))
Spoilt = Callable[[Papers], tuple[str, ...]]
SPOILT: dict[str, Spoilt] = {
    "entry": lambda p: p.verify(entry=p.entry + b" "),
    "another entry": lambda p: p.verify(entry=p.book.written[8]),
    "index": lambda p: p.verify(proof=p.proof.replace("index 7", "index 6")),
    "index outside": lambda p: p.verify(proof=p.proof.replace("index 7", "index 23")),
    "no index": lambda p: p.verify(proof=p.proof.replace("index 7", "place 7")),
    "a Thai digit": lambda p: p.verify(proof=p.proof.replace("index 7", "index ๗")),
    "format": lambda p: p.verify(proof=p.proof.replace("@v1", "@v2", 1)),
    "a hash less": lambda p: p.verify(proof="\n".join(p.proof.split("\n")[:2] + p.proof.split("\n")[3:])),
    "a hash more": lambda p: p.verify(proof=p.proof.replace("index 7\n", f"index 7\n{p.proof.split()[3]}\n")),
    "size": lambda p: p.verify(proof=p.proof.replace("\n23\n", "\n24\n")),
    "the older checkpoint": lambda p: p.verify(proof=p.proof[: p.proof.index("\n\n") + 2] + p.old),
    "no signature": lambda p: p.verify(proof=p.proof[: p.proof.rindex("—")]),
    "wrong key": lambda p: p.verify(vkey=OTHER),
    "another name in the key": lambda p: p.verify(vkey=str(VerifierKey("a.test", ED25519, p.book.key.vkey.public))),
    "a key altered": lambda p: p.verify(vkey=p.vkey.replace("klang", "clang")),
    "no proof": lambda p: p.verify(proof="hello"),
    "nothing": lambda p: p.verify(proof=""),
    "no text": lambda p: p.verify(proof=b"\xff\xfe"),
    "an old checkpoint": lambda p: p.compare(old=p.old.replace("\n9\n", "\n8\n")),
    "checkpoints swapped": lambda p: p.compare(old=p.new, new=p.old),
    "no hashes": lambda p: p.compare(consistency='{"hashes": []}'),
    "hashes of something else": lambda p: p.compare(consistency=json.dumps({"hashes": [p.vkey[-44:]]})),
    "no JSON": lambda p: p.compare(consistency="x"),
    "no object": lambda p: p.compare(consistency="[]"),
    "another log's key": lambda p: p.compare(vkey=OTHER),
    "an entry more than the log has": lambda p: p.audit(p.bundles[-1] + pack([b"{}"])),
    "an entry less": lambda p: p.audit(pack(unpack(p.bundles[-1])[:-1])),
    "another entry among all": lambda p: p.audit(pack([b"{}", *unpack(p.bundles[-1])[1:]])),
    "a bundle cut off": lambda p: p.audit(p.bundles[-1][:-1]),
    "bundles of another log": lambda p: (*p.audit()[:-1], OTHER),
    "a missing file": lambda p: ("proof", "no-such-file", "--entry", "no-such-file", "--vkey", p.vkey),
}


@pytest.mark.parametrize("what", sorted(SPOILT))
def test_what_was_altered_is_found(what: str, papers: Papers, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, SPOILT[what](papers)).startswith("BAD: ")


@given(st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=200, deadline=None)
def test_no_byte_of_a_proof_can_be_another(at: int, change: int) -> None:
    proof = bytearray(PROOF.proof.encode())
    at %= len(proof)
    proof[at] ^= change
    log = verifier.key_of(PROOF.vkey)
    try:
        text = proof.decode()
        index, checkpoint = verifier.check_proof(text, PROOF.entry, log)
    except (verifier.Bad, ValueError):
        return
    # what says the same in another way, or a line that nobody reads, may differ; what was shown may not
    assert (index, checkpoint.size, checkpoint.root.hex()) == (7, 23, PROOF.book.log.published().checkpoint.root.hex())


PROOF = Papers(Path())


def test_bodies_and_openings(papers: Papers) -> None:
    verifier.check_body(papers.leaf, "request", "s1", b"POST /x\nq")
    verifier.check_body(papers.leaf, "answer", "s2", b"a")
    verifier.check_opening(papers.cover, papers.leaf, "s3")
    for leaf, side, salt, body in (
        (papers.leaf, "answer", "s2", b"b"),
        (papers.leaf, "answer", "s1", b"a"),
        (papers.leaf, "request", "s2", b"a"),
        (papers.cover, "answer", "s2", b"a"),
    ):
        with pytest.raises(verifier.Bad, match="not the"):
            verifier.check_body(leaf, side, salt, body)
    for cover, leaf, salt in (
        (papers.cover, papers.leaf + b" ", "s3"),
        (papers.cover, papers.leaf, "s4"),
        (papers.leaf, papers.leaf, "s3"),
    ):
        with pytest.raises(verifier.Bad, match="committed"):
            verifier.check_opening(cover, leaf, salt)


def test_it_needs_nothing_of_this_house() -> None:
    module = ast.parse(SOURCE.read_text("utf-8"))
    roots = {
        name.split(".")[0]
        for node in ast.walk(module)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(module))
    assert roots - {"cryptography"} <= set(STANDARD)


STANDARD = ("__future__", "argparse", "base64", "collections", "dataclasses", "hashlib", "json", "pathlib", "sys")


def test_hidden_accesses_are_counted_among_all_entries(papers: Papers) -> None:
    entries = [papers.entry, papers.cover, papers.leaf]
    whole = verifier.Checkpoint("a", 3, verifier.tree_head(entries), ())
    assert verifier.check_whole(whole, entries) == 1
    assert verifier.tree_head([]) == hashlib.sha256().digest()
    with pytest.raises(verifier.Bad):
        verifier.check_whole(whole, entries[::-1])
