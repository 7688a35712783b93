"""The index of a set of documents (tantivy): what stands in it, how it is built and opened.

A snapshot's index has one segment whose documents stand in the order that equal hits are told in (latest change first,
then id), so that ties need no further look. What changed since is looked through without an index (`looking.py`).

Fields:

    id, name_raw, title_raw, labels   whole values
    kv                                `field U+001F value` of every search field: exact values, patterns, ranges
    f                                 the same as columns by field: counted for facets
    name, title, tags, groups,        tokens with places: phrases
    organization, all                 `all` holds those of every text
    notes                             tokens without places
    modified, created                 microseconds since 1970
    rank, r_*                         places in the orders that pages are told in
    west, south, east, north          degrees
    stored, shown                     JSON of what a hit is told by, and the beginning of its notes
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from chalicelib.shared.thai_fold import order_key
from chalicelib.shared.thai_tokens import indexed

from .model import PUBLIC, Document

if TYPE_CHECKING:
    from tantivy import Index, Query, Schema, Searcher

SPLIT = "\x1f"
LONGEST = 8_000
"""Characters of a value that are indexed as they are; of a longer one its beginning and a hash."""
NOTES_KEPT = 1_000
"""Characters of the notes that a hit can show its words in."""
LOW_HEAP, HIGH_HEAP = 15_000_000, 4_000_000_000
"""Bytes that a writer may use: for a few documents, and for a whole catalogue, which must end up in one segment. It
takes only what it needs; more than 4 GB tantivy does not allow."""
LENGTHS = "lengths.json"
"""What lies beside an index: see `Shard.lengths`."""
UNCOUNTED = frozenset({"res_name", "res_description", "res_url", "res_hash"})
"""Search fields whose values are almost all different: no columns for them."""
PLACED = ("name", "title", "tags", "groups", "organization")
BOX = ("west", "south", "east", "north")
TOKENS = "tokens"

_PLAIN_NAME = re.compile("[a-z0-9_]+")


@cache
def schema() -> Schema:
    """The schema of every index of this version."""
    from tantivy import SchemaBuilder

    made = SchemaBuilder()
    for name in ("id", "name_raw", "title_raw", "labels", "kv"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*PLACED, "all"):
        made.add_text_field(name, tokenizer_name=TOKENS, index_option="position")
    made.add_text_field("notes", tokenizer_name=TOKENS, index_option="basic")
    made.add_json_field("f", fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("modified", "created", "r_id"):
        made.add_integer_field(name, indexed=True, fast=True)
    for name in ("rank", "r_name", "r_title", "r_title_down"):
        made.add_integer_field(name, fast=True)
    for name in BOX:
        made.add_float_field(name, indexed=True, fast=True)
    for name in ("stored", "shown"):
        made.add_bytes_field(name, stored=True)
    return made.build()


def column(field: str) -> str:
    """The name of a search field's column; any name will do."""
    return field if _PLAIN_NAME.fullmatch(field) else f"x{field.encode().hex()}"


def short(value: str) -> str:
    """A value as it is indexed."""
    if len(value) <= LONGEST:
        return value
    return f"{value[:LONGEST]}…{hashlib.sha256(value.encode()).hexdigest()}"


def microseconds(moment: str) -> int | None:
    """ISO 8601 as microseconds since 1970; UTC where it names no zone. None where it is no time."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    since = parsed - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Shard:
    """One index and what is asked of it.

    Attributes:
        searcher: tantivy's.
        lengths: by text field, how many tokens it has on average.
    """

    def __init__(self, index: Index, lengths: Mapping[str, float]) -> None:
        self.searcher: Searcher = index.searcher()
        self.lengths = lengths

    @property
    def size(self) -> int:
        """How many documents it holds."""
        return self.searcher.num_docs

    def stored(self, address: Any) -> dict[str, Any]:
        """What is kept of a hit: id, name, title, key (of the title), created, modified, changed, card."""
        found: dict[str, Any] = json.loads(self.searcher.doc(address)["stored"][0])
        return {**found, "address": address}

    def notes(self, address: Any) -> str:
        """The beginning of a hit's notes."""
        found: bytes = self.searcher.doc(address)["shown"][0]
        return found.decode()

    def known(self, id: str) -> dict[str, Any] | None:
        """What is kept of a dataset; None for one that is not here."""
        from tantivy import Query as Made

        hits = self.searcher.search(Made.term_query(schema(), "id", id, index_option="basic"), limit=1).hits
        return self.stored(hits[0][1]) if hits else None

    @cached_property
    def plainly_public(self) -> bool:
        """Whether every public document is active and not private, so that this need not be asked besides."""
        from tantivy import Occur
        from tantivy import Query as Made

        def has(field: str, value: str) -> Query:
            return Made.term_query(schema(), field, value, index_option="basic")

        public = (Occur.Must, has("labels", PUBLIC))
        odd = [has("kv", f"state{SPLIT}active"), has("kv", f"private{SPLIT}false")]
        return not any(self.count(Made.boolean_query([public, (Occur.MustNot, each)])) for each in odd)

    def numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Of these datasets the ones that it holds, with their place in the order of ids."""
        if not ids:
            return {}
        hits = self.searcher.search(one_of("id", ids), limit=len(ids)).hits
        addresses = [address for _, address in hits]
        ids_found = [str(self.stored(each)["id"]) for each in addresses]
        return dict(zip(ids_found, self.ordinals(addresses), strict=True))

    def ordinals(self, addresses: Sequence[Any]) -> list[int]:
        """The `r_id` of documents; every one has it."""
        return cast(list[int], self.searcher.fast_field_values("r_id", list(addresses)))

    def count(self, query: Query) -> int:
        """How many documents match."""
        answer: Any = self.searcher.search(query, limit=1)  # tantivy's stub lacks `count`
        return int(answer.count)


def _new_index(folder: Path) -> Index:
    from tantivy import Index, Order

    folder.mkdir(parents=True, exist_ok=True)
    return _ready(Index(schema(), path=str(folder), reuse=False, sort_by_field="rank", sort_order=Order.Asc))


def one_of(field: str, values: Sequence[str] | Sequence[int]) -> Query:
    """Documents with one of these values. Terms that are asked for one by one are found faster than tantivy's set of
    terms, which is an automaton that walks through the field's terms."""
    from tantivy import Occur
    from tantivy import Query as Made

    terms = [Made.term_query(schema(), field, value, index_option="basic") for value in values]
    return terms[0] if len(terms) == 1 else Made.boolean_query([(Occur.Should, term) for term in terms])


