"""`python -m infra.rehearsal.practising`: keep a local cloud up that runs what is deployed there (`make practice`).

How a shell reaches it is written into a file, `build/practice.env`, once it is up; the file goes when it ends.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from infra.local.environment import ISOLATED, changed
from infra.rehearsal.following import Following


def main(arguments: list[str] | None = None) -> int:
    """Runs until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.rehearsal.practising", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the front address (default: a free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster schedules come round")
    parser.add_argument("--out", type=Path, default=Path("build/practice.env"))
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options.out.unlink(missing_ok=True)
    try:
        with changed(ISOLATED), Following(options.port, options.speed) as cloud:
            lines = [f"export {name}={value}" for name, value in cloud.variables().items()]
            options.out.parent.mkdir(parents=True, exist_ok=True)
            unfinished = options.out.with_suffix(".part")
            unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
            unfinished.rename(options.out)
            print(f"a cloud to practise in is up: . {options.out}", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        return 0
    finally:
        options.out.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
