"""The fault simulator: what goes wrong between our code and AWS, other systems and other processes, by one seed.

with moto_cloud() as session, faults(lambda service, operation, n: "lost" if n == 0 else "ok") as layer:
    ...
assert layer.trace == [("dynamodb", "PutItem", "lost"), ...]

`layer` strikes AWS calls, `past` gives eventual reads, `turns` lets processes overtake each other, `outside` is about
systems that are not AWS, `weather` draws all of it from a seed.
"""

from .kinds import KINDS, Crash, Kind, Pick
from .layer import Faults, faults

__all__ = ["KINDS", "Crash", "Faults", "Kind", "Pick", "faults"]
