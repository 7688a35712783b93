"""Tells what stands against offering bundles: `python -m scripts.check_bundles [FILE ...]`; none: those shipped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from chalicelib.biz.bundles.catalogue import SHIPPED, read_bundle
from chalicelib.biz.definitions.catalogue import Unpublishable, shipped


def main(arguments: Sequence[str]) -> int:
    """Prints every reason; 1 when there is one."""
    found = 0
    for path in [Path(name) for name in arguments] or sorted(SHIPPED.glob("*.json")):
        try:
            read_bundle(path, shipped())
        except Unpublishable as refused:
            print(refused)
            found = 1
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
