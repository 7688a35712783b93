"""`python -m infra.local.run [--port N]`: all four platforms on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from infra.local.emulator import KINDS, EmulatorError
from infra.local.stack import NotReady, Stack
from infra.provision.errors import ProvisionError


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 after Ctrl-C or SIGTERM, 1 with the reason when it cannot start."""
    options = _parser().parse_args(arguments)
    # Both end it at any moment, and everything is taken down; a shell's background job comes with SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    stack = Stack(options.emulator, speed=options.speed, watched=options.emulator == "moto")
    try:
        print("Klang is starting ...", flush=True)
        stack.start(options.port)
        print(banner(stack), flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
    except OSError as error:
        print(f"port {options.port} cannot be opened: {error}. Try: make run PORT=8001", file=sys.stderr)
        return 1
    except (EmulatorError, ProvisionError, NotReady) as error:
        print(f"it does not start: {error}", file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C ends the process at once; the emulator ends with it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        stack.stop()
    print("stopped.", flush=True)
    return 0


def banner(stack: Stack) -> str:
    """What one needs to know to begin."""
    at = stack.address
    agencies = "".join(f"  {name:28} {address}\n" for name, address in sorted(stack.surroundings.endpoints.items()))
    return f"""
Klang is ready at {at}   (stop with Ctrl-C)

  platforms                    {", ".join(stack.platforms)}
  API, to read and try         {at}/docs
  sample people and systems    {at}/local/personas
  test login (OpenID)          {at}/local/oidc/.well-known/openid-configuration
  AWS calls so far             {at}/local/calls
  emulated AWS                 {stack.endpoint}
{agencies}
Become somebody, and ask:

  TOKEN=$(curl -s {at}/local/token -d '{{"persona":"malee"}}' | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
  curl -s {at}/citizen/v1/me -H "Authorization: Bearer $TOKEN"
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="of 127.0.0.1; 0 takes a free one")
    parser.add_argument("--emulator", choices=KINDS, default=os.environ.get("EMULATOR", "moto"))
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster schedules and retries come")
    return parser


if __name__ == "__main__":
    sys.exit(main())
