"""The register of requirements: operators keep it, everybody may read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from ...shared.errors import Invalid, Stale, not_found
from ...shared.journal import Head, Once
from ...shared.parts import Parts
from ...shared.storage import Create, Item, Update, every
from ..directory import Directory
from . import rules, store
from .model import Requirement


class Requirements:
    """Keeps requirements.

    Args:
        directory: the services that sources name.
        parts: the room's common parts.
    """

    def __init__(self, directory: Directory, parts: Parts) -> None:
        self._directory = directory
        self._table = parts.table
        self._journal = parts.journal

    def everything(self) -> list[tuple[Requirement, int]]:
        """All requirements with their versions, by code."""
        return [
            (store.requirement_from(item.data["content"]), item.version)
            for item in every(self._table, store.REQUIREMENTS)
        ]

    def read(self, codes: Sequence[str]) -> list[Requirement]:
        """Those requirements, in this order.

        Raises:
            NotFound: there is none with one of the codes.
        """
        keys = [store.requirement_key(code) for code in codes]
        found = self._table.get_many(list(dict.fromkeys(keys)))
        if any(key not in found for key in keys):
            raise not_found("รายการข้อมูลที่ต้องใช้", "requirement")
        return [store.requirement_from(found[key].data["content"]) for key in keys]

    def put(self, requirement: Requirement, version: int | None, by: str, once: Once) -> tuple[bool, int]:
        """Adds or changes one; whether something changed, and its version.

        Args:
            version: what the operator read (0 for none); None overwrites whatever stands there.

        Raises:
            Invalid: see `rules.faults_of`. Stale: another version stands there.
        """
        services = {str(source.service): self._directory.service(source.service) for source in requirement.sources}
        faults = rules.faults_of(requirement, services)
        if faults:
            raise Invalid("ลงทะเบียนไม่ได้ โปรดแก้ไขตามรายการ", "It cannot be registered; see errors.", faults)
        key = store.requirement_key(requirement.code)
        there = self._journal.read(once, key).get(key)
        content = store.requirement_json(requirement)
        if there is not None and there.data["content"] == content:
            return False, there.version
        if version is not None and version != (0 if there is None else there.version):
            raise Stale("มีผู้แก้ไขรายการนี้แล้ว โปรดอ่านใหม่", "Somebody changed it since you read it; read it again.")
        head = Head() if there is None else Head(**there.data["head"])
        event, head = self._journal.happened(
            head, subject=requirement.code, type="gdx.requirement.registered", by=by, data={"content": content}
        )
        data = {"content": content, "head": asdict(head)}
        item = Item(key, data) if there is None else there.next(data)
        change = Create(item) if there is None else Update(item)
        history = [(store.requirement_history(requirement.code), event)]
        self._journal.commit(once, [change], history, {"id": requirement.code, "changed": True})
        return True, item.version
