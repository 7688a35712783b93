"""A provider in a process of its own, so that its work is not counted as the exchange's.

`python -m bench.provider CERTIFICATE KEY` answers any POST below `/{size}/` with a company record of about that many
bytes, over TLS, on a free port that it prints. It ends when its standard input does.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from chalicelib.shared.egress import Http, HttpAnswer

ROOT = Path(__file__).resolve().parent.parent


@cache
def record(size: int) -> dict[str, object]:
    """A company with as many directors as make up the size."""
    director = {"pid": "3990100001013", "name": "มาลี ศรีสมุทร กรรมการผู้จัดการใหญ่"}
    company = {"juristic_id": "0105569999981", "name_th": "บริษัท ครัวกลาง จำกัด", "status": "active"}
    several = max(1, (size - len(json.dumps(company))) // (len(json.dumps(director)) + 2))
    return {**company, "directors": [director] * several}


@cache
def answer(size: int) -> bytes:
    """The record as it goes over the wire."""
    return json.dumps(record(size)).encode()


class At:
    """Sends what is meant for one host to another address; what else it does is the wrapped client's doing.

    Args:
        http: the client.
        base: where the provider of the bench listens.
        size: of the record that it shall answer.
    """

    def __init__(self, http: Http, base: str, size: int) -> None:
        self._http = http
        self._base = f"{base}/{size}"

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        """Raises Unreachable when there is no answer."""
        parts = urlsplit(url)
        there = self._base + urlunsplit(("", "", parts.path, parts.query, ""))
        return self._http.send(method, there, headers=headers, body=body, timeout=timeout)


@contextmanager
def provider() -> Iterator[str]:
    """The address of a running provider; within the block its certificate is the only one that is trusted."""
    with tempfile.TemporaryDirectory(prefix="klang-bench-") as folder:
        certificate, key = _certificate(Path(folder))
        with subprocess.Popen(
            [sys.executable, "-m", "bench.provider", str(certificate), str(key)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            trusted = os.environ.get("SSL_CERT_FILE")
            os.environ["SSL_CERT_FILE"] = str(certificate)
            try:
                if process.stdout is None:
                    raise RuntimeError("the provider says no port")
                yield f"https://localhost:{int(process.stdout.readline())}"
            finally:
                if process.stdin is not None:
                    process.stdin.close()
                if trusted is None:
                    del os.environ["SSL_CERT_FILE"]
                else:
                    os.environ["SSL_CERT_FILE"] = trusted


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = answer(int(self.path.split("/")[1]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _certificate(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    there = folder / "certificate.pem", folder / "key.pem"
    there[0].write_bytes(made.public_bytes(Encoding.PEM))
    there[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return there


def main() -> None:
    """Answers until standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server = _Server(("127.0.0.1", 0), _Answering)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
