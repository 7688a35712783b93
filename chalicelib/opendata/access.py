"""Who may do what with the datasets of an organisation.

An officer who is posted at an organisation's agency has a capacity in it by the posting's roles; others have the one
that a member row gives them (`organization_member_create`). CKAN's capacities: a *member* sees private datasets, an
*editor* writes, an *admin* also decides over members. The operator of the platform (role `operator`) is CKAN's
sysadmin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.identity import Caller
from chalicelib.shared.storage import Item, Key, Table, every

from .model import Dataset, Group
from .search.model import PUBLIC

Capacity = Literal["member", "editor", "admin"]
BY_ROLE: Mapping[str, Capacity] = {"publisher": "admin", "steward": "editor", "editor": "editor"}
"""What a posting's role is worth in the organisation of its agency."""
OPERATOR = "operator"
STAFF_ROLES = frozenset({*BY_ROLE, OPERATOR})
_RANK: Mapping[str, int] = {"member": 1, "editor": 2, "admin": 3}


def member_key(user: str, group: str) -> Key:
    """Where a person's membership of a group lies: with the person, because that is how it is asked."""
    return Key(f"USER#{user}", f"MEMBER#{group}")


def is_operator(caller: Caller) -> bool:
    """Whether the caller runs the platform (CKAN's sysadmin)."""
    return caller.kind == "officer" and OPERATOR in caller.roles


class Access:
    """Answers who may do what.

    Args:
        table: the room's.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def capacity(self, caller: Caller, group: Group) -> Capacity | None:
        """What the caller is in a group, None for an outsider; at most one request."""
        if is_operator(caller):
            return "admin"
        by_posting = _by_posting(caller, group)
        if not caller.id or by_posting == "admin":
            return by_posting
        row = self._table.get(member_key(caller.id, group.id))
        by_row: Capacity | None = None if row is None else row.data["capacity"]
        return max((each for each in (by_posting, by_row) if each), key=lambda each: _RANK[each], default=None)

    def may_see(self, caller: Caller, dataset: Dataset, organization: Group) -> bool:
        """Public and active, or the caller's own, or of an organisation of theirs."""
        if dataset.public:
            return True
        return self.capacity(caller, organization) is not None

    def must_write(self, caller: Caller, organization: Group) -> None:
        """Only editors and admins of an organisation write its datasets.

        Raises:
            NotAllowed.
        """
        if self.capacity(caller, organization) not in ("editor", "admin"):
            raise NotAllowed(
                "บัญชีนี้ไม่มีสิทธิ์เผยแพร่ข้อมูลในนามหน่วยงานนี้",
                "User is not authorized to publish for this organization",
            )

    def must_write_somewhere(self, caller: Caller, action: str) -> None:
        """Only whoever writes for some organisation creates datasets.

        Raises:
            NotAllowed.
        """
        if is_operator(caller) or (caller.kind == "officer" and _roles(caller)):
            return
        if not any(row.data["capacity"] in ("editor", "admin") for row in self._members(caller)):
            raise NotAllowed("ต้องเข้าสู่ระบบในฐานะผู้เผยแพร่", f"Action {action} requires an authenticated user")

    def labels(self, caller: Caller) -> tuple[str, ...]:
        """The labels of datasets that the caller may see (`search.model.Document.labels`)."""
        if not caller.id or caller.kind not in ("officer", "citizen"):
            return (PUBLIC,)
        groups = [row.key.sk.removeprefix("MEMBER#") for row in self._members(caller)]
        if caller.agency is not None and _roles(caller):
            claim = self._table.get(Key(f"NAME#agency#{caller.agency}", "NAME"))
            groups += [claim.data["id"]] if claim else []
        return (PUBLIC, f"user-{caller.id}", *(f"org-{group}" for group in dict.fromkeys(groups)))

    def _members(self, caller: Caller) -> list[Item]:
        return list(every(self._table, f"USER#{caller.id}", prefix="MEMBER#"))


def _roles(caller: Caller) -> frozenset[str]:
    return caller.roles & frozenset(BY_ROLE)


def _by_posting(caller: Caller, group: Group) -> Capacity | None:
    if caller.kind != "officer" or group.agency is None or caller.agency != group.agency:
        return None
    return max((BY_ROLE[role] for role in _roles(caller)), key=lambda each: _RANK[each], default=None)
