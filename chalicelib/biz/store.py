"""How the Biz room lies in its table.

    CASE#{id}      META          a case; EVT#... its history
    LIC#{no}       META          a licence; EVT#... its history; WORD#{word} what it is found by in the register;
                   FILED         the one filed application that is about it
    SL#{list}      IDX#{index}   a taken place in a status list; OFF#{index} a state other than valid
    STAFF#{person} 1             an officer
    PROVIDER#{id}  1             a payment provider's secret, sealed
    HELD#{owner}   {document}    an accepted document, offered in the owner's later cases
    (money, receipts and reconciliation: see payments/store; what agencies' systems are told: see linked/store)

Indexes: by_owner (a person's cases), by_queue (an agency's work by legal due date), by_due (cases whose clock runs, by
the day on which lateness must be looked at; licences, by the day on which their holder is told something), by_desk
(what an officer has taken), by_agency (licences; staff; open cases by state; the register's words, by their first two
letters).

Whatever may name a person is one sealed text per row, opened only with the row's own key; keys hold pseudonyms.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.shared.errors import not_found
from chalicelib.shared.storage import Create, Item, Json, Key, Page, Remove, Table, Update, every

if TYPE_CHECKING:
    from chalicelib.shared.keyring import Keyring

    from .documents.model import Held
    from .licences.model import Licence
    from .model import Case, Officer

Turn = Literal["applicant", "agency", "nobody"]

DUE_SHARDS = 4
FAR = "9999-12-31"
_CASE_PRIVATE = (
    "pid", "applicant_name", "answers", "base", "receipt", "agency_licence",
    "documents", "deficiency_lists", "inspections", "decision",  # file names and free text may name anybody
    "agents",
)  # fmt: skip
_LICENCE_PRIVATE = (
    "pid", "claims", "answers", "credential", "slip",
    "changes",  # reasons in free text may name anybody
)  # fmt: skip


def case_key(id: str) -> Key:
    """Where a case lies; its history is in the same partition."""
    return Key(f"CASE#{id}", "META")


def licence_key(no: str) -> Key:
    """Where a licence lies."""
    return Key(f"LIC#{no}", "META")


def filed_key(no: str) -> Key:
    """Where the one filed application about a licence stands, until it has ended."""
    return Key(licence_key(no).pk, "FILED")


def provider_key(provider: str) -> Key:
    """Where a payment provider's secret lies."""
    return Key(f"PROVIDER#{provider}", "1")


def officer_key(pseudonym: str) -> Key:
    """Where an officer's posting lies."""
    return Key(f"STAFF#{pseudonym}", "1")


