"""The names by which clients call search fields, and what stands behind them in the catalogue's documents.

CKAN's Solr schema has fields of three kinds: texts (looked at by words), strings (whole values) and times. Extras are
there twice, as `<key>` and as `extras_<key>`. A name that nobody knows is a field that no dataset has.
"""

from __future__ import annotations

from ..standard import fields as standard
from .model import DATES

TEXTS = {"text": "text", "title": "title", "notes": "notes", "title_ngram": "title"}
"""Fields that are looked at by words, and the text that each is."""
ALWAYS = frozenset({"entity_type", "site_id", "index_id"})
"""Fields that hold the same for every dataset here."""
MANY = frozenset({"tags", "groups", "res_format", "res_name", "res_description", "res_url", "res_type"})
"""Fields with more than one value; nothing is sorted by them."""

_CORE = frozenset(
    {
        *DATES, *TEXTS, *MANY, "id", "name", "title", "organization", "owner_org", "type", "dataset_type", "state",
        "private", "capacity", "creator_user_id", "num_resources", "license_id", "author", "maintainer", "version",
    }
)  # fmt: skip
_WORDED = frozenset({"author", "maintainer", "res_name", "res_description"})
FOLDED = frozenset({"res_name", "res_description"})
"""Fields whose values are kept in small letters."""
_ALIASES = {"title_string": "title", "indexed_ts": "metadata_modified", "name_ngram": "name"}


def stored(name: str) -> tuple[str, ...]:
    """The fields of documents that one name of a client means; the first is the one to count and sort by."""
    name = _ALIASES.get(name, name)
    known = standard.fields()
    if name in _CORE or name in known or name.startswith(("vocab_", "res_")):
        return (name,)
    if name.startswith("extras_"):
        plain = name.removeprefix("extras_")
        # what the national standard gives a place of its own is an extra in other CKANs
        return (plain, name) if plain in known else (name,)
    return (f"extras_{name}", name)


def worded(name: str) -> bool:
    """Whether one word of a value is enough to find it."""
    return name in _WORDED or name.startswith("extras_")


def many(name: str) -> bool:
    """Whether a dataset may have more than one value of it."""
    return name in MANY or name in TEXTS.keys() - {"title"} or name.startswith(("vocab_", "res_"))
