"""`python -m infra.local.emulator --port N [--kind moto|ministack]`: serve until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType

from infra.local.emulator.process import KINDS

_ACCOUNT = "123456789012"


def _serve_moto(port: int) -> int:
    from infra.local.emulator.server import (
        moto_server,
    )  # moto takes seconds to import; ministack needs none of it

    server = moto_server(port)

    def stop(_number: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread runs, hence the other thread.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    server.serve_forever()
    server.server_close()
    return 0


def _serve_ministack(port: int) -> int:
    """ministack in a directory of its own. It would listen everywhere, so BIND_HOST is not optional."""
    with tempfile.TemporaryDirectory(prefix="klang-ministack-") as directory:
        environment = {name: value for name, value in os.environ.items() if name != "AWS_ENDPOINT_URL"}
        environment |= {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": os.environ.get("AWS_DEFAULT_REGION", "ap-southeast-1"),
            "MINISTACK_ACCOUNT_ID": _ACCOUNT,
            # what it checks presigned addresses with; its own default is not what our sessions sign with
            "AWS_SECRET_ACCESS_KEY": os.environ.get("AWS_SECRET_ACCESS_KEY", "testing"),
            "TMPDIR": directory,
        }
        program = str(Path(sys.executable).parent / "ministack")
        child = subprocess.Popen([program], cwd=directory, env=environment)

        def stop(_number: int, _frame: FrameType | None) -> None:
            child.terminate()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        return max(child.wait(), 0)


def _stop_with_parent() -> None:
    # Raw reads: a thread that waits inside sys.stdin's lock would keep the interpreter from ending.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Exit status of the server."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.emulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--kind", choices=KINDS, default="moto")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    options = parser.parse_args()
    if options.with_parent:
        threading.Thread(target=_stop_with_parent, daemon=True).start()
    return _serve_moto(options.port) if options.kind == "moto" else _serve_ministack(options.port)


if __name__ == "__main__":
    sys.exit(main())
