"""The same records in PostgreSQL 15, a throw-away cluster on this machine, searched in the two best ways found.

Thai has no blanks, and the parsers of full-text search find no Thai word inside another. Two recipes help:

- *tokens*: full-text search is given the same tokens as Klang's index (`simple`, GIN). All of them must be there,
  wherever they stand; relevance is `ts_rank` over name, title, tags, themes and organisation.
- *trigrams*: `LIKE '%piece%'` for every run of the question over the folded text, by a GIN index of trigrams (pg_trgm);
  where that finds nothing the tokens, and where they find nothing, words that look alike (`word_similarity`). The first
  of these that finds anything is the answer, as Klang's tiers are. Latin pieces are found inside of words, too.

One statement tells the total, the page and the facets over the whole result. What was measured and taken, because it
is faster: one index of text and filters together (btree_gin), partial for what is public; a small vector to rank by,
so that the large one is not read and holds no places; `random_page_cost` of a table in memory, else PostgreSQL reads
all of it for common words; prepared statements. Not taken: facets as numbers (slower for most questions), lz4, higher
costs of functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import postgres
from bench.search_records import Asked
from chalicelib.opendata.search.model import Document
from chalicelib.shared.thai_fold import fold
from chalicelib.shared.thai_tokens import Run, indexed, runs

TOKENS, TRIGRAMS = "PostgreSQL 15, tokens", "PostgreSQL 15, trigrams"
FACETS = ("organization", "groups", "tags", "formats", "licence")
_SETTINGS = {
    **postgres.SETTINGS,
    "random_page_cost": "1.1",
    "plan_cache_mode": "force_custom_plan",
    "pg_trgm.word_similarity_threshold": "0.4",
}
_COLUMNS = {
    "id": "text PRIMARY KEY",
    "name": "text",
    "title": "text",
    "organization": "text",
    "groups": "text[]",
    "tags": "text[]",
    "formats": "text[]",
    "licence": "text",
    "public": "boolean",
    "modified": "timestamptz",
    "words": "tsvector",
    "head": "tsvector",
    "folded": "text",
    "folded_title": "text",
    "folded_tags": "text",
    "folded_organization": "text",
}
_FILTERS = {"organization": "organization = %s", "res_format": "formats @> ARRAY[%s]", "groups": "groups @> ARRAY[%s]"}
_WEIGHTS = {"folded_title": 8, "folded_tags": 4, "folded_organization": 2}


def installed() -> bool:
    """Whether there is a PostgreSQL to compare with, and its extensions."""
    return postgres.installed("pg_trgm", "btree_gin")


@contextmanager
def cluster() -> Iterator[Any]:
    """A connection to a new cluster that is gone afterwards."""
    with postgres.cluster(_SETTINGS) as connection:
        yield connection


@dataclass(frozen=True)
class Condition:
    """What a statement looks for: SQL with its values, and the same for how relevant a hit is."""

    where: str = "true"
    values: tuple[str, ...] = ()
    rank: str = "0"
    rank_values: tuple[str, ...] = ()


class Postgres:
    """Searches over records in a cluster."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def load(self, documents: Iterable[Document]) -> None:
        """Fills the table, and makes its indexes and statistics."""
        run = self._connection.execute
        run("CREATE EXTENSION pg_trgm")
        run("CREATE EXTENSION btree_gin")
        run(f"CREATE TABLE ds ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS.items())})")
        with self._connection.cursor() as cursor, cursor.copy("COPY ds FROM STDIN") as copy:
            for each in documents:
                copy.write_row(_row(each))
        run("CREATE INDEX ON ds USING gin (words, organization, groups, formats) WHERE public")
        run("CREATE INDEX ON ds USING gin (folded gin_trgm_ops, organization, groups, formats) WHERE public")
        run("CREATE INDEX ON ds (modified)")
        run("VACUUM ANALYZE ds")

    def size(self) -> int:
        """Bytes of the table with its indexes."""
        return int(self._connection.execute("SELECT pg_total_relation_size('ds')").fetchone()[0])

    def by_tokens(self, asked: Asked) -> tuple[int, Any]:
        """How many match, and the page with the facets."""
        return self._found(asked, _of_tokens(runs(asked.words)))

    def by_trigrams(self, asked: Asked) -> tuple[int, Any]:
        """The same in tiers: the first that finds anything is the answer."""
        found: tuple[int, Any] = (0, None)
        for tier in (_of_pieces, _of_tokens, _of_likeness):
            found = self._found(asked, tier(runs(asked.words)))
            if found[0]:
                break
        return found

    def _found(self, asked: Asked, condition: Condition) -> tuple[int, Any]:
        rank, rank_values, order = condition.rank, condition.rank_values, "rank DESC, modified DESC"
        if not asked.by_relevance:
            rank, rank_values, order = "0", (), "modified DESC"
        where = " AND ".join(["public", condition.where, *(_FILTERS[field] for field, _ in asked.filters)])
        facets = " UNION ALL ".join(f"({_facet(name)})" for name in FACETS)
        found = self._connection.execute(
            f"WITH hits AS MATERIALIZED (SELECT id, modified, {', '.join(FACETS)}, ({rank})::real AS rank FROM ds"  # noqa: S608 - all text is ours, values are bound
            f" WHERE {where}),"
            f" page AS (SELECT id, ds.title, best.rank, best.modified FROM (SELECT id, rank, modified FROM hits"
            f" ORDER BY {order} LIMIT 20) best JOIN ds USING (id))"
            " SELECT (SELECT count(*) FROM hits),"
            f" (SELECT json_agg(json_build_object('id', id, 'title', title) ORDER BY {order}) FROM page),"
            f" (SELECT json_agg(facet) FROM ({facets}) facet)",
            (*rank_values, *condition.values, *(value for _, value in asked.filters)),
            prepare=True,
        ).fetchone()
        return int(found[0]), found[1:]


