"""ClamAV's protocol over a real socket: what a daemon says, what a broken one does, and EICAR end to end."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from shutil import which

import pytest

from chalicelib.biz.documents.clamd import Clamd
from chalicelib.shared.errors import Unavailable

from ..town import ANONG, MALEE, PDF, Town, arrival
from .files import EICAR, a_pdf, stream
from .test_uploads import announce, statuses

Answer = Callable[[bytes], bytes | None]


class Daemon:
    """A clamd that keeps the protocol of clamd(8) to the letter and finds what its `answer` says."""

    def __init__(self, answer: Answer) -> None:
        self.seen: list[bytes] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # a thread that waits for a caller does not notice a mere close
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as incoming:
                assert incoming.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack(">I", incoming.read(4))[0]:
                    content += incoming.read(size)
                self.seen.append(content)
                said = self._answer(content)
                if said is not None:
                    line.sendall(said)


def by_the_book(content: bytes) -> bytes:
    return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    made = Daemon(by_the_book)
    yield made
    made.close()


@pytest.fixture
def scanned(daemon: Daemon) -> Town:
    """A town with a scanner."""
    return Town(scanner=Clamd(daemon.address))


def test_the_daemon_gets_every_byte_and_its_word_counts(daemon: Daemon) -> None:
    scanner, large = Clamd(daemon.address), bytes(range(256)) * 10_000
    assert scanner.scan(large).signature is None
    assert scanner.scan(EICAR).signature == "Eicar-Signature"
    assert scanner.scan(b"").signature is None
    assert daemon.seen == [large, EICAR, b""]


@pytest.mark.parametrize(
    "said",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OKAY\0",
        b"UNKNOWN COMMAND\0",
        b"\0",
        b"",
        b"stream: O",
        b"x" * 9000,
    ],
)
def test_what_is_no_verdict_is_never_clean(said: bytes) -> None:
    daemon = Daemon(lambda _: said)
    with pytest.raises(Unavailable):
        Clamd(daemon.address).scan(b"x")
    daemon.close()


def test_a_daemon_that_is_silent_or_away_is_unavailable() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{silent.getsockname()[1]}"
    with pytest.raises(Unavailable):
        Clamd(address, patience=0.05).scan(b"x" * 1000)
    silent.close()
    with pytest.raises(Unavailable):
        Clamd(address, patience=0.5).scan(b"x")


def test_a_signatures_name_is_made_plain() -> None:
    daemon = Daemon(lambda _: b"stream: Win.Test <b>\xff FOUND\0")
    assert Clamd(daemon.address).scan(b"x").signature == "Win.Test__b__"
    daemon.close()


def test_eicar_is_refused_from_end_to_end(scanned: Town) -> None:
    case = scanned.open()
    infected = a_pdf(b"x", stream(EICAR, flate=False))
    document = scanned.send(case, "site_map", infected)
    view = scanned.ok(MALEE, "GET", f"/applications/{case}")["documents"][0]
    assert (view["status"], view["scan"], view["reason_code"]) == ("refused", "infected", "infected")
    assert "scanner" in view["reason"]["en"] and "มัลแวร์" in view["reason"]["th"]
    assert list(scanned.bucket.kept) == [f"refused/{case}/{document}"]
    assert scanned.call(MALEE, "GET", f"/applications/{case}/documents/{document}").status == 404
    told = scanned.journal.history(f"CASE#{case}")[-1]
    assert (told.type, told.data["signature"]) == ("biz.document.refused", "Eicar-Signature")
    scanned.run_queue()
    assert "was not accepted" in scanned.neighbours.bodies(MALEE)[0]


def test_officers_see_whether_a_document_was_scanned(scanned: Town) -> None:
    for town, word in ((scanned, "clean"), (Town(), "none")):
        case = town.filed()
        assert town.ok(ANONG, "GET", f"/applications/{case}")["documents"][0]["scan"] == word


def test_without_the_scanner_a_document_waits_and_is_checked_when_it_is_back() -> None:
    daemon = Daemon(by_the_book)
    town = Town(scanner=Clamd(daemon.address, patience=0.5))
    daemon.close()
    case = town.open()
    made = announce(town, case).json
    town.post_form(made, PDF)
    key = made["fields"]["key"]
    for _ in range(2):
        with pytest.raises(Unavailable):
            town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "waiting")]
    assert list(town.bucket.kept) == [key]
    back = Daemon(by_the_book)
    again = Town(table=town.memory, objects=town.bucket, keyring=town.keyring, scanner=Clamd(back.address))
    again.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]
    back.close()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real clamd with one signature of our own where one is installed, else the daemon above."""
    program = which("clamd")
    if program is None:
        stand_in = Daemon(by_the_book)
        yield stand_in.address
        stand_in.close()
        return
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "own.ndb").write_text(f"Eicar-Signature:0:*:{EICAR.hex()}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "clamd.conf").write_text(
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {folder}\nForeground yes\nStreamMaxLength 60M\n"
    )
    process = subprocess.Popen(
        [program, "-c", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _wait(port, process)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as line:
            line.settimeout(0.2)
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise AssertionError("clamd did not come up")


def test_the_engine_itself_finds_eicar_and_lets_a_map_pass(real: str) -> None:
    town = Town(scanner=Clamd(real))
    case = town.open()
    town.send(case, "site_map", a_pdf(b"x", stream(EICAR, flate=False)))
    town.send(case, "site_map")
    found = town.ok(MALEE, "GET", f"/applications/{case}")["documents"]
    assert [(one["status"], one["scan"]) for one in found] == [("refused", "infected"), ("accepted", "clean")]
