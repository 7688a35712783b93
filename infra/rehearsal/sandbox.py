"""One Lambda sandbox: a process that runs deployed code under AWS's own runtime client, one call at a time.

The client (`awslambdaric`) asks a Runtime API for the next event and posts what the handler answered; this module
is that API, on a port of its own per sandbox ("Using the Lambda runtime API" in the AWS documentation).
"""

from __future__ import annotations

import ctypes
import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra.local.gateway import FunctionFailed, FunctionTimedOut

INIT_SECONDS = 20.0
"""Patience with a cold start; Lambda gives 10 s, but on cores of its own."""


class Sandbox:
    """A running process with one handler.

    Args:
        command: starts the runtime client for the handler.
        folder: the unzipped code.
        environment: the function's variables and those of Lambda.
        arn: the function's ARN, which the handler sees in its context.
        log: where the process writes.
    """

    def __init__(self, command: list[str], folder: Path, environment: Mapping[str, str], arn: str, log: Path) -> None:
        self._arn = arn
        self._next: queue.Queue[tuple[str, float, bytes] | None] = queue.Queue()
        self._done: queue.Queue[tuple[str, str, bytes]] = queue.Queue()
        self._api = _RuntimeApi(("127.0.0.1", 0), self)
        self._serving = threading.Thread(target=self._api.serve_forever, args=(0.05,), daemon=True)
        self._serving.start()
        self._log = log.open("ab")
        port = self._api.server_address[1]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}"},
            stdout=self._log,
            stderr=self._log,
        )
        self._ready = threading.Event()

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    @property
    def cpu(self) -> float:
        """CPU seconds that the process has used so far in all its threads: a framework may run a handler in another."""
        clock = ctypes.c_int()  # POSIX, clock_getcpuclockid
        ctypes.CDLL(None).clock_getcpuclockid(self._process.pid, ctypes.byref(clock))
        return time.clock_gettime(clock.value)

    def call(self, event: Any, timeout: float) -> Any:
        """Runs the handler once.

        Raises:
            FunctionFailed: it raised, could not be imported, or its process ended.
            FunctionTimedOut: it took longer than `timeout`; the process has been killed, as Lambda does.
        """
        self._wait_for_start()
        request = str(uuid.uuid4())
        self._next.put((request, time.time() + timeout, json.dumps(event).encode()))
        end = time.monotonic() + timeout
        while True:
            answered = self._answered(0.2)
            if answered is None:
                if time.monotonic() > end:
                    self.stop()
                    raise FunctionTimedOut(f"no answer within {timeout:.0f} s")
                continue
            asked, kind, answer = answered
            if asked == request:
                return _result(kind, answer)

    def _wait_for_start(self) -> None:
        """Until the process has imported the handler and asks for its first event."""
        end = time.monotonic() + INIT_SECONDS
        while not self._ready.wait(0.05):
            if answered := self._answered(0.0):
                _result(*answered[1:])
            if time.monotonic() > end:
                self.stop()
                raise FunctionTimedOut(f"no start within {INIT_SECONDS:.0f} s")

    def _answered(self, patience: float) -> tuple[str, str, bytes] | None:
        try:
            return self._done.get(timeout=patience) if patience else self._done.get_nowait()
        except queue.Empty:
            if not self.alive:
                raise FunctionFailed(f"the process ended with {self._process.returncode}") from None
            return None

    def stop(self) -> None:
        """Ends the process and frees the port; a second call does nothing."""
        self._next.put(None)
        if self.alive:
            self._process.kill()  # as Lambda does; a sandbox has nothing to save
            self._process.wait()
        self._api.shutdown()
        self._api.server_close()
        self._log.close()

    def next_event(self) -> tuple[str, float, bytes] | None:
        """The next event, for the Runtime API: id, deadline (epoch seconds), body. None: there will be no more."""
        self._ready.set()
        return self._next.get()

    def take(self, request: str, kind: str, body: bytes) -> None:
        """What the runtime client posted: `response` or `error`; the request is empty for a failed start."""
        self._done.put((request, kind, body))

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self._arn


def _result(kind: str, answer: bytes) -> Any:
    content = json.loads(answer or b"null")
    if kind == "error":
        # the type only: the message may hold what a person sent
        raise FunctionFailed(str((content or {}).get("errorType", "error")))
    return content


class _RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], sandbox: Sandbox) -> None:
        super().__init__(address, _Handler)
        self.sandbox = sandbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sandbox that ends mid-call breaks its connection; its caller is told by `Sandbox.call`."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: _RuntimeApi

    def do_GET(self) -> None:
        event = self.server.sandbox.next_event()
        if event is None:
            self.close_connection = True
            return
        request, deadline, body = event
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request,
            "Lambda-Runtime-Deadline-Ms": str(int(deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self.server.sandbox.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{request.replace('-', '')[:24]};Sampled=0",
            "Content-Type": "application/json",
        }
        self._answer(200, headers, body)

    def do_POST(self) -> None:
        body = self._body()
        parts = self.path.strip("/").split(
            "/"
        )  # 2018-06-01/runtime/{invocation/ID/response|invocation/ID/error|init/error}
        self.server.sandbox.take(parts[3] if parts[2] == "invocation" else "", parts[-1], body)
        self._answer(202, {}, b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the function's own log says what happened."""

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)
