"""The registers that every environment starts with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...shared.identity import Caller
from ...shared.ids import new_id, new_token
from ...shared.journal import Once
from .service import Registers
from .views import PutRegister

BY = Caller("officer", id="seed")


def load(registers: Registers, document: Mapping[str, Any]) -> int:
    """Publishes what the document holds; the number of registers that changed.

    An entry is `[code, Thai, English]`, with the register's `valid_from` as its first day, or an object as the routes
    take it.
    """
    changed = 0
    for name, register in document["registers"].items():
        begins = register["valid_from"]
        entries = [
            {"code": each[0], "th": each[1], "en": each[2], "valid_from": begins} if isinstance(each, list) else each
            for each in register["entries"]
        ]
        posted = {key: value for key, value in register.items() if key not in ("valid_from", "entries")}
        draft = PutRegister.model_validate_json(json.dumps({**posted, "entries": entries})).draft()
        # no claim: the same again is no new version, and a changed file must not be taken for a repeat
        once = Once(new_id(), "", new_token(), claimed=False)
        changed += registers.publish(once, name, draft, BY).changed
    return changed
