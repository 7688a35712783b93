"""The laptop's AWS: moto (mended) or ministack on 127.0.0.1, in a process of its own.

`python -m infra.local.emulator --port 5999` serves it; `start(kind, port)` starts it from Python and waits
until it answers.
"""

from infra.local.emulator.process import KINDS, Emulator, EmulatorError, start

__all__ = ["KINDS", "Emulator", "EmulatorError", "start"]
