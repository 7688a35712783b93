"""The same records in PostgreSQL 15, searched in its best way that was found: a throw-away cluster on this machine.

Thai has no blanks, so its full-text search is given the same tokens as Klang's index (`simple`, GIN, weights by text);
facets are counted in the same statement over the whole result. Its own parser finds no Thai word inside another; `LIKE`
with trigrams (pg_trgm) finds the same as these tokens and is not measured here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.search_records import Asked
from chalicelib.opendata.search.model import Document
from chalicelib.opendata.search.tokens import indexed, runs

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
FACETS = ("organization", "groups", "tags", "formats", "licence")
_SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "1GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "1",
    "fsync": "off",
    "synchronous_commit": "off",
    "jit": "off",
}


def installed() -> bool:
    """Whether there is a PostgreSQL to compare with."""
    return (PROGRAMS / "initdb").exists()


@contextmanager
def cluster() -> Iterator[Any]:
    """A connection to a new cluster that is gone afterwards; it runs as an unprivileged user."""
    import psycopg

    place = Path(tempfile.mkdtemp(prefix="klang-pg-"))
    place.chmod(0o777)
    data, as_user = place / "data", (["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else [])

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    try:
        run(str(PROGRAMS / "initdb"), "-D", str(data), "-U", "bench", "--auth=trust", "-E", "UTF8", "--locale=C")
        run(
            str(PROGRAMS / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-l",
            str(data / "log"),
            "-o",
            f"{options} -k {place}",
            "start",
        )
        try:
            with psycopg.connect(host=str(place), user="bench", dbname="postgres", autocommit=True) as connection:
                yield connection
        finally:
            run(str(PROGRAMS / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Postgres:
    """Searches over records in a cluster."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def load(self, documents: Iterable[Document]) -> None:
        """Fills the table, and makes its indexes and statistics."""
        self._connection.execute(
            "CREATE TABLE ds (id text PRIMARY KEY, name text, title text, organization text, groups text[],"
            " tags text[], formats text[], licence text, public boolean, modified timestamptz, words tsvector)"
        )
        with (
            self._connection.cursor() as cursor,
            cursor.copy(
                "COPY ds (id, name, title, organization, groups, tags, formats, licence, public, modified, words)"
                " FROM STDIN"
            ) as copy,
        ):
            for each in documents:
                fields = each["fields"]
                copy.write_row(
                    (
                        each["id"], each["name"], each["title"], fields["organization"][0], fields["groups"],
                        fields["tags"], fields["res_format"], fields["license_id"][0], "public" in each["labels"],
                        each["modified"], _vector(each),
                    )
                )  # fmt: skip
        for index in ("USING gin (words)", "(organization)", "USING gin (groups)", "USING gin (formats)", "(modified)"):
            self._connection.execute(f"CREATE INDEX ON ds {index}")
        self._connection.execute("VACUUM ANALYZE ds")

    def size(self) -> int:
        """Bytes of the table with its indexes."""
        return int(self._connection.execute("SELECT pg_total_relation_size('ds')").fetchone()[0])

    def search(self, asked: Asked) -> tuple[int, Any]:
        """How many match, and the page with the facets."""
        conditions, values = ["public"], []
        query = " & ".join(_term(run) for run in runs(asked.words))
        rank, order = "0::real", "modified DESC"
        if query:
            conditions.append("words @@ %s::tsquery")
            values.append(query)
            if asked.by_relevance:
                rank, order = "ts_rank('{0.1,0.2,0.4,1}', words, %s::tsquery)", "rank DESC, modified DESC"
                values.insert(0, query)
        for field, value in asked.filters:
            if field == "organization":
                conditions.append("organization = %s")
                values.append(value)
            else:
                conditions.append(f"{'formats' if field == 'res_format' else 'groups'} @> ARRAY[%s]")
                values.append(value)
        facets = " UNION ALL ".join(f"({_facet(name)})" for name in FACETS)
        found = self._connection.execute(
            f"WITH hits AS MATERIALIZED (SELECT id, modified, organization, groups, tags, formats, licence,"  # noqa: S608 - all text is ours, values are bound
            f" {rank} AS rank FROM ds WHERE {' AND '.join(conditions)}),"
            f" page AS (SELECT ds.* FROM (SELECT id, rank, modified FROM hits ORDER BY {order} LIMIT 20) best"
            " JOIN ds USING (id))"
            " SELECT (SELECT count(*) FROM hits),"
            " (SELECT json_agg(json_build_object('id', id, 'title', title)) FROM page),"
            f" (SELECT json_agg(facet) FROM ({facets}) facet)",
            values,
        ).fetchone()
        return int(found[0]), found[1:]


def _facet(name: str) -> str:
    value = name if name in ("organization", "licence") else f"unnest({name})"
    return f"SELECT '{name}' AS field, {value} AS value, count(*) AS n FROM hits GROUP BY 2 ORDER BY n DESC LIMIT 50"  # noqa: S608 - names of ours


def _term(run: Any) -> str:
    if run.single:
        return f"{_quoted(run.text)}:*"
    return "(" + " & ".join(_quoted(token) for token in dict.fromkeys(run.tokens)) + ")"


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _vector(document: Document) -> str:
    """The record's tokens with their places and weights: title A, tags B, organisation C, the rest D."""
    texts = document["texts"]
    found: dict[str, list[str]] = {}
    place = 0
    parts: Sequence[tuple[str, str]] = (
        ("A", f"{document['name']} {texts['title']}"),
        ("B", texts["tags"]),
        ("C", texts["organization"]),
        ("", f"{texts['notes']} {texts['rest']}"),
    )
    for weight, text in parts:
        for token in indexed(text).split():
            place = min(place + 1, 16_383)
            found.setdefault(token, []).append(f"{place}{weight}")
    return " ".join(f"{_quoted(token)}:{','.join(places[:255])}" for token, places in found.items())
