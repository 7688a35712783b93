"""Actions on tags: the free ones that public datasets carry, and those of vocabularies."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.journal import Replayed

from ..rules import Rejected, flag
from ..vocabularies import views
from ..vocabularies.model import Vocabulary
from .registry import Asked, done, paging, reads, writes

MAX_TERM = 200


@reads
def tag_list(asked: Asked) -> Any:
    """List the names of free tags of public datasets; with vocabulary_id those of a vocabulary.

    query: only those that hold it; all_fields: whole tags.
    """
    vocabulary, names = _tags(asked)
    terms = _terms(asked)
    found = [name for name in names if _holds(name, terms)]
    return _views(vocabulary, found) if flag(asked.given.get("all_fields", False)) else found


@reads
def tag_show(asked: Asked) -> Any:
    """Show the tag with this id or name (of a vocabulary: vocabulary_id); include_datasets adds its public datasets."""
    wanted = str(asked.given.get("id") or "")
    if not wanted:
        raise Rejected({"id": ["Missing value"]})
    catalogue = asked.catalogue
    if asked.given.get("vocabulary_id") or ":" in wanted:
        vocabulary, name = catalogue.vocabularies.of_tag(wanted, asked.given.get("vocabulary_id"))
        shown = views.tag_of(vocabulary, name)
        field = f"vocab_{vocabulary.id}"
    else:
        shown, field = views.free_tag(wanted), "tags"
        if not catalogue.finding.holds(field, wanted):
            raise NotFound("ไม่พบคำสำคัญ", "Not found")
    if flag(asked.given.get("include_datasets", False)):
        shown["packages"] = catalogue.finding.tagged(field, shown["name"])
    return shown


@reads
def tag_search(asked: Asked) -> Any:
    """Find tags whose names hold query (a text or a list of them): vocabulary_id, limit, offset."""
    vocabulary, page, count = _found(asked)
    keys = ("vocabulary_id", "id", "name")
    return {"count": count, "results": [{key: tag[key] for key in keys} for tag in _views(vocabulary, page)]}


@reads
def tag_autocomplete(asked: Asked) -> Any:
    """List names of tags that hold query: vocabulary_id, limit, offset."""
    _, page, _ = _found(asked)
    return list(page)


@reads
def vocabulary_list(asked: Asked) -> Any:
    """List all vocabularies with their tags."""
    return [views.vocabulary_view(each) for each in asked.catalogue.vocabularies.all()]


@reads
def vocabulary_show(asked: Asked) -> Any:
    """Show the vocabulary with this id or name."""
    if not asked.given.get("id"):
        raise Rejected({"id": ["id not in data"]})
    return views.vocabulary_view(asked.catalogue.vocabularies.find(asked.given["id"]))


@writes
def vocabulary_create(asked: Asked) -> Any:
    """Create a vocabulary: name, tags (a list of {name}). For the operator."""
    vocabularies = asked.catalogue.vocabularies
    made = done(lambda: vocabularies.create(asked.caller, asked.once, asked.given))
    return views.vocabulary_view(vocabularies.find(made))


@writes
def vocabulary_update(asked: Asked) -> Any:
    """Give the vocabulary with this id another name or other tags. For the operator."""
    vocabularies = asked.catalogue.vocabularies
    made = done(lambda: vocabularies.update(asked.caller, asked.once, asked.given))
    return views.vocabulary_view(vocabularies.find(made))


@writes
def vocabulary_delete(asked: Asked) -> Any:
    """Delete the vocabulary with this id. For the operator."""
    with suppress(Replayed):
        asked.catalogue.vocabularies.delete(asked.caller, asked.once, asked.given)


@writes
def tag_create(asked: Asked) -> Any:
    """Put the tag with this name into the vocabulary vocabulary_id. For the operator."""
    vocabularies = asked.catalogue.vocabularies
    vocabulary = vocabularies.find(done(lambda: vocabularies.add_tag(asked.caller, asked.once, asked.given)))
    return views.tag_of(vocabulary, str(asked.given["name"]))


@writes
def tag_delete(asked: Asked) -> Any:
    """Take the tag with this id, or this name and vocabulary_id, out of its vocabulary. For the operator."""
    with suppress(Replayed):
        asked.catalogue.vocabularies.remove_tag(asked.caller, asked.once, asked.given)


def _found(asked: Asked) -> tuple[Vocabulary | None, Sequence[str], int]:
    """A page of tags that hold all terms, and how many there are; none without a term, as in CKAN."""
    terms = _terms(asked)
    limit, offset = paging(asked.given)
    vocabulary, names = _tags(asked)
    found = [name for name in names if _holds(name, terms)] if terms else []
    return vocabulary, found[offset:] if limit is None else found[offset : offset + limit], len(found)


def _tags(asked: Asked) -> tuple[Vocabulary | None, Sequence[str]]:
    """All tags of a vocabulary, or the free ones that public datasets carry, by name."""
    if asked.given.get("vocabulary_id"):
        vocabulary = asked.catalogue.vocabularies.find(asked.given["vocabulary_id"])
        return vocabulary, vocabulary.tags
    return None, sorted(asked.catalogue.finding.values("tags"))


def _terms(asked: Asked) -> list[str]:
    given = asked.given.get("query") or asked.given.get("q") or []
    terms = list(given) if isinstance(given, list) else [given]
    fields = asked.given.get("fields")
    if isinstance(fields, dict):
        terms += [fields[name] for name in ("tag", "tags") if name in fields]
    if len(terms) > 20 or not all(isinstance(term, str) and len(term) <= MAX_TERM for term in terms):
        raise Rejected({"query": [f"Must be a text of at most {MAX_TERM} characters, or a list of them"]})
    return [term.strip().casefold() for term in terms if term.strip()]


def _holds(name: str, terms: list[str]) -> bool:
    folded = name.casefold()
    return all(term in folded for term in terms)


def _views(vocabulary: Vocabulary | None, names: Sequence[str]) -> list[dict[str, Any]]:
    return [views.free_tag(name) if vocabulary is None else views.tag_of(vocabulary, name) for name in names]
