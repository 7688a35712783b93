"""Who may do what with the datasets of an organisation.

An officer who is posted at an organisation's agency has a capacity in it by the posting's roles; others have the one
that a member row gives them (`organization_member_create`). CKAN's capacities: a *member* sees private datasets, an
*editor* writes, an *admin* also decides over members. The operator of the platform (role `operator`) is CKAN's
sysadmin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """Where a person's membership of a group lies: with the person, because that is how it is asked.

    `capacity` in it is None once the person was taken out.
    """
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
        """Public and active, or of an organisation of theirs: who left it sees no more of it, not even their own."""
        if dataset.public:
            return True
        return self.capacity(caller, organization) is not None

    def must_write(self, caller: Caller, organization: Group) -> None:
        """Only editors and admins of an organisation write its datasets.

        Of a deleted organisation only the operator does, so that what is left there can be moved or taken away.

        Raises:
            NotAllowed.
        """
        gone = organization.state == "deleted" and not is_operator(caller)
        if gone or self.capacity(caller, organization) not in ("editor", "admin"):
            raise NotAllowed(
                "บัญชีนี้ไม่มีสิทธิ์เผยแพร่ข้อมูลในนามหน่วยงานนี้",
                "User is not authorized to publish for this organization",
            )

    def must_govern(self, caller: Caller, group: Group) -> None:
        """Only admins of an organisation or theme change it and decide who belongs to it.

        Raises:
            NotAllowed.
        """
        gone = group.state == "deleted" and not is_operator(caller)
        if gone or self.capacity(caller, group) != "admin":
            raise NotAllowed(
                "เฉพาะผู้ดูแลของหน่วยงานหรือกลุ่มนี้",
                f"User not authorized to edit this {group.kind}",
            )

    def must_gather(self, caller: Caller, theme: Group) -> None:
        """Whoever belongs to a theme puts datasets into it and takes them out (CKAN's `manage_group`).

        Raises:
            NotAllowed.
        """
        if theme.state == "deleted" or self.capacity(caller, theme) is None:
            raise NotAllowed("เฉพาะสมาชิกของกลุ่มนี้", "User not authorized to edit this group")

    def must_operate(self, caller: Caller, action: str) -> None:
        """Only the operator of the platform does this.

        Raises:
            NotAllowed.
        """
        if not is_operator(caller):
            raise NotAllowed("เฉพาะผู้ดูแลระบบ", f"Action {action} requires a sysadmin")

    def memberships(self, caller: Caller) -> dict[str, Capacity]:
        """What the caller is in each group of theirs, by the group's id; an operator's own ones only. Two requests."""
        if not caller.id:
            return {}
        found: dict[str, Capacity] = {
            row.key.sk.removeprefix("MEMBER#"): row.data["capacity"] for row in self._members(caller)
        }
        by_posting = posted_capacity(caller)
        if caller.agency is not None and by_posting is not None:
            claim = self._table.get(Key(f"NAME#agency#{caller.agency}", "NAME"))
            if claim is not None:
                own = claim.data["id"]
                found[own] = max(by_posting, found.get(own, by_posting), key=lambda each: _RANK[each])
        return found

    def must_write_somewhere(self, caller: Caller, action: str) -> None:
        """Only whoever writes for some organisation creates datasets.

        Raises:
            NotAllowed.
        """
        if is_operator(caller) or posted_capacity(caller) is not None:
            return
        if not any(row.data["capacity"] in ("editor", "admin") for row in self._members(caller)):
            raise NotAllowed("ต้องเข้าสู่ระบบในฐานะผู้เผยแพร่", f"Action {action} requires an authenticated user")

    def labels(self, caller: Caller) -> tuple[str, ...]:
        """The labels of datasets that the caller may see (`search.model.Document.labels`)."""
        return (PUBLIC, *(f"org-{group}" for group in self.memberships(caller)))

    @staticmethod
    def sees(labels: Sequence[str], caller: Caller, dataset: Dataset) -> bool:
        """The same as `may_see`, for many datasets by the caller's labels, without a request."""
        return dataset.public or Access.belongs(labels, caller, dataset)

    @staticmethod
    def belongs(labels: Sequence[str], caller: Caller, dataset: Dataset) -> bool:
        """Whether the caller belongs to the dataset's organisation, by the caller's labels, without a request."""
        return is_operator(caller) or f"org-{dataset.owner_org}" in labels

    def _members(self, caller: Caller) -> list[Item]:
        rows = every(self._table, f"USER#{caller.id}", prefix="MEMBER#")
        return [row for row in rows if row.data["capacity"] is not None]


def capacity_of_roles(roles: Iterable[str]) -> Capacity | None:
    """What a posting with these roles is worth in the organisation of its agency."""
    worth = [BY_ROLE[role] for role in roles if role in BY_ROLE]
    return max(worth, key=lambda each: _RANK[each], default=None)


def posted_capacity(caller: Caller) -> Capacity | None:
    """What the caller's posting is worth in the organisation of its agency."""
    return capacity_of_roles(caller.roles) if caller.kind == "officer" else None


def _by_posting(caller: Caller, group: Group) -> Capacity | None:
    if group.agency is None or caller.agency != group.agency:
        return None
    return posted_capacity(caller)
