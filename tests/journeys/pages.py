"""Pages that are followed: their command blocks, and whether what was printed is what stands there."""

from __future__ import annotations

import re

BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "\n=== end of block ===\n"


def blocks(text: str) -> list[tuple[str, str]]:
    """Each command block with what is printed below it, if anything is."""
    found: list[tuple[str, str]] = []
    for kind, content in BLOCK.findall(text):
        if kind == "bash":
            found.append((content, ""))
        else:
            found[-1] = (found[-1][0], content)
    return found


def stands_in(promised: str, printed: str) -> bool:
    """Whether each promised line is printed, in this order; `…` stands for anything within a line."""
    lines = ["[^\\n]*".join(re.escape(part) for part in line.split("…")) for line in promised.splitlines()]
    return (
        not lines or re.search(r"^" + r"\r?$.*?^".join(lines) + r"\r?$", printed, re.MULTILINE | re.DOTALL) is not None
    )