class Store:
    """Cases, licences, officers and providers as items; the only file that knows their keys."""

    def __init__(self, table: Table, keyring: Keyring) -> None:
        self._table = table
        self._keyring = keyring

    # --- cases

    def case(self, item: Item | None) -> Case:
        """The case in an item; raises NotFound for none."""
        if item is None:
            raise _no_case()
        from .model import Case

        return Case.model_validate({**self._open(item), "version": item.version})

    def find_case(self, id: str) -> Case:
        """A case by id, in one request; raises NotFound."""
        return self.case(self._table.get(case_key(id)))

    def find_cases(self, ids: Sequence[str]) -> list[Case]:
        """The cases with these ids (at most 100), in one request and in this order; none for unknown ones."""
        keys = [case_key(each) for each in ids]
        found = self._table.get_many(keys) if keys else {}
        return [self.case(found[key]) for key in keys if key in found]

    def new_case(self, case: Case, turn: Turn) -> Create:
        """The change that adds a case; `turn` says whose move it is."""
        return Create(
            Item(case_key(case.id), self._close(case, case_key(case.id), _CASE_PRIVATE), 1, _places(case, turn))
        )

    def changed_case(self, case: Case, turn: Turn) -> Update:
        """The change that replaces a case as it was read (its version says which)."""
        data = self._close(case, case_key(case.id), _CASE_PRIVATE)
        return Update(Item(case_key(case.id), data, case.version + 1, _places(case, turn)))

    def cases_of(self, owner: str, after: str | None, limit: int) -> tuple[list[Case], str | None]:
        """A person's cases, newest first."""
        page = self._table.query(f"OWN#{owner}", index="by_owner", after=after, limit=limit, newest_first=True)
        return self._cases(page)

    def queue(self, agency: str, after: str | None, limit: int) -> tuple[list[Case], str | None]:
        """An agency's work, the first due first."""
        return self._cases(self._table.query(f"Q#{agency}", index="by_queue", after=after, limit=limit))

    def in_state(self, agency: str, state: str, after: str | None, limit: int) -> tuple[list[Case], str | None]:
        """An agency's open cases in one state, the first due first; also those that wait for the applicant."""
        page = self._table.query(f"OPEN#{agency}", index="by_agency", prefix=f"{state}#", after=after, limit=limit)
        return self._cases(page)

    def open_cases(self, agency: str, after: str | None) -> Page:
        """An agency's open cases as rows, to be counted: what names people stays sealed."""
        return self._table.query(f"OPEN#{agency}", index="by_agency", after=after, limit=200)

    def on_desk(self, officer: str, after: str | None, limit: int) -> tuple[list[Case], str | None]:
        """What an officer has taken, the first due first."""
        return self._cases(self._table.query(f"DESK#{officer}", index="by_desk", after=after, limit=limit))

    def to_check(self, today: dt.date) -> Iterator[Case]:
        """Cases whose clock runs and whose day of looking lies before today."""
        for shard in range(DUE_SHARDS):
            for item in every(self._table, f"DUE#{shard}", index="by_due"):
                if item.indexes["by_due"].sk >= today.isoformat():
                    break
                yield self.case(item)

    def _cases(self, page: Page) -> tuple[list[Case], str | None]:
        return [self.case(item) for item in page.items], page.after

    # --- licences

    def licence(self, item: Item | None) -> Licence:
        """The licence in an item; raises NotFound for none."""
        if item is None:
            raise not_found("ใบอนุญาต", "licence")
        from .licences.model import Licence

        return Licence.model_validate({**self._open(item), "version": item.version})

    def find_licence(self, no: str) -> Licence:
        """A licence by number, in one request; raises NotFound."""
        return self.licence(self._table.get(licence_key(no)))

    def new_licence(self, licence: Licence, words: Sequence[str]) -> list[Create]:
        """The changes that add a licence: itself, its place in the status list, the words it is found by."""
        seat = Key(f"SL#{licence.list_id}", f"IDX#{licence.index:06d}")
        found_by = {"no": licence.no, "agency": licence.agency, "words": list(words)}
        return [
            Create(
                Item(
                    licence_key(licence.no),
                    self._close(licence, licence_key(licence.no), _LICENCE_PRIVATE),
                    1,
                    _licence_places(licence),
                )
            ),
            Create(Item(seat, {"licence": licence.no})),
            *(
                Create(
                    Item(
                        Key(licence_key(licence.no).pk, f"WORD#{word}"),
                        found_by,
                        indexes={"by_agency": Key(_initial(word), f"{word}#{licence.no}")},
                    )
                )
                for word in words
            ),
        ]

    def changed_licence(self, licence: Licence) -> Update:
        """The change that replaces a licence as it was read."""
        data = self._close(licence, licence_key(licence.no), _LICENCE_PRIVATE)
        return Update(Item(licence_key(licence.no), data, licence.version + 1, _licence_places(licence)))

    def filed_about(self, no: str, case: Case) -> Create:
        """The change that makes a case the one filed application about a licence; refused while there is another."""
        return Create(Item(filed_key(no), {"case": case.id}))

    def ended_about(self, no: str) -> Remove:
        """The change that frees a licence for the next application about it."""
        return Remove(filed_key(no))

    def flip(self, licence: Licence, was_valid: bool, status: int) -> Create | Update | Remove:
        """The change of a licence's place in the status list after its status changed."""
        off = Key(f"SL#{licence.list_id}", f"OFF#{licence.index:06d}")
        if licence.status == "valid":
            return Remove(off)
        if was_valid:
            return Create(Item(off, {"status": status}))
        return Update(Item(off, {"status": status}, version=2))

    def licences_of(self, agency: str, after: str | None, limit: int) -> tuple[list[Licence], str | None]:
        """An agency's licences, newest first."""
        page = self._table.query(f"AGENCY#{agency}", index="by_agency", after=after, limit=limit, newest_first=True)
        return [self.licence(item) for item in page.items], page.after

    def found_by(self, words: Sequence[str], after: str | None, limit: int) -> Page:
        """Rows of the register whose word begins with the first of these, in the order of words."""
        return self._table.query(_initial(words[0]), index="by_agency", prefix=words[0], after=after, limit=limit)

    def find_licences(self, numbers: Sequence[str]) -> list[Licence]:
        """The licences with these numbers (at most 100), in one request and in this order; none for unknown ones."""
        keys = [licence_key(no) for no in numbers]
        found = self._table.get_many(keys) if keys else {}
        return [self.licence(found[key]) for key in keys if key in found]

    def licences_due(self, today: dt.date) -> Iterator[Licence]:
        """Licences whose day of looking has come."""
        for shard in range(DUE_SHARDS):
            for item in every(self._table, f"TELL#{shard}", index="by_due"):
                if item.indexes["by_due"].sk > f"{today.isoformat()}~":
                    break
                yield self.licence(item)

    def flipped(self, list_id: str) -> dict[int, int]:
        """The states other than valid in a status list, by index."""
        rows = every(self._table, f"SL#{list_id}", prefix="OFF#")
        return {int(row.key.sk.removeprefix("OFF#")): int(row.data["status"]) for row in rows}

    # --- officers, providers

    def officer(self, pseudonym: str) -> Officer | None:
        """An officer, or None for everybody else."""
        item = self._table.get(officer_key(pseudonym))
        return None if item is None else _officer(item)

    def officers_of(self, agency: str, after: str | None, limit: int) -> tuple[list[Officer], str | None]:
        """The people whom an agency let act in its name, those who were taken off too."""
        page = self._table.query(f"STAFF@{agency}", index="by_agency", after=after, limit=limit)
        return [_officer(item) for item in page.items], page.after

    def enlisted(self, officer: Officer, there: Item | None) -> Create | Update:
        """The change that records an officer, new or altered."""
        data = officer.model_dump(mode="json")
        index = {"by_agency": Key(f"STAFF@{officer.agency}", officer.id)}
        if there is None:
            return Create(Item(officer_key(officer.id), data, 1, index))
        return Update(there.next(data, indexes=index))

    def provider(self, item: Item | None, provider: str) -> str | None:
        """A provider's secret."""
        return None if item is None else self._keyring.unseal(item.data["sealed"], f"provider/{provider}")

    def known_provider(self, provider: str, secret: str, there: Item | None) -> Create | Update:
        """The change that records a provider's secret, sealed."""
        data = {"sealed": self._keyring.seal(secret, f"provider/{provider}")}
        if there is None:
            return Create(Item(provider_key(provider), data))
        return Update(there.next(data))

    # --- documents held

    def held(self, owner: str, document: Held) -> Create:
        """The change that remembers an accepted document for its owner's later cases."""
        key = Key(f"HELD#{owner}", document.document)
        data = document.model_dump(mode="json")
        return Create(Item(key, {**data, "file_name": self._keyring.seal(document.file_name, key.pk)}))

    def held_by(self, owner: str) -> list[Held]:
        """A person's accepted documents, the newest hundred, newest first, in one request."""
        from .documents.model import Held

        page = self._table.query(f"HELD#{owner}", limit=100, newest_first=True)
        return [
            Held.model_validate(
                {**item.data, "file_name": self._keyring.unseal(str(item.data["file_name"]), item.key.pk)}
            )
            for item in page.items
        ]

    # --- sealing

    def _close(self, noun: Case | Licence, key: Key, private: tuple[str, ...]) -> Json:
        whole = noun.model_dump(mode="json")
        hidden = {name: whole.pop(name) for name in private}
        whole.pop("version")
        text = json.dumps(hidden, ensure_ascii=False, separators=(",", ":"))
        return {**whole, "sealed": self._keyring.seal(text, key.pk)}

    def _open(self, item: Item) -> dict[str, Any]:
        data = dict(item.data)
        hidden: Mapping[str, Any] = json.loads(self._keyring.unseal(data.pop("sealed"), item.key.pk))
        return {**data, **hidden}


