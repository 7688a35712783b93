"""Calls to other systems: never to an address that leads inside, however it is spelt, and only to the one judged."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from socket import SOCK_STREAM, AddressFamily, getaddrinfo, socket
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chalicelib.shared.egress import MAX_ANSWER, GuardedHttp, HttpAnswer, Unreachable
from tests.shared.provider import LOOPBACK, Provider, serving


@pytest.fixture
def provider() -> Iterator[int]:
    """The port of a provider on loopback."""
    with serving() as port:
        yield port


class Connections:
    """Every connection that was tried; none is made."""

    def __init__(self) -> None:
        self.tried: list[Any] = []

    def connect(self, _: socket, address: Any) -> None:
        self.tried.append(address)
        raise ConnectionRefusedError


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Connections:
    """Stands in front of the network."""
    made = Connections()
    monkeypatch.setattr(socket, "connect", lambda this, address: made.connect(this, address))
    return made


Resolve = Callable[..., None]


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Makes a name resolve to these addresses, one set for each time that it is asked for."""
    answers: dict[str, list[tuple[str, ...]]] = {}

    def fake(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host not in answers:
            return getaddrinfo(host, port, *args, **kwargs)
        addresses = answers[host].pop(0)
        return [
            (AddressFamily.AF_INET6 if ":" in text else AddressFamily.AF_INET, SOCK_STREAM, 6, "", (text, port))
            for text in addresses
        ]

    monkeypatch.setattr("socket.getaddrinfo", fake)

    def declare(name: str, *rounds: tuple[str, ...]) -> None:
        answers[name] = list(rounds)

    return declare


def get(url: str, networks: tuple[str, ...] = LOOPBACK, timeout: float = 5.0) -> HttpAnswer:
    return GuardedHttp(networks).send("GET", url, headers={}, timeout=timeout)


# -------------------------------------------------------------------- where it never goes: tests/hostile/payloads


def test_the_public_internet_is_reached_by_https_only(resolve: Resolve, connections: Connections) -> None:
    resolve("provider.example", ("93.184.216.34",), ("93.184.216.34",))
    with pytest.raises(Unreachable, match="not allowed"):
        get("http://provider.example/", networks=())
    assert connections.tried == []
    with pytest.raises(Unreachable):
        get("https://provider.example/", networks=())
    assert connections.tried == [("93.184.216.34", 443)]


def test_a_named_network_does_not_open_its_neighbours(connections: Connections) -> None:
    for host in ("10.1.0.1", "127.0.0.1", "169.254.169.254"):
        with pytest.raises(Unreachable, match="not allowed"):
            get(f"https://{host}/", networks=("10.0.0.0/16",))
    assert connections.tried == []
    with pytest.raises(Unreachable):
        get("http://10.0.7.7:8080/", networks=("10.0.0.0/16",))
    assert connections.tried == [("10.0.7.7", 8080)]


# -------------------------------------------------------------------- where it goes


def test_an_answer_comes_back(provider: int) -> None:
    answer = get(f"http://127.0.0.1:{provider}/a/b?c=%E0%B8%81&d")
    assert (answer.status, answer.body.decode(), answer.headers["x-answer"]) == (200, "ตอบ", "Yes")
    (method, path, headers, _) = Provider.seen[0]
    assert (method, path, headers["host"]) == ("GET", "/a/b?c=%E0%B8%81&d", f"127.0.0.1:{provider}")


def test_a_body_and_headers_are_sent(provider: int) -> None:
    GuardedHttp(LOOPBACK).send(
        "POST", f"http://localhost:{provider}/", headers={"Authorization": "Bearer x"}, body=b"\x00\xff"
    )
    (method, path, headers, body) = Provider.seen[0]
    assert (method, path, body) == ("POST", "/", b"\x00\xff")
    assert (headers["authorization"], headers["host"]) == ("Bearer x", f"localhost:{provider}")


def test_a_thai_name_is_sent_in_ascii(provider: int, resolve: Resolve) -> None:
    name = "ราชการ.ไทย".encode("idna").decode()
    resolve(name, ("127.0.0.1",))
    assert get(f"http://ราชการ.ไทย:{provider}/").status == 200
    assert Provider.seen[0][2]["host"] == f"{name}:{provider}"


def test_any_status_is_an_answer_and_a_redirect_is_not_followed(provider: int) -> None:
    assert get(f"http://127.0.0.1:{provider}/error").status == 503
    answer = get(f"http://127.0.0.1:{provider}/redirect")
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/latest/meta-data/")
    assert len(Provider.seen) == 2


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_an_answer_that_is_too_large_is_none(provider: int, path: str) -> None:
    with pytest.raises(Unreachable, match="larger than 5 MB"):
        get(f"http://127.0.0.1:{provider}{path}")


def test_the_wide_way_reads_more_and_not_everything(provider: int) -> None:
    wide = GuardedHttp(LOOPBACK).wide
    whole = wide.send("GET", f"http://127.0.0.1:{provider}/large", headers={}).body
    assert len(whole) == MAX_ANSWER + 1
    with pytest.raises(Unreachable, match="larger than 64 MB"):
        wide.send("GET", f"http://127.0.0.1:{provider}/larger", headers={}, timeout=20)


def test_an_answer_that_drips_in_is_cut_off(provider: int) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="too long"):
        get(f"http://127.0.0.1:{provider}/drip", timeout=0.5)
    assert time.monotonic() - begun < 2


def test_silence_ends_with_the_timeout() -> None:
    with socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(Unreachable, match="Timeout"):
            get(f"http://127.0.0.1:{mute.getsockname()[1]}/", timeout=0.2)


def test_nobody_there_is_unreachable() -> None:
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable):
        get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "ก", "a\nb"])
def test_a_header_that_would_become_two_is_not_sent(provider: int, value: str) -> None:
    with pytest.raises(Unreachable):
        GuardedHttp(LOOPBACK).send("GET", f"http://127.0.0.1:{provider}/", headers={"X-Name": value})
    assert Provider.seen == []


# -------------------------------------------------------------------- https


def certificate(folder: Path, name: str) -> Path:
    """A certificate for one name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a provider that proves to be `provider.example`, whose certificate is trusted."""
    file = certificate(tmp_path, "provider.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    Provider.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is no news
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_https_proves_the_name_although_the_connection_goes_to_an_address(secure: int, resolve: Resolve) -> None:
    resolve("provider.example", ("127.0.0.1",))
    assert get(f"https://provider.example:{secure}/").status == 200
    assert Provider.seen[0][2]["host"] == f"provider.example:{secure}"


def test_https_to_a_server_that_is_somebody_else_fails(secure: int, resolve: Resolve) -> None:
    resolve("other.example", ("127.0.0.1",))
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(Unreachable):
            get(f"https://{host}:{secure}/")
    assert Provider.seen == []


def test_https_with_a_certificate_nobody_vouches_for_fails(
    secure: int, resolve: Resolve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "somebody.example")))
    resolve("provider.example", ("127.0.0.1",))
    with pytest.raises(Unreachable):
        get(f"https://provider.example:{secure}/")
    assert Provider.seen == []