RECIPES: Mapping[str, Callable[[Postgres, Asked], tuple[int, Any]]] = {
    TOKENS: Postgres.by_tokens,
    TRIGRAMS: Postgres.by_trigrams,
}


def _of_tokens(asked: Sequence[Run]) -> Condition:
    """All tokens, wherever they stand."""
    if not asked:
        return Condition()
    query = (" & ".join(map(_term, asked)),)
    return Condition("words @@ %s::tsquery", query, "ts_rank('{0.1,0.2,0.4,1}', head, %s::tsquery)", query)


def _of_pieces(asked: Sequence[Run]) -> Condition:
    """Every run, letter by letter."""
    if not asked:
        return Condition()
    patterns = tuple(f"%{_plain(run.text)}%" for run in asked)
    ranks = [f"CASE WHEN {column} LIKE %s THEN {weight} ELSE 0 END" for column, weight in _WEIGHTS.items()]
    return Condition(
        " AND ".join(["folded LIKE %s"] * len(patterns)),
        patterns,
        " + ".join(ranks * len(patterns)),
        tuple(pattern for pattern in patterns for _ in ranks),
    )


def _of_likeness(asked: Sequence[Run]) -> Condition:
    """Every run by something that looks like it."""
    if not asked:
        return Condition()
    texts = tuple(run.text for run in asked)
    similar = " + ".join(["word_similarity(%s, folded_title)"] * len(texts))
    return Condition(" AND ".join(["%s <%% folded"] * len(texts)), texts, similar, texts)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(document: Document) -> tuple[Any, ...]:
    """A record as `_COLUMNS` has it."""
    fields, texts = document["fields"], document["texts"]
    folded = {name: fold(text) for name, text in texts.items()}
    title = f"{fold(document['name'])}\n{folded.pop('title')}"
    return (
        document["id"], document["name"], document["title"], fields["organization"][0], fields["groups"],
        fields["tags"], fields["res_format"], fields["license_id"][0], "public" in document["labels"],
        document["modified"], *_vectors(document), "\n".join([title, *folded.values()]), title, folded["tags"],
        f"{folded['organization']}\n{folded['groups']}",
    )  # fmt: skip


def _facet(name: str) -> str:
    value = name if name in ("organization", "licence") else f"unnest({name})"
    return f"SELECT '{name}' AS field, {value} AS value, count(*) AS n FROM hits GROUP BY 2 ORDER BY n DESC LIMIT 50"  # noqa: S608 - names of ours


def _term(run: Run) -> str:
    if run.single:
        return f"{_quoted(run.text)}:*"
    return "(" + " & ".join(_quoted(token) for token in dict.fromkeys(run.tokens)) + ")"


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _vectors(document: Document) -> tuple[str, str]:
    """All of the record's tokens; and those to rank by with places and weights: title A, tags B, organisation C."""
    texts = document["texts"]
    found: dict[str, list[str]] = {}
    place = 0
    for weight, text in (
        ("A", f"{document['name']} {texts['title']}"),
        ("B", texts["tags"]),
        ("C", f"{texts['groups']} {texts['organization']}"),
    ):
        for token in indexed(text).split():
            place = min(place + 1, 16_383)
            found.setdefault(token, []).append(f"{place}{weight}")
    ranked = {_quoted(token): ",".join(places[:255]) for token, places in found.items()}
    rest = map(_quoted, indexed(f"{texts['notes']} {texts['rest']}").split())
    return " ".join(dict.fromkeys([*ranked, *rest])), " ".join(f"{token}:{places}" for token, places in ranked.items())
