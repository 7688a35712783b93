"""One change to many datasets of an organisation: CKAN's `bulk_update_*`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once, Replayed

from . import rules
from .access import Access
from .editing import Editing
from .given import listed
from .packages import Packages
from .rules import Rejected
from .store import Store

MOST = 100
"""Datasets of one call: each is a transaction of its own, and a request lives 29 seconds."""
What = Literal["private", "public", "delete"]


class Bulk:
    """Changes each dataset by itself. A call that fails on its way may be repeated: what is done already stays so."""

    def __init__(self, store: Store, packages: Packages, editing: Editing, access: Access) -> None:
        self._store = store
        self._packages = packages
        self._editing = editing
        self._access = access

    def update(self, caller: Caller, once: Once, given: Mapping[str, Any], what: What) -> None:
        """Changes all datasets that are named and belong to the organisation; others are left alone, as CKAN does.

        Raises:
            NotFound, NotAllowed, Rejected.
        """
        asked, ids = given.get("org_id"), listed(given.get("datasets"))
        if not asked:
            raise Rejected({"org_id": ["Missing value"]})
        organization = self._store.group("organization", asked) if rules.is_id(asked) else None
        if organization is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        self._access.must_write(caller, organization)
        if not isinstance(ids, list) or not all(map(rules.is_id, ids)):
            raise Rejected({"datasets": ["Must be a list of ids"]})
        if len(ids) > MOST:
            raise Rejected({"datasets": [f"At most {MOST} datasets can be changed in one call"]})
        for each in dict.fromkeys(ids):
            package = self._store.package(each)
            if package is not None and package.dataset.owner_org == organization.id:
                self._one(caller, _of_one(once, package.id), package.id, what)

    def _one(self, caller: Caller, once: Once, id: str, what: What) -> None:
        try:
            if what == "delete":
                self._editing.delete(caller, once, id)
            else:
                self._editing.patch(caller, once, {"id": id, "private": what == "private"})
        except Replayed:
            return
        except Rejected as refused:
            raise Rejected({"datasets": [{"id": [id], **refused.messages}]}) from None


def _of_one(once: Once, id: str) -> Once:
    """The attempt at one dataset of the call."""
    return replace(once, key=f"{once.key}#{id}", token=new_token())