def _officer(item: Item) -> Officer:
    from .model import Officer

    return Officer.model_validate(item.data)


def _places(case: Case, turn: Turn) -> dict[str, Key]:
    places = {"by_owner": Key(f"OWN#{case.owner}", case.id)}
    by_due = f"{case.due.isoformat() if case.due else FAR}#{case.id}"
    if case.received_at is not None and turn != "nobody":
        places["by_agency"] = Key(f"OPEN#{case.agency}", f"{case.state}#{by_due}")
        if turn == "agency":
            places["by_queue"] = Key(f"Q#{case.agency}", by_due)
    if case.claimed_by is not None:
        places["by_desk"] = Key(f"DESK#{case.claimed_by}", by_due)
    if case.next_check is not None:
        shard = hashlib.sha256(case.id.encode()).digest()[0] % DUE_SHARDS
        places["by_due"] = Key(f"DUE#{shard}", f"{case.next_check.isoformat()}#{case.id}")
    return places


def _licence_places(licence: Licence) -> dict[str, Key]:
    places = {"by_agency": Key(f"AGENCY#{licence.agency}", f"{licence.issued_on.isoformat()}#{licence.no}")}
    if licence.look_at is not None:
        shard = hashlib.sha256(licence.no.encode()).digest()[0] % DUE_SHARDS
        places["by_due"] = Key(f"TELL#{shard}", f"{licence.look_at.isoformat()}#{licence.no}")
    return places


def _initial(word: str) -> str:
    """The part of the register's index in which a word lies."""
    return f"WORD#{word[:2]}"


def _no_case() -> Exception:
    return not_found("คำขอ", "application")
