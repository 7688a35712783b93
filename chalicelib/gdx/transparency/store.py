"""How the log lies in the exchange's table and in its own bucket.

| pk | sk | what |
|---|---|---|
| `LOG` | `HEAD` | size and root of the tree, the one thing that is swapped; whether all of it is published |
| `LOG` | `KEY` | the log's Ed25519 key: name, public half, sealed private half |
| `LOG` | `FRESH` | when the log was last looked after, and the time of its oldest open leaf |
| `LOG` | `WITNESS#{name}` | a witness whose cosignatures are taken |

A leaf (`EXCHANGE#{id}` / `LEAF`) is open while it stands in the index `open` under `SEAL#{shard}`.

In the bucket: `checkpoint`, `tile/...` and `tile/entries/...` as C2SP names them; `witnessed`, the newest checkpoint
that a witness has cosigned; and `staging/{size}-{root}`: what the step to that tree publishes, written before the step.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.storage import Json, Key
from ...shared.tlog_merkle import EMPTY

LOG = "LOG"
HEAD = Key(LOG, "HEAD")
KEY = Key(LOG, "KEY")
WITNESS = "WITNESS#"

CHECKPOINT = "checkpoint"
WITNESSED = "witnessed"


def witness_key(name: str) -> Key:
    """Where a witness lies."""
    return Key(LOG, f"{WITNESS}{name}")


@dataclass(frozen=True)
class Head:
    """The end of the log.

    Attributes:
        size: leaves.
        root: head of their tree.
        published: False between the step to this head and the moment when everything of it can be read.
        covert: covert accesses among the leaves, by the Thai day until which each stays hidden ("" for those whose day
            is over; they are counted together).
    """

    size: int = 0
    root: bytes = EMPTY
    published: bool = False
    covert: Mapping[str, int] = field(default_factory=dict)

    @property
    def staging(self) -> str:
        """Where the step to this head is staged."""
        return f"staging/{self.size}-{self.root.hex()}"


def head_json(head: Head) -> Json:
    """A head as stored."""
    root = base64.b64encode(head.root).decode()
    return {"size": head.size, "root": root, "published": head.published, "covert": dict(head.covert)}


def head_from(data: Mapping[str, Any]) -> Head:
    """A head as read."""
    return Head(data["size"], base64.b64decode(data["root"]), data["published"], data["covert"])
