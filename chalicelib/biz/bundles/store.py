"""How runs of bundles lie in the room's table.

    BUNDLE#{run}  META   a run; EVT#... its history

Index: by_owner (a person's runs). What may name a person is one sealed text.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.shared.errors import not_found
from chalicelib.shared.keyring import Keyring
from chalicelib.shared.storage import Create, Item, Key, Table, Update

from .model import Run

_PRIVATE = ("pid", "applicant_name", "answers")


def run_key(id: str) -> Key:
    """Where a run lies; its history is in the same partition."""
    return Key(f"BUNDLE#{id}", "META")


class RunRows:
    """Runs as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    def run(self, item: Item | None) -> Run:
        """The run in an item; raises NotFound for none."""
        if item is None:
            raise no_run()
        data = dict(item.data)
        hidden = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return Run.model_validate({**data, **hidden, "version": item.version})

    def new(self, run: Run) -> Create:
        """The change that adds a run."""
        return Create(self._item(run, 1))

    def changed(self, run: Run) -> Update:
        """The change that replaces a run as it was read."""
        return Update(self._item(run, run.version + 1))

    def of_owner(self, owner: str, after: str | None, limit: int) -> tuple[list[Run], str | None]:
        """A person's runs, newest first."""
        page = self._table.query(f"BUNDLES@{owner}", index="by_owner", after=after, limit=limit, newest_first=True)
        return [self.run(item) for item in page.items], page.after

    def _item(self, run: Run, version: int) -> Item:
        whole: dict[str, Any] = run.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in _PRIVATE}
        whole.pop("version")
        key, text = run_key(run.id), json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        data = {**whole, "sealed": self._keyring.seal(text, key.pk)}
        return Item(key, data, version, {"by_owner": Key(f"BUNDLES@{run.owner}", run.id)})


def no_run() -> Exception:
    """Refuses a run that is not there, or not the caller's."""
    return not_found("ชุดคำขอ", "bundle of applications")
