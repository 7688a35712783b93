"""Whether an exchange's receipt proves what the access log says: checked here, not believed.

The formats are public (RFC 6962, C2SP); the same file that anybody can download checks them offline.
"""

from __future__ import annotations

import json
from typing import Literal

from chalicelib.shared.dataclass import dataclass

from .model import OwnReceipt

Outcome = Literal["verified", "pending", "failed"]
SAME = ("at", "consumer", "service")
"""What the line of the log and what was recorded must say alike, beside the fields and the id."""


@dataclass(frozen=True)
class Checked:
    """What came of the check.

    Attributes:
        outcome: verified; pending: not sealed yet, ask in a few minutes; failed: something does not fit.
        why: what does not fit, in English, for the operators.
        size: entries of the log by the checkpoint that the proof leads to.
        checkpoint: that checkpoint, a signed note.
    """

    outcome: Outcome
    why: str = ""
    size: int | None = None
    checkpoint: str | None = None


def checked(own: OwnReceipt, kept_key: str) -> Checked:
    """Checks the proof with the key that the portal has kept since it first saw this log.

    Args:
        own: what the exchange tells.
        kept_key: the log's verifier key as the portal knows it.
    """
    from chalicelib.shared import tlog_verifier as log  # loads a heavy library

    try:
        _agrees(own)
        if own.log_key != kept_key:
            return Checked("failed", "the log's key is another one than before")
        if own.proof is None or own.index is None:
            return Checked("pending")
        index, checkpoint = log.check_proof(own.proof, own.entry.encode(), log.key_of(kept_key))
        if index != own.index:
            return Checked("failed", "the proof is of another place")
        if own.cover_salt is not None:
            log.check_opening(own.entry.encode(), own.leaf_text.encode(), own.cover_salt)
        elif own.entry != own.leaf_text:
            return Checked("failed", "what stands in the log is not what was recorded")
    except (log.Bad, _Differs) as wrong:
        return Checked("failed", str(wrong))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Checked("failed", "the receipt cannot be read")
    return Checked("verified", size=checkpoint.size, checkpoint=own.proof.partition("\n\n")[2])


class _Differs(Exception):
    """The line and what was recorded are not the same."""


def _agrees(own: OwnReceipt) -> None:
    leaf = json.loads(own.leaf_text)
    for name in SAME:
        if leaf[name] != getattr(own, name):
            raise _Differs(f"the log has another {name}")
    if leaf["id"] != own.receipt or tuple(leaf["fields"]) != own.fields:
        raise _Differs("the log has other fields or another id")
