"""The wallet: licences, receipts and certificates that the state gave a person, kept sealed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import field
from typing import Any

from chalicelib.shared.credential_types import Described
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, not_found
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text

from .. import activity, rules
from ..hall import Hall
from ..holdings import Holding, partition, take_away
from ..inbox.service import Inbox
from ..model import Person
from . import papers
from .checking import Checked, Checker
from .issuers import Issuers, Trusted
from .model import NewCredential, Paper
from .papers import Content
from .rules import FILTERED_READS, Term, term
from .shares import Shares
from .store import Store, shares_of, wallet


@dataclass(frozen=True)
class Held:
    """A credential opened for its holder; `term`: how it stands by its own dates."""

    paper: Paper
    content: Content
    term: Term
    credential: str = field(repr=False)


@dataclass(frozen=True)
class WalletPage:
    """Some credentials, newest first, and the cursor of the next page."""

    held: tuple[Held, ...]
    next: str | None


class Wallet:
    """Receives, shows and presents credentials.

    Args:
        hall: the room's tools.
        inbox: where a person learns that a code of theirs was used.
        issuers: whose credentials can be checked here.
    """

    def __init__(self, hall: Hall, inbox: Inbox, issuers: Sequence[Trusted]) -> None:
        self._hall = hall
        self._store = Store(hall.parts.table, hall.parts.journal)
        self._keyring = hall.parts.keyring
        self.checker = Checker(Issuers(issuers), hall.now)
        self.shares = Shares(hall, self._store, self.checker, inbox)
        hall.hear("citizen.share.used", self.shares.heard)
        title = Text(th="กระเป๋าเอกสารและรหัสที่ให้ผู้อื่นดู", en="Wallet, and codes by which others may see papers")
        hall.holdings["wallet"] = Holding(title, export=self.export, erase=self.forget)

    def deliver(self, pid: str, given: NewCredential, *, sender: str) -> Paper:
        """Puts a credential into a person's wallet; a repeat changes nothing.

        Args:
            pid: national id of the holder; not kept outside the credential.
            given: the credential.
            sender: subsystem id of who sends it; the credential's id is the sender's.

        Raises:
            Invalid: the national id does not hold, or it is no credential.
            AlreadyThere: the id was used for another credential.
        """
        return self.keep(self._hall.person(rules.checked_pid(pid)), given, sender=sender)

    def keep(self, person: Person, given: NewCredential, *, sender: str) -> Paper:
        """The same for a person whom the room knows already.

        Raises:
            Invalid: it is no credential.
            AlreadyThere: the id was used for another credential.
        """
        papers.opened(given.credential)
        here = rules.id_here(sender, given.id, person)
        mark = self._keyring.mac("credential", f"{here}\n{person}\n{given.model_dump_json()}".encode())
        there = self._store.paper(person, here)
        if there is None:
            new = Paper(
                id=here,
                sender=sender,
                kind=given.kind,
                received_at=self._hall.now().isoformat(timespec="milliseconds"),
                content=self._keyring.seal(given.credential, _context(person, here)),
                mark=mark,
            )
            try:
                self._store.keep(_attempt(), person, new)
            except AlreadyThere:
                there = self._store.paper(person, here)
            else:
                return new
        if there is None:
            raise AssertionError("a credential that is there can be read")
        rules.must_be_the_same(there.mark, mark)
        return there

    def page(self, person: Person, cursor: str | None, limit: int, kind: str | None = None) -> WalletPage:
        """One page of a person's wallet.

        A filtered page is read through, in at most `FILTERED_READS` queries: it may be short, and `next` goes on.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope, cursors = ("wallet", person, kind), self._hall.parts.cursors
        after, found = cursors.read(cursor, scope), list[Paper]()
        for _ in range(FILTERED_READS if kind is not None else 1):
            read = self._store.papers(person, after, limit - len(found))
            found += [paper for paper in read.items if kind in (None, paper.kind)]
            after = read.after
            if after is None or len(found) == limit:
                break
        return WalletPage(tuple(self._unsealed(person, paper) for paper in found), cursors.make(after, scope))

    def one(self, person: Person, id: str) -> Held:
        """One credential.

        Raises:
            NotFound: this person has no such credential.
        """
        return self._unsealed(person, self._find(person, id))

    def described(self, held: Held) -> Described:
        """What its issuer calls a credential and its claims; at most one question per type and hour, never a fault."""
        return self.checker.described(held.content.issuer, held.content.vct)

    def check(self, person: Person, id: str) -> Checked:
        """How one's own credential stands now, by its issuer's word.

        Raises:
            NotFound: this person has no such credential.
            UpstreamFailed: the issuer cannot be asked.
        """
        return self.checker.check(papers.shown(self.one(person, id).credential, ()))

    def present(self, person: Person, id: str, claims: Collection[str], caller: Caller) -> str:
        """A presentation that shows only the chosen claims (and those that the issuer never hid); it stands in the log.

        Raises:
            NotFound, Invalid.
        """
        held = self.one(person, id)
        shown = papers.shown(held.credential, claims)
        at = self._hall.now().isoformat(timespec="milliseconds")
        detail = {"credential": held.paper.id, "kind": held.paper.kind, "claims": sorted(claims)}
        line = activity.line(person, at=at, id=new_id(), what="credential.shown", caller=caller, detail=detail)
        self._hall.parts.journal.commit(_attempt(), [line])
        return shown

    def hide(self, person: Person, id: str, caller: Caller) -> None:
        """Takes a credential out of the wallet; open codes for it open nothing any more.

        Raises:
            NotFound: this person has no such credential.
        """
        paper = self._find(person, id)
        at = self._hall.now().isoformat(timespec="milliseconds")
        detail = {"credential": paper.id, "kind": paper.kind}
        line = activity.line(person, at=at, id=new_id(), what="credential.hidden", caller=caller, detail=detail)
        self._store.hide(_attempt(), person, paper, by=caller.label, more=[line])

    def export(self, person: Person) -> Any:
        """See `Holding.export`."""
        found, after = list[Any](), None
        while True:
            page = self._store.papers(person, after, 100)
            held = [self._unsealed(person, paper) for paper in page.items]
            found += [{"kind": e.paper.kind, "at": e.paper.received_at, "credential": e.credential} for e in held]
            after = page.after
            if after is None:
                return {"credentials": found, "codes": self.shares.export(person)}

    def forget(self, person: Person) -> None:
        """See `Holding.erase`: all credentials, hidden ones too, their history, and all codes. The issuers keep theirs,
        and may be asked to send a credential again."""
        table = self._hall.parts.table
        for key in partition(table, wallet(person)):
            take_away(table, partition(table, f"PAPER#{key.sk.removeprefix('PAPER#')}"))
            take_away(table, [key])
        for key in partition(table, shares_of(person), index="by_owner"):
            take_away(table, partition(table, key.pk))
        take_away(table, partition(table, f"SHARED#{person}"))

    def _find(self, person: Person, id: str) -> Paper:
        paper = self._store.paper(person, id) if rules.is_id_here(id) else None
        if paper is None or paper.hidden:
            raise not_found("เอกสารในกระเป๋า", "credential")
        return paper

    def _unsealed(self, person: Person, paper: Paper) -> Held:
        credential = self._keyring.unseal(paper.content, _context(person, paper.id))
        content = papers.opened(credential)
        return Held(paper, content, term(content.not_before, content.expires, self._hall.now()), credential)


def _context(person: Person, id: str) -> str:
    return f"wallet/{person}/{id}"


def _attempt() -> Once:
    # what is written lies under a key of its own, so it needs no claim
    return Once(new_id(), "", new_token(), claimed=False)
