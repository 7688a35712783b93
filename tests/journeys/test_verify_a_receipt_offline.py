"""An agency proves later, offline and with one small published file, what was sent and answered: evidence without
retention. The exchange kept no body; the agency kept its own, the receipt and the log's verifier key.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chalicelib.shared.tlog_note import ED25519, VerifierKey
from demo.world import HttpTransport, World
from infra.local.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

LOOKUP = "/r1/TH/CENTRAL/DOPA/civil/person/lookup"
QUESTION = {"pid": "3990100001013"}
SEED = json.loads((Path(__file__).parents[2] / "infra" / "seed" / "gdx.json").read_text("utf-8"))
TERMS = {
    "valid_from": "2026-01-01",
    "valid_until": "2030-12-31",
    **next(entry for entry in SEED["agreements"] if entry["id"] == "laemngop-person"),
}
HIDDEN = {"code": "criminal-case", "th": "เพื่อสืบสวนคดีอาญา", "en": "To investigate a crime", "sealed_days": 30}
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
    """What the agency keeps of one exchange."""

    proof: str
    entry: str
    answer: bytes
    request: bytes
    answer_salt: str
    request_salt: str
    vkey: str


@dataclass
class Desk:
    """A machine with nothing of Klang on it but the published file."""

    folder: Path
    verifier: str

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs the published verifier in a Python of its own: no environment, no project, no network."""
        ran = subprocess.run(
            [sys.executable, "-I", "-c", OFFLINE, self.verifier, *arguments],
            cwd=self.folder,
            env={},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ran.stderr == ""
        return ran.returncode, ran.stdout

    def file(self, name: str, content: bytes | str) -> str:
        """A paper."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def verify(self, papers: Papers, side: str = "answer") -> tuple[int, str]:
        """Whether the papers show what was sent."""
        body, salt = (papers.answer, papers.answer_salt) if side == "answer" else (papers.request, papers.request_salt)
        return self.run(
            "proof",
            self.file("receipt.tlog-proof", papers.proof),
            *("--vkey", papers.vkey),
            *("--entry", self.file("entry.json", papers.entry)),
            *("--body", self.file("body", body), "--salt", salt, "--side", side),
        )


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town without its story."""
    return World(HttpTransport(stack.address))


@pytest.fixture(scope="module")
def papers(world: World) -> Papers:
    """A real exchange, and what the agency took home of it."""
    office = world.person("laemngop-office")
    answer = office.post(
        LOOKUP, QUESTION, x_road_client="TH/LOCAL/LAEMNGOP/office", x_gdx_purpose="premises-inspection"
    )
    assert answer.headers["x-gdx-receipt"].count(".") == 2, "the signed promise comes at once"
    path = f"/gdx/v1/receipts/{answer.headers['x-gdx-exchange']}"
    receipt = world.until("the receipt's proof", lambda: _sealed(office.get(path).json))
    assert office.get(f"{path}/proof").body.decode() == receipt["proof"]
    assert receipt["receipt"] == answer.headers["x-gdx-receipt"]
    return Papers(
        proof=receipt["proof"],
        entry=receipt["entry"],
        answer=answer.body,
        request=b"POST /lookup\n" + json.dumps(QUESTION, ensure_ascii=False).encode(),
        answer_salt=receipt["answer_salt"],
        request_salt=receipt["request_salt"],
        vkey=world.public("/gdx/v1/log/vkey").body.decode().strip(),
    )


def _sealed(receipt: dict[str, str]) -> dict[str, str] | None:
    return receipt if receipt["proof"] else None


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    """The verifier, downloaded."""
    (tmp_path / "verifier.py").write_bytes(world.public("/gdx/v1/log/verifier.py").body)
    return Desk(tmp_path, "verifier.py")


Tamper = Callable[[Papers], Papers]
TAMPERED: dict[str, Tamper] = {
    "another purpose in the leaf": lambda p: replace(p, entry=p.entry.replace("premises-inspection", "curiosity")),
    "a blank in the leaf": lambda p: replace(p, entry=f"{p.entry} "),
    "another place": lambda p: replace(p, proof=p.proof.replace("index ", "index 1")),
    "one hash more": lambda p: replace(
        p, proof=p.proof.replace("\n\n", f"\n{base64.b64encode(bytes(32)).decode()}\n\n", 1)
    ),
    "another size in the checkpoint": lambda p: replace(
        p, proof=_with_line(p.proof, 1, lambda size: f"{int(size) + 1}")
    ),
    "another root in the checkpoint": lambda p: replace(
        p, proof=_with_line(p.proof, 2, lambda _: base64.b64encode(bytes(32)).decode())
    ),
    "no signature": lambda p: replace(p, proof=p.proof[: p.proof.rindex("—")]),
    "another answer": lambda p: replace(p, answer=p.answer.replace("มาลี".encode(), "มาลัย".encode())),
    "a wrong salt": lambda p: replace(p, answer_salt=p.request_salt),
    "a wrong key": lambda p: replace(p, vkey=str(VerifierKey(p.vkey.partition("+")[0], ED25519, bytes(32)))),
}


def _with_line(proof: str, at: int, change: Callable[[str], str]) -> str:
    """The proof with a line of its checkpoint changed."""
    head, _, note = proof.partition("\n\n")
    lines = note.split("\n")
    lines[at] = change(lines[at])
    return head + "\n\n" + "\n".join(lines)


def test_a_receipt_is_verified_offline_and_what_was_tampered_with_is_not(desk: Desk, papers: Papers) -> None:
    code, said = desk.verify(papers)
    assert code == 0 and said.startswith("good: entry ") and "the answer is the one recorded" in said, said
    code, said = desk.verify(papers, "request")
    assert code == 0 and "the request is the one recorded" in said, said
    found = {what: desk.verify(change(papers)) for what, change in TAMPERED.items()}
    assert {what: (code, said[:4]) for what, (code, said) in found.items()} == dict.fromkeys(TAMPERED, (1, "BAD:"))
    code, said = desk.verify(
        replace(papers, request=papers.request.replace(b"3990100001013", b"1990100002021")), "request"
    )
    assert code == 1 and said.startswith("BAD:")


def test_the_log_only_grew_between_two_checkpoints_that_the_agency_kept(
    desk: Desk, papers: Papers, world: World
) -> None:
    old = papers.proof.partition("\n\n")[2]
    before = int(old.split("\n")[1])
    office = world.person("laemngop-office")
    for _ in range(3):
        office.post(LOOKUP, QUESTION, x_road_client="TH/LOCAL/LAEMNGOP/office", x_gdx_purpose="premises-inspection")
    new = world.until("a larger log", lambda: _larger(world, before + 2))
    after = int(new.split("\n")[1])
    proof = world.public(f"/gdx/v1/log/proof/consistency?from={before}&to={after}").body
    files = desk.file("old", old), desk.file("new", new), desk.file("proof.json", proof)
    key = ("--vkey", papers.vkey)
    code, said = desk.run("consistency", *files, *key)
    assert (code, said) == (0, f"good: {papers.vkey.partition('+')[0]} only grew from {before} to {after} entries\n")
    assert desk.run("consistency", files[1], files[0], files[2], *key)[0] == 1
    desk.file("proof.json", json.dumps({"hashes": []}))
    assert desk.run("consistency", *files, *key)[0] == 1


def _larger(world: World, size: int) -> str | None:
    text = world.public("/gdx/v1/log/checkpoint").body.decode()
    return text if int(text.split("\n")[1]) > size else None


def test_a_hidden_access_is_counted_by_whoever_audits_and_opened_to_nobody_before_its_day(
    desk: Desk, papers: Papers, world: World
) -> None:
    operator, office = world.person("operator-dga"), world.person("laemngop-office")
    operator.post("/gdx/v1/agreements", {**TERMS, "purposes": [*TERMS["purposes"], HIDDEN]})
    answer = office.post(LOOKUP, QUESTION, x_road_client="TH/LOCAL/LAEMNGOP/office", x_gdx_purpose=str(HIDDEN["code"]))
    exchange = answer.headers["x-gdx-exchange"]
    receipt = world.until("its proof", lambda: _sealed(office.get(f"/gdx/v1/receipts/{exchange}").json))
    assert set(json.loads(receipt["entry"])) == {"at", "id", "sealed", "until"}
    world.public(f"/gdx/v1/log/sealed/{exchange}", expect=404)
    persons_own = world.person("malee").get("/citizen/v1/me/access-log").json["items"]
    assert exchange not in {line["receipt"] for line in persons_own}

    checkpoint = world.public("/gdx/v1/log/checkpoint").body.decode()
    size = int(checkpoint.split("\n")[1])
    assert size < 256, "one bundle holds the log of this test"
    path = f"/gdx/v1/log/tile/entries/000.p/{size}"
    world.public(path, expect=401)
    bundle = operator.get(path).body
    code, said = desk.run(
        "audit", desk.file("checkpoint", checkpoint), desk.file("bundle", bundle), "--vkey", papers.vkey
    )
    assert (code, said.split(", ")[1]) == (0, "1 of them of hidden accesses\n"), said
    counted = world.public("/gdx/v1/log/sealed").json
    assert (counted["total"], counted["hidden"], counted["opened"]) == (1, 1, 0)
    code, said = desk.run(
        "proof",
        desk.file("receipt.tlog-proof", receipt["proof"]),
        *("--vkey", papers.vkey, "--entry", desk.file("entry.json", receipt["entry"])),
        *("--leaf", desk.file("leaf.json", receipt["leaf_text"]), "--cover-salt", receipt["cover_salt"]),
        *("--body", desk.file("body", answer.body), "--salt", receipt["answer_salt"]),
    )
    assert code == 0, said
