"""Work on hostile input in a process of its own, with hard limits of memory and time and without any secret.

A parser or an engine may swell, loop or fall over what a stranger sent; then only that process ends. It gets its input
on its standard input (or as a path among its arguments) and nothing of our environment, so no credentials either. It is
a fresh interpreter, never a fork: threads and connections of ours do not come along.

A module that is to be caged has at its end

    if __name__ == "__main__":
        cage.enter()                     # bounds this process, and tells that it has started
        ... sys.argv[1:], sys.stdin.buffer, sys.stdout ...
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .dataclass import dataclass
from .errors import Unavailable

_STARTED = b"started\n"
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Limits:
    """What a caged process may use.

    Attributes:
        memory: bytes of address space.
        cpu: seconds of processor time, all threads together.
        wall: seconds until it is killed.
        file: bytes of the largest file that it may write; 0 for none.
    """

    memory: int
    cpu: int
    wall: float
    file: int = 0


class TooHeavy(Exception):
    """The process was ended by one of its limits, or fell over its input.

    Attributes:
        late: whether it was the time that ran out.
    """

    def __init__(self, *, late: bool) -> None:
        super().__init__("late" if late else "heavy")
        self.late = late


def run(
    module: str, arguments: Sequence[str] = (), *, limits: Limits, given: bytes = b"", python: str = sys.executable
) -> bytes:
    """Runs a module of ours caged; answers what it wrote to its standard output.

    Raises:
        TooHeavy: it went beyond a limit or crashed.
        Unavailable: it did not come up, which is no fault of the input.
    """
    clean = {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    bounds = [str(limits.memory), str(limits.cpu), str(limits.file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603  our own module; arguments are passed as they are, no shell
        [python, "-m", module, *bounds, *arguments],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,  # it may repeat what was sent
        env=clean,
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(given, timeout=limits.wall)
        except subprocess.TimeoutExpired:
            raise TooHeavy(late=True) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with whatever it may have started
    if not told.startswith(_STARTED):
        raise Unavailable("ระบบตรวจไฟล์ไม่พร้อม", "A caged process did not start; try again.")
    if process.returncode:
        raise TooHeavy(late=False)
    return told.removeprefix(_STARTED)


def enter() -> None:
    """Bounds this process as its parent said in its first arguments, which are then taken away."""
    import resource

    memory, cpu, file = (int(each) for each in sys.argv[1:4])
    del sys.argv[1:4]
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError):  # macOS knows no limit of address space
            resource.setrlimit(limit, (most, most))
    sys.stdout.buffer.write(_STARTED)
    sys.stdout.buffer.flush()
