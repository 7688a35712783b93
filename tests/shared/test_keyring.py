"""Keys of a room: pseudonyms that cannot be joined, values that open only where they belong, signatures that hold."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.keyring import Keyring, Tampered, ec_jwk, thumbprint
from tests.support.forgeries import PID
from tests.support.keys import LocalSigner, local_keyring

KEYRING = local_keyring()
OTHER = local_keyring(bytes(32))


def test_a_pseudonym_is_stable_and_gives_nothing_away() -> None:
    name = KEYRING.pseudonym(PID)
    assert name == KEYRING.pseudonym(PID) == local_keyring().pseudonym(PID)
    assert len(name) == 26 and name.isalnum() and name.islower()
    assert PID not in name


def test_rooms_know_one_person_by_different_names() -> None:
    assert KEYRING.pseudonym(PID) != OTHER.pseudonym(PID)


def test_two_people_have_two_names() -> None:
    assert KEYRING.pseudonym(PID) != KEYRING.pseudonym("3100600445635")


def test_codes_serve_one_purpose() -> None:
    code = KEYRING.mac("cursor", b"x")
    assert code == KEYRING.mac("cursor", b"x")
    assert code not in {KEYRING.mac("other", b"x"), KEYRING.mac("cursor", b"y"), OTHER.mac("cursor", b"x")}


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_is_sealed_opens_in_its_context(text: str, context: str) -> None:
    assert KEYRING.unseal(KEYRING.seal(text, context), context) == text


def test_sealing_twice_gives_two_texts() -> None:
    assert KEYRING.seal(PID, "x") != KEYRING.seal(PID, "x")


def test_a_sealed_value_opens_nowhere_else() -> None:
    sealed = KEYRING.seal(PID, "APPLICATION#1")
    for keyring, context in ((KEYRING, "APPLICATION#2"), (KEYRING, ""), (OTHER, "APPLICATION#1")):
        with pytest.raises(Tampered) as said:
            keyring.unseal(sealed, context)
        assert PID not in str(said.value)


@given(st.integers(min_value=0))
def test_one_flipped_bit_spoils_a_sealed_value(bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(KEYRING.seal(PID, "x")))
    place = bit % (len(raw) * 8)
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(Tampered):
        KEYRING.unseal(base64.urlsafe_b64encode(raw).decode(), "x")


@pytest.mark.parametrize("text", ["", "A", "AAAA", "not base64!", "ก", "A" * 1000])
def test_nonsense_is_not_opened(text: str) -> None:
    with pytest.raises(Tampered):
        KEYRING.unseal(text, "x")


def test_the_secret_and_the_signer_are_fetched_once_and_only_when_needed() -> None:
    asked: list[str] = []

    def secret() -> bytes:
        asked.append("secret")
        return bytes(32)

    def signer() -> LocalSigner:
        asked.append("signer")
        return LocalSigner()

    keyring = Keyring(secret, signer)
    assert asked == []
    keyring.pseudonym("a")
    keyring.mac("x", b"y")
    keyring.seal("a", "b")
    assert asked == ["secret"]
    assert keyring.signer.kid == keyring.signer.kid
    assert asked == ["secret", "signer"]


def test_a_signature_is_raw_and_holds() -> None:
    signer = LocalSigner()
    signature = signer.sign(b"message")
    assert len(signature) == 64
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    signer.private.public_key().verify(der, b"message", ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        signer.private.public_key().verify(der, b"other", ec.ECDSA(SHA256()))


def test_a_key_is_named_by_its_thumbprint() -> None:
    jwk = ec_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert jwk["kid"] == thumbprint(jwk)
    assert (jwk["alg"], jwk["use"], jwk["kty"], jwk["crv"]) == ("ES256", "sig", "EC", "P-256")
    assert set(jwk) == {"alg", "use", "kty", "crv", "x", "y", "kid"}


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    # key of RFC 7515 appendix A.3; its thumbprint computed by two other libraries
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    assert thumbprint(jwk) == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
