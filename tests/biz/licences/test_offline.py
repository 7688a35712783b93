"""A licence is verified where there is no network: one published file, the issuer's keys, a list fetched earlier."""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from chalicelib.biz.licences import verifier
from chalicelib.shared import credentials
from chalicelib.shared.credentials import SdJwt
from chalicelib.shared.jose import sign_jwt
from tests.shared.credential_keys import LocalKey

from ..town import BUNDIT, MALEE, START, Town

ISSUER = "https://klang.test/biz"
TODAY, LATER = "2026-11-25T10:01:00+07:00", "2026-11-26T10:00:00+07:00"
LAST_MOMENT, TOO_LATE = "2027-11-24T23:59:59+07:00", "2027-11-25T00:00:00+07:00"
WHY = {"reasons": {"th": "ตรวจพบหนูในครัว", "en": "Rats were found in the kitchen."}}
OFFLINE = """
import runpy, socket, sys

def no_network(*_: object, **__: object) -> None:
    raise OSError("the network was used")

socket.socket = socket.create_connection = socket.getaddrinfo = no_network
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Papers:
    """What an inspector has in the pocket: what the QR says, the keys, a list."""

    qr: str
    keys: str
    list: str
    issuer: str = ISSUER

    @property
    def slip(self) -> str:
        """The licence within the QR."""
        return self.qr.partition("#")[2]


@pytest.fixture
def licensed(town: Town) -> tuple[Town, str, dict[str, Any]]:
    """A town, a licence and its holder's papers."""
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")


def fetched(town: Town, papers: dict[str, Any]) -> Papers:
    """What is fetched while there is a network."""
    reference = credentials.verify(papers["slip"], town.ok(None, "GET", "/jwks.json"), now=town.at).status
    assert reference is not None
    return Papers(
        qr=f"{papers['verify_url']}#{papers['slip']}",
        keys=town.call(None, "GET", "/jwks.json").text,
        list=town.client.get(reference.uri.removeprefix("https://klang.test")).text,
    )


@pytest.fixture(scope="module")
def calm() -> tuple[Town, str, dict[str, Any]]:
    """A town, a licence and its papers, which no test changes."""
    town = Town()
    case, no = town.licensed()
    return town, no, town.ok(MALEE, "GET", f"/applications/{case}/credentials")


@pytest.fixture(scope="module")
def papers(calm: tuple[Town, str, dict[str, Any]]) -> Papers:
    """Of a licence that is valid."""
    town, _, held = calm
    return fetched(town, held)


def never() -> float:
    """No clock: the time is given."""
    raise AssertionError("the verifier looked at a clock although it was told the time")


def asked(folder: Path, papers: Papers, at: str, *, listed: bool = True) -> list[str]:
    """The arguments of the verifier, with its files laid out."""
    (folder / "jwks.json").write_text(papers.keys, encoding="utf-8")
    (folder / "list.jwt").write_text(papers.list, encoding="utf-8")
    more = ["--list", str(folder / "list.jwt")] if listed else []
    return [papers.qr, "--keys", str(folder / "jwks.json"), "--issuer", papers.issuer, "--at", at, *more]


@dataclass
class Desk:
    """Runs the verifier within this process and reads what it says."""

    folder: Path
    capture: pytest.CaptureFixture[bytes]

    def verify(self, papers: Papers, at: str = TODAY, *, listed: bool = True) -> tuple[int, str]:
        """Exit code and the first line."""
        code = verifier.main(asked(self.folder, papers, at, listed=listed), never)
        return code, self.capture.readouterr().out.decode().splitlines()[0]


@pytest.fixture
def desk(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Desk:
    """A desk."""
    return Desk(tmp_path, capsysbinary)


def test_the_published_file_alone_verifies_in_a_python_without_network_or_project(
    calm: tuple[Town, str, dict[str, Any]], papers: Papers, tmp_path: Path
) -> None:
    town, no, _ = calm
    answer = town.call(None, "GET", "/verifier.py")
    assert answer.headers["content-type"] == "text/x-python; charset=utf-8"
    (tmp_path / "verifier.py").write_bytes(answer.response.body)

    def run(given: Papers) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-c", OFFLINE, "verifier.py", *asked(tmp_path, given, TODAY)],
            cwd=tmp_path,
            env={},
            capture_output=True,
            encoding="utf-8",
            timeout=30,
            check=False,
        )

    ran = run(papers)
    assert (ran.returncode, ran.stderr) == (0, "")
    first, *claims = ran.stdout.splitlines()
    assert first == "good: not suspended or revoked at 2026-11-25T10:00+07:00"
    assert f"  licence_no: {no}" in claims
    assert "  establishment_name: ครัวกลาง แหลมงอบ" in claims
    assert "มาลี" not in ran.stdout and "ศรีสมุทร" not in ran.stdout, "the QR on the wall names no person"
    assert run(replace(papers, qr=papers.qr[:-9])).returncode == 1


