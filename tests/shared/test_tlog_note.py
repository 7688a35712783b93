"""Signed notes against a published one of another implementation, and everything that is no note."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.gdx.transparency.signing_key import SigningKey
from chalicelib.shared import tlog_note as note
from chalicelib.shared.tlog_note import BadNote, Checkpoint, Note, Signature, VerifierKey
from tests.support.keys import local_keyring
from tests.support.memory import MemoryTable

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
QUOTE = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = f"""{QUOTE}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=
"""
"""The example of golang.org/x/mod/sumdb/note."""

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = VerifierKey("witness.test", note.COSIGNATURE, PRIVATE.public_key().public_bytes_raw())


def test_a_note_of_another_implementation_is_read_and_checked() -> None:
    read = Note.parse(SIGNED)
    assert (read.text, str(read)) == (QUOTE, SIGNED)
    for signature, vkey in zip(read.signatures, (PETER, ENOCH), strict=True):
        key = VerifierKey.parse(vkey)
        assert str(key) == vkey
        assert note.check(read.text, signature, key) is None
        with pytest.raises(BadNote, match="does not hold"):
            note.check(read.text.replace("think", "thunk"), signature, key)


def test_a_signature_of_another_key_or_name_is_none_of_this_key() -> None:
    first, second = Note.parse(SIGNED).signatures
    with pytest.raises(BadNote, match="another key"):
        note.check(QUOTE, second, VerifierKey.parse(PETER))
    renamed = VerifierKey("Peter", note.ED25519, VerifierKey.parse(PETER).public)
    with pytest.raises(BadNote, match="another key"):
        note.check(QUOTE, first, renamed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        QUOTE,
        SIGNED.rstrip("\n"),
        SIGNED + "\n",
        SIGNED.replace("— Peter", "- Peter"),
        SIGNED.replace("— Peter", "—  Peter"),
        SIGNED.replace("JnAM=", "JnAM"),
        SIGNED.replace("x08go", "x08*o"),
        SIGNED.replace("think", "th\rnk"),
        SIGNED.replace("think", "th\tnk"),
        QUOTE + "\n" + "— a AAAAAAA=\n" * 101,
        QUOTE + "\n— a AAAA\n",
    ],
)
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(BadNote):
        Note.parse(text)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("Peter", ""),
        PETER[:-4],
        PETER.replace("+AR", "+AB"),
        f"{PETER}\n",
    ],
)
def test_what_is_no_key(vkey: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(vkey)


def test_a_checkpoint_is_its_text() -> None:
    told = Checkpoint("klang.test/gdx/v1/log", 20_852_163, bytes(range(32)))
    assert told.text == "klang.test/gdx/v1/log\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert Checkpoint.parse(told.text) == told
    assert Checkpoint.parse(told.text + "an extension\n") == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a b\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "a\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "a\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "a\n๑\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "a\n1\nAAEC\n",
        "a\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


def test_a_cosignature_binds_the_time() -> None:
    text = Checkpoint("klang.test/log", 1, bytes(32)).text
    at = 1_800_000_000
    raw = at.to_bytes(8, "big") + PRIVATE.sign(note.cosigned_text(text, at).encode())
    assert note.check(text, Signature(WITNESS.name, WITNESS.id, raw), WITNESS) == at
    later = (at + 1).to_bytes(8, "big") + raw[8:]
    with pytest.raises(BadNote):
        note.check(text, Signature(WITNESS.name, WITNESS.id, later), WITNESS)


def test_a_newer_signature_takes_the_place_of_the_same_key_s() -> None:
    read = Note.parse(SIGNED)
    first = read.signatures[0]
    again = Signature(first.name, first.key_id, b"another one")
    assert read.signed(again).signatures == (read.signatures[1], again)


def test_the_log_s_key_is_made_once_and_its_secret_lies_sealed() -> None:
    table, keyring = MemoryTable(), local_keyring()
    first, second = (SigningKey(table, keyring, name) for name in ("one.test/log", "two.test/log"))
    assert first.vkey == second.vkey == SigningKey(table, keyring, "three.test/log").vkey
    assert first.vkey.name == "one.test/log", "a log keeps its name"
    signed = first.note("text\n")
    assert note.check(signed.text, signed.signatures[0], first.vkey) is None
    assert str(signed) == str(second.note("text\n"))
    (row,) = [item.data for item, _ in table._items.values()]
    assert set(row) == {"name", "seed"} and len(keyring.unseal(row["seed"], "gdx/log/ed25519")) == 44


class Late(MemoryTable):
    """A table in which somebody else makes the key first."""

    def get(self, key: object) -> None:
        return None


def test_two_first_callers_get_the_same_key() -> None:
    table = Late()
    one = SigningKey(table, local_keyring(), "klang.test/log").vkey
    assert SigningKey(table, local_keyring(), "klang.test/log").vkey == one
