"""The proof that a party keeps (C2SP tlog-proof): place of the entry, audit path, and the checkpoint it leads to."""

from __future__ import annotations

import base64
from collections.abc import Sequence

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MEDIA_TYPE = "text/plain"


def proof_text(index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """The text of a `.tlog-proof`.

    Args:
        index: place of the entry in the log, from 0.
        path: hashes from the leaf's sibling upward.
        checkpoint: the signed note, verbatim.
    """
    hashes = [base64.b64encode(each).decode() for each in path]
    return "\n".join([FIRST_LINE, f"index {index}", *hashes, "", checkpoint])