def test_without_a_list_or_with_an_old_one_it_says_that_it_is_unsure(desk: Desk, papers: Papers) -> None:
    code, said = desk.verify(papers, listed=False)
    assert (code, said.split(":")[0]) == (3, "UNSURE")
    assert "https://klang.test/biz/v1/status-lists/food-establishment-licence-2026" in said
    assert desk.verify(papers, "2026-11-26T09:59:59+07:00")[0] == 0
    code, said = desk.verify(papers, LATER)
    assert (code, said) == (
        3,
        "UNSURE: not suspended or revoked at 2026-11-25T10:00+07:00, but that list may no longer be believed",
    )
    assert desk.verify(papers, LAST_MOMENT)[0] == 3
    assert desk.verify(papers, TOO_LATE) == (1, "BAD: it expired: valid until before 2027-11-25T00:00+07:00")


def test_without_a_time_it_takes_the_clock(desk: Desk, papers: Papers) -> None:
    *arguments, _, _ = asked(desk.folder, papers, "", listed=False)
    assert "--at" not in arguments
    assert verifier.main(arguments, START.timestamp) == 3
    assert verifier.main(arguments, (START + dt.timedelta(days=366)).timestamp) == 1


def test_a_change_is_in_the_next_list(desk: Desk, licensed: tuple[Town, str, dict[str, Any]]) -> None:
    town, no, held = licensed
    for verb, expected in (
        ("suspend", "suspended"),
        ("reinstate", None),
        ("suspend", "suspended"),
        ("revoke", "revoked, replaced or cancelled"),
    ):
        town.ok(BUNDIT, "POST", f"/licences/{no}/{verb}", json=WHY)
        code, said = desk.verify(fetched(town, held))
        if expected is None:
            assert code == 0, said
        else:
            assert (code, said) == (1, f"BAD: it was {expected} when the list was made (2026-11-25T10:00+07:00)")
            assert "Rats" not in said


def segment(value: object) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value, ensure_ascii=False).encode()).rstrip(b"=").decode()