def open_index(folder: Path) -> Shard:
    """The index that lies in a folder."""
    from tantivy import Index

    lengths = folder / LENGTHS  # a snapshot of an earlier release has none: then the changes say how long texts are
    known = json.loads(lengths.read_text(encoding="utf-8")) if lengths.exists() else {}
    return Shard(_ready(Index.open(str(folder))), known)


def _ready(index: Index) -> Index:
    from tantivy import TextAnalyzerBuilder, Tokenizer

    index.register_tokenizer(TOKENS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index


def row(document: Document, ranks: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A document as tantivy takes it."""
    fields, texts = document["fields"], document["texts"]
    placed = {name: indexed(text) for name, text in texts.items() if name != "notes"}
    placed["name"] = indexed(document["name"])
    notes = indexed(texts.get("notes", ""))
    values = {name: [short(value) for value in found] for name, found in fields.items()}
    made: dict[str, Any] = {
        "id": document["id"],
        "name_raw": document["name"],
        "title_raw": short(document["title"]),
        "labels": document["labels"],
        "kv": [f"{name}{SPLIT}{value}" for name, found in values.items() for value in found],
        "f": {column(name): found for name, found in values.items() if name not in UNCOUNTED},
        **{name: placed.get(name, "") for name in PLACED},
        "notes": " ".join(dict.fromkeys(notes.split())),
        "all": " ".join([*placed.values(), notes]),
        "modified": microseconds(document["modified"]) or 0,
        "created": microseconds(document["created"]) or 0,
        "stored": json.dumps(told(document), ensure_ascii=False, separators=(",", ":")).encode(),
        "shown": texts.get("notes", "")[:NOTES_KEPT].encode(),
        **(ranks or {}),
    }
    box = document["bbox"]
    if box is not None:
        made |= dict(zip(BOX, map(float, box), strict=True))
    return made


def told(document: Document) -> dict[str, Any]:
    """What a hit is told by; see `Shard.stored`."""
    return {
        "id": document["id"],
        "name": document["name"],
        "title": document["title"],
        "key": order_key(document["title"]),
        "created": document["created"],
        "modified": document["modified"],
        "changed": document.get("changed", ""),
        "card": document.get("card", ""),
    }


def ranks_of(documents: Iterable[Document]) -> dict[str, dict[str, int]]:
    """By id, the places of documents in the orders that pages are told in."""
    known = [
        (each["id"], each["name"], order_key(each["title"]), microseconds(each["modified"]) or 0) for each in documents
    ]
    known.sort()
    orders: dict[str, Sequence[tuple[str, str, str, int]]] = {
        "r_id": known,
        "r_name": sorted(known, key=lambda one: one[1]),
        "r_title": sorted(known, key=lambda one: one[2]),
        "r_title_down": sorted(known, key=lambda one: one[2], reverse=True),
        "rank": sorted(known, key=lambda one: one[3], reverse=True),
    }
    found: dict[str, dict[str, int]] = {one[0]: {} for one in known}
    for name, order in orders.items():
        for place, one in enumerate(order):
            found[one[0]][name] = place
    return found


class NotWhole(Exception):
    """An index came out in several segments; its order would not hold."""


def build(documents: Iterable[Document], ranks: Mapping[str, Mapping[str, int]], folder: Path) -> Shard:
    """Writes documents into a new index in a folder, in one segment.

    Raises:
        NotWhole: they are too many for this engine; see docs/decisions/0017.
    """
    from tantivy import Document as Row

    index = _new_index(folder)
    writer = index.writer(heap_size=HIGH_HEAP if len(ranks) > 200 else LOW_HEAP, num_threads=1)
    tokens = dict.fromkeys((*PLACED, "all", "notes"), 0)
    for each in documents:
        made_row = row(each, ranks[each["id"]])
        for name in tokens:
            tokens[name] += made_row[name].count(" ") + 1 if made_row[name] else 0
        writer.add_document(Row.from_dict(made_row, schema()))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    lengths = {name: count / max(len(ranks), 1) for name, count in tokens.items()}
    (folder / LENGTHS).write_text(json.dumps(lengths), encoding="utf-8")
    made = Shard(index, lengths)
    if made.searcher.num_segments > 1:
        raise NotWhole
    return made


def values_of(shard: Shard, field: str) -> Iterator[str]:
    """Every value that a search field has in an index, in no order."""
    raw = {"id": "id", "name": "name_raw", "title": "title_raw"}.get(field)
    if raw is not None:
        yield from (term for term, _ in shard.searcher.terms_with_prefix(raw, ""))
        return
    beginning = f"{field}{SPLIT}"
    for term, _ in shard.searcher.terms_with_prefix("kv", beginning):
        yield term[len(beginning) :]
