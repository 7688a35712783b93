"""Taking part: giving, deciding, answering, reading."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import NotAllowed, Stale, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Head, Journal, Once
from chalicelib.shared.storage import Change, Count, Create, Require, Table, Update

from ..access import Access
from ..model import Group, Package
from ..packages import Packages
from ..rows import dataset_key
from ..store import Store
from . import rules, store
from .model import Contribution, Kind, Ratings, State


class Participation:
    """What people say of datasets.

    Args:
        table, journal, cursors: the room's.
        packages: finds a dataset for a caller.
        store: knows the organisations.
        access: who moderates.
        ids, clock: make ids, tell the time.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        cursors: Cursors,
        packages: Packages,
        store: Store,
        access: Access,
        *,
        ids: Callable[[], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._cursors = cursors
        self._packages = packages
        self._store = store
        self._access = access
        self._ids = ids
        self._clock = clock

    def give(self, caller: Caller, once: Once, kind: Kind, dataset: str, content: Mapping[str, Any]) -> Contribution:
        """Enters a reuse or comment, or gives or changes the caller's own rating of a public dataset.

        Raises:
            NotFound: no such public dataset.
            Invalid: a text will not do.
            Stale, Replayed, KeyReused: from the journal.
        """
        rules.check(content)
        try:
            return self._given(caller, once, kind, dataset, content)
        except Stale:  # somebody changed the dataset at this moment; or purged it, then it is not found now
            return self._given(caller, once, kind, dataset, content)

    def _given(self, caller: Caller, once: Once, kind: Kind, dataset: str, content: Mapping[str, Any]) -> Contribution:
        package = self._public(caller, dataset)
        said = _own_rating(package, caller) if kind == "rating" else self._ids()
        there = self._journal.read(once, store.head_key(said)).get(store.head_key(said))
        before = None if there is None else store.contribution_of(there)
        now = self._now()
        after = Contribution(
            id=said,
            kind=kind,
            dataset=package.id,
            organization=package.dataset.owner_org,
            author=caller.label,
            created=now if before is None else before.created,
            changed=now,
            content=dict(content),
            state=rules.first_state(content),
            chain=(0, "") if before is None else before.chain,
        )
        # not of a dataset that is being purged: what is said of it is taken away at this moment
        still = Require(dataset_key(package.id), package.dataset.version)
        return self._save(once, caller, before, after, "given", (still, *_stars(before, after)))

    def decide(self, caller: Caller, once: Once, id: str, to: State, reason: str, version: int | None) -> Contribution:
        """Shows, hides or withdraws a contribution.

        Args:
            reason: of a moderator, kept and shown to the author.
            version: the version that the caller read, or None.

        Raises:
            NotFound, NotAllowed, WrongState, Invalid, Stale, Replayed, KeyReused.
        """
        self._journal.read(once)
        before = self.find(caller, id)
        who = rules.check_move(before, to)
        if who == "author" and before.author != caller.label:
            raise NotAllowed("เฉพาะผู้เขียนเท่านั้นที่ถอนได้", "Only its author withdraws a contribution.")
        if who == "moderator":
            self._must_moderate(caller, before)
        rules.check({"reason": reason})
        decided = {"at": self._now(), "reason": reason}
        after = replace(before, state=to, changed=self._now(), decided=decided)
        return self._save(once, caller, before, after, to, _stars(before, after), version)

    def reply(self, caller: Caller, once: Once, id: str, text: str, version: int | None) -> Contribution:
        """The organisation's answer, shown beneath the contribution; "" takes it away.

        Raises:
            NotFound, NotAllowed, Invalid, Stale, Replayed, KeyReused.
        """
        self._journal.read(once)
        before = self.find(caller, id)
        self._must_moderate(caller, before)
        rules.check({"reply": text})
        reply = {"text": text, "at": self._now()} if text else None
        return self._save(
            once, caller, before, replace(before, reply=reply, changed=self._now()), "replied", (), version
        )

    def find(self, caller: Caller, id: str) -> Contribution:
        """A contribution that the caller may see: shown, their own, or theirs to moderate.

        Raises:
            NotFound.
        """
        item = self._table.get(store.head_key(id))
        found = None if item is None else store.contribution_of(item)
        if found is None or not self._may_see(caller, found):
            raise not_found("ความเห็นหรือผลงานนี้", "contribution")
        return found

    def of_dataset(
        self, caller: Caller, dataset: str, kind: Kind | None, cursor: str | None, limit: int
    ) -> tuple[list[Contribution], Ratings, str | None]:
        """What is shown of a dataset, the latest first, how it is rated, and where the list goes on.

        Raises:
            NotFound, Malformed.
        """
        package = self._public(caller, dataset)
        prefix = "" if kind is None else f"{kind}#"
        found, following = self._list(store.dataset_pk(package.id), cursor, limit, prefix)
        return found, store.ratings(self._table, package.id), following

    def shown(self, dataset: str, most: int) -> tuple[list[Contribution], Ratings]:
        """The latest reuses and comments that are shown of a dataset, whose id the caller has judged, and its stars."""
        pk = store.dataset_pk(dataset)
        ids = [
            str(item.data["id"])
            for kind in ("reuse", "comment")
            for item in self._table.query(pk, prefix=f"{kind}#", limit=most, newest_first=True).items
        ]
        found = sorted(store.read_all(self._table, ids), key=lambda each: each.created, reverse=True)
        return found[:most], store.ratings(self._table, dataset)

    def gallery(self, cursor: str | None, limit: int) -> tuple[list[Contribution], str | None]:
        """Reuses of all datasets that everybody may see, the latest first."""
        found, following = self._list(store.GALLERY, cursor, limit)
        return [each for each in found if self._is_public(each.dataset)], following

    def mine(self, caller: Caller, cursor: str | None, limit: int) -> tuple[list[Contribution], str | None]:
        """The caller's own, the latest first, whatever became of them."""
        return self._list(store.author_pk(caller.label), cursor, limit)

    def waiting(
        self, caller: Caller, organization: str, cursor: str | None, limit: int
    ) -> tuple[list[Contribution], str | None]:
        """What waits for an organisation's moderators, the latest first.

        Raises:
            NotFound, NotAllowed.
        """
        group = self._store.group("organization", organization)
        if group is None:
            raise not_found("หน่วยงาน", "organisation")
        self._moderates(caller, group)
        return self._list(store.waiting_pk(group.id), cursor, limit)

    def _list(self, pk: str, cursor: str | None, limit: int, prefix: str = "") -> tuple[list[Contribution], str | None]:
        scope = ("contributions", pk, prefix)
        after = self._cursors.read(cursor, scope)
        page = self._table.query(pk, prefix=prefix, after=after, limit=limit, newest_first=True)
        found = store.read_all(self._table, [str(item.data["id"]) for item in page.items])
        return found, self._cursors.make(page.after, scope)

    def _save(
        self,
        once: Once,
        caller: Caller,
        before: Contribution | None,
        after: Contribution,
        verb: str,
        more: tuple[Require | Count, ...],
        version: int | None = None,
    ) -> Contribution:
        """Writes it on condition that it still is as it was read (or at `version`, where the caller names one)."""
        event, head = self._journal.happened(
            Head(*after.chain),
            subject=after.id,
            type=f"opendata.contribution.{verb}",
            by=caller.label,
            data={"dataset": after.dataset, "kind": after.kind, "state": after.state},
        )
        number = 1 if before is None else (before.version if version is None else version) + 1
        after = replace(after, chain=(head.seq, head.hash), version=number)
        item = store.item_of(after)
        changes: list[Change] = [Create(item) if before is None else Update(item)]
        changes += [*store.listed(before, after), *more]
        self._journal.commit(once, changes, [(item.key.pk, event)], {"id": after.id})
        return after

    def _may_see(self, caller: Caller, contribution: Contribution) -> bool:
        if contribution.author == caller.label and caller.id:
            return True
        if contribution.state == "shown" and self._is_public(contribution.dataset):
            return True
        group = self._store.groups_by_id([contribution.organization]).get(contribution.organization)
        return group is not None and self._access.capacity(caller, group) in ("editor", "admin")

    def _is_public(self, dataset: str) -> bool:
        package = self._store.package(dataset)
        return package is not None and package.dataset.public

    def _public(self, caller: Caller, dataset: str) -> Package:
        package, _ = self._packages.find(caller, dataset)
        if not package.dataset.public:
            raise not_found("ชุดข้อมูลที่เผยแพร่", "public dataset")
        return package

    def _must_moderate(self, caller: Caller, contribution: Contribution) -> None:
        group = self._store.groups_by_id([contribution.organization]).get(contribution.organization)
        if group is None:
            raise not_found("หน่วยงาน", "organisation")
        self._moderates(caller, group)

    def _moderates(self, caller: Caller, group: Group) -> None:
        if self._access.capacity(caller, group) not in ("editor", "admin"):
            raise NotAllowed(
                "เฉพาะเจ้าหน้าที่ของหน่วยงานเจ้าของชุดข้อมูล", "Only editors of the dataset's organisation may do this."
            )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")


def _own_rating(package: Package, caller: Caller) -> str:
    """One rating of one person for one dataset: its id says so without saying who."""
    return hashlib.sha256(f"rating\n{package.id}\n{caller.label}".encode()).hexdigest()[:32]


def _stars(before: Contribution | None, after: Contribution) -> tuple[Count, ...]:
    """What changes in the counts: stars count unless they were withdrawn or hidden."""

    def counting(each: Contribution | None) -> int | None:
        there = each is not None and each.kind == "rating" and each.state in ("waiting", "shown")
        return int(each.content["stars"]) if there and each is not None else None

    old, new = counting(before), counting(after)
    if old == new:
        return ()
    less = () if old is None else (store.counted(after.dataset, old, -1),)
    return less if new is None else (*less, store.counted(after.dataset, new, 1))
