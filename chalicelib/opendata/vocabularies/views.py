"""CKAN's JSON shapes of tags and vocabularies."""

from __future__ import annotations

from typing import Any

from .model import Vocabulary

Json = dict[str, Any]


def free_tag(name: str) -> Json:
    """A tag that belongs to no vocabulary: its name is its id."""
    return {"vocabulary_id": None, "display_name": name, "id": name, "name": name}


def tag_of(vocabulary: Vocabulary, name: str) -> Json:
    """A tag of a vocabulary."""
    return {"vocabulary_id": vocabulary.id, "display_name": name, "id": vocabulary.tag_id(name), "name": name}


def vocabulary_view(vocabulary: Vocabulary) -> Json:
    """`vocabulary_show`."""
    tags = [tag_of(vocabulary, name) for name in vocabulary.tags]
    return {"id": vocabulary.id, "name": vocabulary.name, "tags": tags}
