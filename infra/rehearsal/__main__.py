"""`python -m infra.rehearsal [--port N]`: deploy the four platforms into a local cloud and keep it up."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading

from infra.local.emulator import EmulatorError
from infra.package.python import NoPython
from infra.package.workshop import ChaliceFailed
from infra.rehearsal.town import Town


def main(arguments: list[str] | None = None) -> int:
    """Command line; runs until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.rehearsal", description="Deploy into a local cloud.")
    parser.add_argument("--port", type=int, default=0, help="of the front address (default: a free one)")
    options = parser.parse_args(arguments)
    # SIGTERM ends it as Ctrl-C does, at any moment, and everything is taken down.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    town = Town()
    try:
        print("packaging and deploying the four platforms ...", flush=True)
        town.start(options.port)
        print(f"{', '.join(town.platforms)} are deployed and answer at {town.address}", flush=True)
        print(f"    curl {town.address}/health\n    curl {town.address}/local/personas", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
    except (NoPython, ChaliceFailed, EmulatorError, OSError, subprocess.CalledProcessError) as reason:
        print(reason, file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        town.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
