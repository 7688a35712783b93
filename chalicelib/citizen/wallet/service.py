"""The wallet: licences, receipts and certificates that the state gave a person, kept sealed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.errors import AlreadyThere, not_found
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.keyring import Keyring

from .. import rules
from ..model import Person
from . import papers
from .model import NewCredential, Paper
from .papers import Content
from .store import Store


@dataclass(frozen=True)
class Held:
    """A credential opened for its holder."""

    paper: Paper
    content: Content
    credential: str = field(repr=False)


@dataclass(frozen=True)
class WalletPage:
    """Some credentials, newest first, and the cursor of the next page."""

    held: tuple[Held, ...]
    next: str | None


class Wallet:
    """Receives, shows and presents credentials."""

    def __init__(self, store: Store, keyring: Keyring, cursors: Cursors, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._keyring = keyring
        self._cursors = cursors
        self._clock = clock

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
        return self.keep(Person(self._keyring.pseudonym(rules.checked_pid(pid))), given, sender=sender)

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
                received_at=self._clock().isoformat(timespec="milliseconds"),
                content=self._keyring.seal(given.credential, _context(person, here)),
                mark=mark,
            )
            try:
                self._store.keep(Once(new_id(), "", new_token(), claimed=False), person, new)
            except AlreadyThere:
                there = self._store.paper(person, here)
            else:
                return new
        if there is None:
            raise AssertionError("a credential that is there can be read")
        rules.must_be_the_same(there.mark, mark)
        return there

    def page(self, person: Person, cursor: str | None, limit: int) -> WalletPage:
        """One page of a person's wallet.

        Raises:
            Malformed: the cursor is not of this list.
        """
        scope = f"wallet/{person}"
        found = self._store.papers(person, self._cursors.read(cursor, scope), limit)
        held = tuple(self._unsealed(person, paper) for paper in found.items)
        return WalletPage(held, self._cursors.make(found.after, scope))

    def one(self, person: Person, id: str) -> Held:
        """One credential.

        Raises:
            NotFound: this person has no such credential.
        """
        paper = self._store.paper(person, id) if rules.is_id_here(id) else None
        if paper is None:
            raise not_found("เอกสารในกระเป๋า", "credential")
        return self._unsealed(person, paper)

    def present(self, person: Person, id: str, claims: Collection[str]) -> str:
        """A presentation that shows only the chosen claims (and those that the issuer never hid).

        Raises:
            NotFound, Invalid.
        """
        return papers.shown(self.one(person, id).credential, claims)

    def _unsealed(self, person: Person, paper: Paper) -> Held:
        credential = self._keyring.unseal(paper.content, _context(person, paper.id))
        return Held(paper, papers.opened(credential), credential)


def _context(person: Person, id: str) -> str:
    return f"wallet/{person}/{id}"
