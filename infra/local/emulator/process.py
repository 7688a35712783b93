"""Starts an emulator as a process of its own and waits until it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

KINDS = ("moto", "ministack")
_HOST = "127.0.0.1"
_ROOT = Path(__file__).resolve().parents[3]
_STOP_SECONDS = 5


class EmulatorError(Exception):
    """The emulator did not start; the message holds what it wrote."""


@dataclass
class Emulator:
    """A running emulator: set AWS_ENDPOINT_URL to `endpoint`. As a context manager it stops at the end."""

    endpoint: str
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def stop(self) -> None:
        """SIGTERM, then SIGKILL for one that does not listen. A second call does nothing."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(kind: str = "moto", port: int = 0, *, timeout: float = 30.0) -> Emulator:
    """Serve `kind` on 127.0.0.1; port 0 takes a free one.

    Raises `EmulatorError` when it ends, or does not answer within `timeout` seconds.
    """
    if kind not in KINDS:
        raise EmulatorError(f"unknown emulator {kind}: one of {', '.join(KINDS)}")
    port = port or _free_port()
    # A file and no pipe: nobody reads while the emulator runs, and a full pipe would stop it.
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Emulator.stop
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.emulator", "--port", str(port), "--kind", kind, "--with-parent"],
        cwd=_ROOT,
        # A pipe that closes when this process ends, however it ends: then the emulator ends too.
        stdin=subprocess.PIPE,
        # Ctrl-C is for the one who started the emulator and stops it when nothing needs it any more.
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.DEVNULL,
        stderr=errors,
    )
    emulator = Emulator(endpoint=f"http://{_HOST}:{port}", process=process, errors=errors)
    deadline = time.monotonic() + timeout
    while not _answers(emulator.endpoint):
        if process.poll() is not None:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-2000:]
            emulator.stop()
            raise EmulatorError(f"{kind} ended with status {process.returncode}: {said}")
        if time.monotonic() > deadline:
            emulator.stop()
            raise EmulatorError(f"{kind} did not answer at {emulator.endpoint} within {timeout:.0f} s")
        time.sleep(0.05)
    return emulator


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(endpoint, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True  # an answer all the same
    except OSError:
        return False
