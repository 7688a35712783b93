"""`python -m infra.rehearsal [--port N] [PLATFORM ...]`: deploy the platforms into a local cloud and keep it up."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading

from infra.local.emulator import EmulatorError
from infra.package.python import NoPython
from infra.package.workshop import ChaliceFailed
from infra.rehearsal import Rehearsal
from infra.stages import PLATFORMS


def main(arguments: list[str] | None = None) -> int:
    """Command line; runs until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.rehearsal", description="Deploy into a local cloud.")
    parser.add_argument("platforms", nargs="*", default=PLATFORMS, metavar="PLATFORM", help="default: all four")
    parser.add_argument("--port", type=int, default=0, help="of the front address (default: a free one)")
    options = parser.parse_args(arguments)
    if unknown := set(options.platforms) - set(PLATFORMS):
        parser.error(f"no platform {', '.join(sorted(unknown))}; there are: {', '.join(PLATFORMS)}")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with Rehearsal(options.platforms, port=options.port) as rehearsal:
            print(f"{', '.join(options.platforms)} deployed; answering at {rehearsal.address}", flush=True)
            print(f"    curl {rehearsal.address}/health", flush=True)
            ended.wait()
    except (NoPython, ChaliceFailed, EmulatorError, OSError, subprocess.CalledProcessError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
