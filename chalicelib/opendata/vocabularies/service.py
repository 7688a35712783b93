"""Vocabularies as CKAN's actions keep them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import NotFound, Stale
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once

from .. import rules as common
from ..access import Access
from ..rules import Rejected
from . import rules
from .model import Vocabulary
from .store import VocabularyStore

ATTEMPTS = 5
"""How often a change that met another one is made again on what that one left."""


class Vocabularies:
    """Reads for everybody, writes for the operator of the platform.

    Datasets that carry a tag which is taken away keep it until somebody takes it from them.
    """

    def __init__(self, store: VocabularyStore, access: Access, *, ids: Callable[[], str]) -> None:
        self._store = store
        self._access = access
        self._ids = ids

    def all(self) -> list[Vocabulary]:
        """All vocabularies by name."""
        return self._store.all()

    def find(self, id_or_name: object) -> Vocabulary:
        """One vocabulary.

        Raises:
            NotFound.
        """
        found = self._store.find(id_or_name) if common.is_id(id_or_name) else None
        if found is None:
            raise NotFound("ไม่พบชุดคำ", "Not found: Could not find vocabulary")
        return found

    def of_tag(self, id: str, vocabulary: object) -> tuple[Vocabulary, str]:
        """The vocabulary of a tag and the tag's name, by the tag's id, or by its name and the vocabulary.

        Raises:
            NotFound.
        """
        place, _, _ = id.rpartition(":")
        found = self.find(vocabulary or place)
        tag = found.tag(id)
        if tag is None:
            raise NotFound("ไม่พบคำ", "Not found: Could not find tag")
        return found, tag

    def search_fields(self, names: Iterable[str]) -> dict[str, str]:
        """By `vocab_{name}`, the search field that holds the tags of that vocabulary."""
        wanted = list(names)
        ids = self._store.ids_of(wanted) if wanted else {}
        return {f"vocab_{name}": f"vocab_{ids[name]}" for name in ids}

    def checked(
        self, pairs: Iterable[tuple[object, str]], kept: Collection[tuple[object, str]] = ()
    ) -> tuple[tuple[str, str], ...]:
        """The tags of vocabularies that a dataset shall carry, as (vocabulary id, tag name), without doubles.

        Args:
            pairs: vocabulary by id or name, and name of the tag.
            kept: what it carries already, and may whatever became of the vocabulary since.

        Raises:
            Rejected: no such vocabulary, or it has no such tag.
        """
        known: dict[object, Vocabulary | None] = {}
        found: dict[tuple[str, str], None] = {}
        for vocabulary, tag in pairs:
            if (vocabulary, tag) in kept:
                found[str(vocabulary), tag] = None
                continue
            if vocabulary not in known:
                known[vocabulary] = self._store.find(vocabulary) if common.is_id(vocabulary) else None
            there = known[vocabulary]
            if there is None:
                raise Rejected({"tags": ["Tag vocabulary was not found."]})
            if tag not in there.tags:
                raise Rejected({"tags": ["Tag does not belong to its vocabulary"]})
            found[there.id, tag] = None
        return tuple(sorted(found))

    def create(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Enters a vocabulary with its tags; answers its id.

        Raises:
            NotAllowed, Rejected.
        """
        self._access.must_operate(caller, "vocabulary_create")
        new = Vocabulary(self._ids(), rules.checked_name(given.get("name")), rules.checked_tags(given.get("tags")))
        return self._store.save(once, None, new, caller.label, "new vocabulary").id

    def update(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Gives a vocabulary another name or other tags, whichever is given; answers its id.

        Raises:
            NotAllowed, NotFound, Rejected, Stale.
        """
        self._access.must_operate(caller, "vocabulary_update")

        def changed(old: Vocabulary) -> Vocabulary:
            name = rules.checked_name(given["name"]) if "name" in given else old.name
            return replace(old, name=name, tags=rules.checked_tags(given["tags"]) if "tags" in given else old.tags)

        return self._edit(caller, once, _asked(given), changed, "changed vocabulary")

    def delete(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> None:
        """Takes a vocabulary away.

        Raises:
            NotAllowed, NotFound, Rejected, Replayed, Stale.
        """
        self._access.must_operate(caller, "vocabulary_delete")
        self._store.heed(once)
        self._store.remove(once, self.find(_asked(given)), caller.label)

    def add_tag(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> str:
        """Puts a tag into a vocabulary; answers the vocabulary's id.

        Raises:
            NotAllowed, Rejected, Stale.
        """
        self._access.must_operate(caller, "tag_create")
        tag = rules.checked_tag(given.get("name"))
        vocabulary = given.get("vocabulary_id")
        if not vocabulary:
            raise Rejected({"vocabulary_id": ["Missing value"]})
        if not common.is_id(vocabulary) or self._store.find(vocabulary) is None:
            raise Rejected({"vocabulary_id": ["Tag vocabulary was not found."]})

        def added(old: Vocabulary) -> Vocabulary:
            if tag in old.tags:
                raise Rejected({"name": ["Tag already belongs to the vocabulary"]})
            if len(old.tags) >= rules.MAX_TAGS:
                raise Rejected({"vocabulary_id": [f"A vocabulary has at most {rules.MAX_TAGS} tags"]})
            return replace(old, tags=tuple(sorted({*old.tags, tag})))

        return self._edit(caller, once, vocabulary, added, "new tag")

    def remove_tag(self, caller: Caller, once: Once, given: Mapping[str, Any]) -> None:
        """Takes a tag out of its vocabulary.

        Raises:
            NotAllowed, NotFound, Rejected, Replayed, Stale.
        """
        self._access.must_operate(caller, "tag_delete")
        self._store.heed(once)
        asked = str(_asked(given))
        vocabulary, _ = self.of_tag(asked, given.get("vocabulary_id"))

        def without(old: Vocabulary) -> Vocabulary:
            tag = old.tag(asked)
            return replace(old, tags=tuple(each for each in old.tags if each != tag))

        self._edit(caller, once, vocabulary.id, without, "deleted tag")

    def _edit(
        self, caller: Caller, once: Once, id: object, edit: Callable[[Vocabulary], Vocabulary], activity: str
    ) -> str:
        for attempt in range(1, ATTEMPTS + 1):
            before = self.find(id)
            try:
                return self._store.save(once, before, edit(before), caller.label, activity).id
            except Stale:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the loop returns or raises")


def _asked(given: Mapping[str, Any]) -> object:
    if not given.get("id"):
        raise Rejected({"id": ["id not in data"]})
    return given["id"]