def opened(part: str) -> dict[str, Any]:
    """The JSON in a part of a JWT."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def with_header(papers: Papers, **changes: Any) -> Papers:
    """Another header, the signature as it was."""
    header, rest = papers.slip.split(".", 1)
    return replace(papers, qr=f"x#{segment(opened(header) | changes)}.{rest}")


def with_claims(papers: Papers, **changes: Any) -> Papers:
    """Other claims, the signature as it was."""
    header, body, rest = papers.slip.split(".")
    return replace(papers, qr=f"x#{header}.{segment(opened(body) | changes)}.{rest}")


def forged(papers: Papers, token: str, typ: str, *, issuer: str = ISSUER, **changes: Any) -> str:
    """The same claims, signed by a key of somebody else under the same id."""
    header, body, _ = token.rstrip("~").split(".")
    key = LocalKey(kid=opened(header)["kid"], issuer=issuer)
    return sign_jwt(opened(body) | changes, key, typ)


def _own_key(papers: Papers) -> Papers:
    """A forger who brings the key along in the header."""
    header, body, _ = papers.slip.rstrip("~").split(".")
    key = LocalKey(kid="mine")
    signed = f"{segment(opened(header) | {'kid': 'mine', 'jwk': key.jwks['keys'][0]})}.{body}"
    signature = base64.urlsafe_b64encode(key.sign(signed.encode())).rstrip(b"=").decode()
    return replace(papers, qr=f"x#{signed}.{signature}~")


def _other_list(papers: Papers) -> Papers:
    header, body, signature = papers.list.split(".")
    whole = opened(body)
    longer = whole["status_list"]["lst"][:-4] + "AAAA"
    return replace(papers, list=f"{header}.{segment(whole | {'status_list': {'bits': 2, 'lst': longer}})}.{signature}")


TAMPERED: dict[str, Callable[[Papers], Papers]] = {
    "another name": lambda p: with_claims(p, establishment_name="ครัวปลอม"),
    "a later end": lambda p: with_claims(p, exp=4_000_000_000),
    "another place in the list": lambda p: with_claims(p, status={"status_list": {"uri": "https://x", "idx": 1}}),
    "no place in the list": lambda p: with_claims(p, status=None),
    "no signature": lambda p: replace(p, qr=p.qr.rpartition(".")[0] + ".~"),
    "alg none": lambda p: with_header(p, alg="none"),
    "alg HS256": lambda p: with_header(p, alg="HS256"),
    "another type": lambda p: with_header(p, typ="JWT"),
    "a key id that nobody knows": lambda p: with_header(p, kid="unknown"),
    "no key id": lambda p: with_header(p, kid=None),
    "signed by another key": lambda p: replace(p, qr=f"x#{forged(p, p.slip, 'dc+sd-jwt')}~"),
    "a key of its own": _own_key,
    "another issuer is believed": lambda p: replace(p, issuer="https://klang.test/other"),
    "a disclosure that the issuer did not sign": lambda p: replace(p, qr=f"{p.qr}{segment(['s', 'name', 'x'])}~"),
    "a disclosure of a reserved claim": lambda p: replace(p, qr=f"{p.qr}{segment(['s', 'exp', 1])}~"),
    "cut off": lambda p: replace(p, qr=p.qr[:-1]),
    "with a holder's key": lambda p: replace(p, qr=f"{p.qr}a.b.c"),
    "nothing": lambda p: replace(p, qr="x#~"),
    "too long": lambda p: replace(p, qr=f"{p.qr}{'A' * 70_000}~"),
    "another list's bits": _other_list,
    "a list signed by another key": lambda p: replace(p, list=forged(p, p.list, "statuslist+jwt")),
    "a licence for a list": lambda p: replace(p, list=p.slip.rstrip("~")),
    "half a list": lambda p: replace(p, list=p.list[: len(p.list) // 2]),
    "keys of somebody else": lambda p: replace(
        p, keys=json.dumps(LocalKey(kid=opened(p.slip.split(".")[0])["kid"]).jwks)
    ),
    "keys that are none": lambda p: replace(p, keys="[]"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_bad(desk: Desk, papers: Papers, what: str) -> None:
    assert desk.verify(papers)[0] == 0
    code, said = desk.verify(TAMPERED[what](papers))
    assert (code, said[:5]) == (1, "BAD: "), said


def test_a_genuine_list_of_another_service_does_not_stand_in(
    desk: Desk, papers: Papers, calm: tuple[Town, str, dict[str, Any]]
) -> None:
    other = calm[0].call(None, "GET", "/status-lists/food-establishment-licence-2027").text
    code, said = desk.verify(replace(papers, list=other))
    assert code == 1 and said.startswith("BAD: the status list is another one"), said


def test_a_licence_of_tomorrow_is_not_valid_today(desk: Desk, papers: Papers) -> None:
    assert desk.verify(papers, "2026-11-25T09:59:59+07:00") == (1, "BAD: it is not valid yet")


_KEY = LocalKey()
_SLIP = credentials.issue({"licence_no": "FE-1", "name": "ครัวกลาง"}, (), vct="urn:test", signer=_KEY, issued_at=START)


@given(place=st.integers(0, len(_SLIP) - 1), letter=st.sampled_from("AZaz09-_.~#= ก"))
def test_no_letter_of_a_licence_can_be_another(place: int, letter: str) -> None:
    changed = _SLIP[:place] + letter + _SLIP[place + 1 :]
    if changed == _SLIP:
        return
    with pytest.raises(verifier.Bad):
        verifier.licence(changed, _KEY.jwks, _KEY.issuer, int(START.timestamp()))


def by_oracle(presentation: str, keys: str) -> dict[str, Any]:
    """What an independent implementation reads."""
    key = JWK.from_json(json.dumps(json.loads(keys)["keys"][0]))
    found: dict[str, Any] = SDJWTVerifier(presentation, lambda *_: key).get_verified_payload()
    return found


def test_an_independent_verifier_reads_the_same(calm: tuple[Town, str, dict[str, Any]], papers: Papers) -> None:
    town, no, held = calm
    keys, now = json.loads(papers.keys), int(town.at.timestamp())
    whole = SdJwt(held["licence"])
    shown = [papers.slip, whole, credentials.present(whole, []), credentials.present(whole, ["operator_last_name"])]
    for presentation in shown:
        found = verifier.licence(presentation, keys, ISSUER, now)
        seen = {name: value for name, value in found.items() if name not in verifier.HIDDEN}
        assert seen == by_oracle(presentation, papers.keys)
        assert found["licence_no"] == no
    assert "operator_last_name" in verifier.licence(shown[3], keys, ISSUER, now)
    assert "operator_first_name" not in verifier.licence(shown[3], keys, ISSUER, now)


def test_a_claim_cannot_pass_for_a_line_of_the_verifier(desk: Desk) -> None:
    assert verifier.plain("x\n  licence_no: FE-2") == json.dumps("x\n  licence_no: FE-2")
    assert verifier.plain("ครัว \x1b[2J") == json.dumps("ครัว \x1b[2J")
    assert verifier.plain("ครัวกลาง") == "ครัวกลาง"
