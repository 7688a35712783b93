"""Search over 24,000 datasets (the nation's today) and 300,000: as Klang answers it, beside PostgreSQL 15.

Both are given the same records and questions and answer the total, twenty hits and five facets over the whole result.
Klang's time is the engine's, without the network to DynamoDB: a search asks the log once and fetches its page of cards
once. PostgreSQL's holds a way over a local socket; it is searched by two recipes, see bench/search_postgres.py.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import search_postgres
from bench.measure import Sample, side_by_side
from bench.report import Comparison, machine, section, shown
from bench.search_records import Asked, questions, records, selective
from chalicelib.opendata.search.answering import answer
from chalicelib.opendata.search.delta import Delta
from chalicelib.opendata.search.index import Shard, build, ranks_of
from chalicelib.opendata.search.model import Everything, Exact, Found, Question, Words
from chalicelib.opendata.search.synonyms import shipped

FACETS = ("organization", "groups", "tags", "res_format", "license_id")
RESULTS = Path(__file__).resolve().parent / "SEARCH.md"
CHANGES, ALREADY = 1_000, 200
"""Changes that are looked through, and those that a write is added to."""
CLASSES = (100, 1_000, 10_000)
"""Datasets found by which questions are told apart."""
OURS = "Klang"
_COLD = """
import json, sys, time
start = time.perf_counter()
from pathlib import Path
from chalicelib.opendata.search.answering import answer
from chalicelib.opendata.search.delta import Delta
from chalicelib.opendata.search.index import open_index
from chalicelib.opendata.search.model import Question, Words
from chalicelib.opendata.search.synonyms import shipped
shard = open_index(Path(sys.argv[1]))
asked = Question(query=Words("ข้าว"), facets=tuple(sys.argv[2].split(",")), rows=20)
found, _ = answer(shard, Delta(), shipped(), asked)
print(json.dumps([time.perf_counter() - start, found.count]))
"""


@dataclass(frozen=True)
class Measured:
    """What one size gave, in seconds and bytes; PostgreSQL's by recipe, none where it was not asked."""

    count: int
    hits: Sequence[int]
    ours: Sample
    theirs: Mapping[str, Sample]
    ours_selective: Sample
    theirs_selective: Mapping[str, Sample]
    cold: Sample
    built: float
    index_size: int
    table_size: int
    changes: Sample
    behind: Sample
    found_after: Sample


def question(asked: Asked) -> Question:
    """A search as the engine is asked it."""
    return Question(
        query=Words(asked.words) if asked.words else Everything(),
        filters=(
            Exact("state", "active"),
            Exact("private", "false"),
            *(Exact(field, value) for field, value in asked.filters),
        ),
        sort=(("score", True), ("metadata_modified", True)) if asked.by_relevance else (("metadata_modified", True),),
        rows=20,
        facets=FACETS,
    )


def measured(count: int, asked: int, rounds: int, *, compared: bool) -> Measured:
    """Measures one size.

    Args:
        asked: how many different questions.
        rounds: of each.
        compared: with PostgreSQL.
    """
    with tempfile.TemporaryDirectory(prefix="klang-bench-") as place:
        folder = Path(place) / "index"
        ranks = ranks_of(records(count))
        start = time.process_time()
        shard = build(records(count), ranks, folder)
        built = time.process_time() - start
        ours = _by_question(shard)
        mixed, few = questions(asked), selective(max(asked // 3, 1), count)
        ways: dict[str, Callable[[Asked], object]] = {OURS: ours}
        table_size = 0
        if compared:
            with search_postgres.cluster() as connection:
                postgres = search_postgres.Postgres(connection)
                postgres.load(records(count))
                table_size = postgres.size()
                ways |= {name: partial(recipe, postgres) for name, recipe in search_postgres.RECIPES.items()}
                many, some = _each(ways, mixed, rounds), _each(ways, few, rounds)
        else:
            many, some = _each(ways, mixed, rounds), _each(ways, few, rounds)
        return Measured(
            count=count,
            hits=[ours(one).count for one in mixed],
            ours=many.pop(OURS),
            theirs=many,
            ours_selective=some.pop(OURS),
            theirs_selective=some,
            cold=_cold(folder, rounds),
            built=built,
            index_size=sum(each.stat().st_size for each in folder.iterdir()),
            table_size=table_size,
            changes=_changes(mixed, min(CHANGES, count)),
            behind=_behind(shard, mixed, rounds, min(CHANGES, count)),
            found_after=_found_after(shard, rounds, min(ALREADY, count)),
        )


def _by_question(shard: Shard) -> Callable[[Asked], Found]:
    nothing = Delta()
    return lambda asked: answer(shard, nothing, shipped(), question(asked))[0]


def _each(ways: dict[str, Callable[[Asked], object]], asked: Sequence[Asked], rounds: int) -> dict[str, Sample]:
    """Of each way, the median time of every question."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for one in asked:
        samples = side_by_side({name: partial(way, one) for name, way in ways.items()}, rounds=rounds)
        for name, sample in samples.items():
            found[name].append(sample.median)
    return {name: Sample(tuple(seconds)) for name, seconds in found.items()}


def _cold(folder: Path, rounds: int) -> Sample:
    """A new process each time: from the first import to the first answer with facets, the index on the local disk."""
    taken = []
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-c", _COLD, str(folder), ",".join(FACETS)], check=True, capture_output=True, text=True
        )
        taken.append(json.loads(done.stdout)[0])
    return Sample(tuple(taken))


def _changes(asked: Sequence[Asked], size: int) -> Sample:
    """CPU of this process from the documents of changes, as the log holds them, to a question's first answer."""
    changes = {each["id"]: each for each in records(size, seed=7)}
    taken = []
    for one in asked:
        gc.collect()
        start = time.process_time()
        delta = Delta()
        delta.take(changes)
        answer(None, delta, shipped(), question(one))
        taken.append(time.process_time() - start)
    return Sample(tuple(taken))


def _behind(shard: Shard, asked: Sequence[Asked], rounds: int, size: int) -> Sample:
    """The same questions as without changes, when as many changes wait and were looked at before."""
    delta = Delta()
    delta.take({each["id"]: each for each in records(size, seed=7)})
    return _each({OURS: lambda one: answer(shard, delta, shipped(), question(one))}, asked, rounds)[OURS]


def _found_after(shard: Shard, rounds: int, already: int) -> Sample:
    """From a change's document to the answer that holds it, with 200 changes already there."""
    delta = Delta()
    delta.take({each["id"]: each for each in records(already, seed=8)})
    answer(shard, delta, shipped(), Question(query=Words("ข้าว"), rows=20))
    taken = []
    for number, each in enumerate(records(rounds, seed=9)):
        changed: Any = {**each, "title": f"เพิ่งแก้ไข{number}", "texts": {**each["texts"], "title": f"เพิ่งแก้ไข{number}"}}
        changed["labels"] = ["public"]
        start = time.perf_counter()
        delta.take({each["id"]: changed})
        found, _ = answer(shard, delta, shipped(), Question(query=Words(f"เพิ่งแก้ไข {number}"), rows=20))
        taken.append(time.perf_counter() - start)
        assert each["id"] in found.ids
    return Sample(tuple(taken))


def _percentile(sample: Sample, share: float) -> float:
    if len(sample.seconds) < 2:
        return sample.seconds[0]
    return statistics.quantiles(sample.seconds, n=100, method="inclusive")[round(share * 100) - 1]


def comparisons(sizes: Sequence[int], asked: int, rounds: int, *, compared: bool | None = None) -> list[Comparison]:
    """The sections of the report, size by size, and how both grow."""
    with_postgres = search_postgres.installed() if compared is None else compared
    done = sorted((measured(size, asked, rounds, compared=with_postgres) for size in sizes), key=lambda one: one.count)
    found: list[Comparison] = []
    for each in done:
        found += [_mixed(each), _selective(each), _freshness(each)]
    if len(done) > 1:
        found[-1] = Comparison(
            found[-1].title, f"{found[-1].about}\n\n{_growth(done[0], done[-1])}", found[-1].samples, found[-1].against
        )
    return found


def _mixed(each: Measured) -> Comparison:
    lines = [
        f"{len(each.ours.seconds)} different questions (words, pieces, common words, two words, places, and lists",
        "without words; a third each without a filter, within an organisation, of a format and a theme; a third by",
        "date), each asked several times in turns; total, 20 hits and five facets over the whole result. One duration",
        "is the median of one question.",
        "Klang also looks for synonyms, which PostgreSQL is not asked for.",
        f"p50 and p95 of Klang: {shown(each.ours.median)} and {shown(_percentile(each.ours, 0.95))}.",
    ]
    for name, theirs in each.theirs.items():
        p95 = _percentile(theirs, 0.95)
        lines += [
            f"Of {name}: {shown(theirs.median)} and {shown(p95)};",
            f"it takes {theirs.median / each.ours.median:.1f} times as long at p50,",
            f"{p95 / _percentile(each.ours, 0.95):.1f} times at p95.",
        ]
    if each.theirs:
        lines += [
            "Both recipes (bench/search_postgres.py) are compared with the faster one: *tokens* finds the records that",
            "have all pairs of letters asked for, *trigrams* those with every piece by `LIKE`, else by tokens, else by",
            "likeness, as Klang loosens too.",
            f"The table with the indexes of both has {each.table_size / 1e6:.0f} MB,"
            f" the snapshot {each.index_size / 1e6:.0f} MB.",
        ]
    else:
        lines.append(f"PostgreSQL was not measured. The snapshot has {each.index_size / 1e6:.0f} MB.")
    lines += _by_hits(each)
    return _against(f"Search: {each.count:,} datasets", "\n".join(lines), each.ours, each.theirs)


def _by_hits(each: Measured) -> list[str]:
    """Medians by how many datasets a question finds."""
    rows = [
        "",
        f"| datasets found | questions | {' | '.join((OURS, *each.theirs))} |",
        "|---|" + "---:|" * (2 + len(each.theirs)),
    ]
    for low, high in itertools.pairwise((0, *CLASSES, each.count + 1)):
        places = [place for place, hits in enumerate(each.hits) if low <= hits < high]
        if places:
            medians = [
                statistics.median(way.seconds[one] for one in places) for way in (each.ours, *each.theirs.values())
            ]
            rows.append(f"| {low:,} to {high - 1:,} | {len(places)} | {' | '.join(map(shown, medians))} |")
    return rows


def _selective(each: Measured) -> Comparison:
    about = "Two words that few records have together, by relevance, with the five facets."
    if each.theirs:
        about += "\nBoth recipes of PostgreSQL are compared with the faster one."
    title = f"Search: {each.count:,} datasets, two selective words"
    return _against(title, about, each.ours_selective, each.theirs_selective)


def _against(title: str, about: str, ours: Sample, theirs: Mapping[str, Sample]) -> Comparison:
    """Klang against the fastest of PostgreSQL's recipes."""
    best = min(theirs, key=lambda name: theirs[name].median, default=OURS)
    return Comparison(title, about, {**theirs, OURS: ours}, best)


def _freshness(each: Measured) -> Comparison:
    about = "\n".join(
        (
            f"Building the index took {shown(each.built)} of CPU. Opening it in a new process counts from the first",
            "import to the first answer with facets, files in the system's cache. Changes since the snapshot are",
            "looked through: counted is the CPU time from their documents to the first answer over them alone, one",
            "duration for each of the questions; then how long questions take with the snapshot and as many changes",
            "that were looked at before. A write is found when the answer holds it, with 200 changes there already;",
            "reading the log is one request to DynamoDB more.",
        )
    )
    changes = f"{min(CHANGES, each.count):,} changes"
    samples = {
        "a snapshot opened in a new process, to the first answer": each.cold,
        f"{changes}, to the first answer": each.changes,
        f"a question with {changes} waiting": each.behind,
        "a write, until an answer holds it": each.found_after,
    }
    return Comparison(f"Search: {each.count:,} datasets, cold and fresh", about, samples, next(iter(samples)))


def _growth(small: Measured, large: Measured) -> str:
    def exponent(low: float, high: float) -> float:
        return math.log(high / low) / math.log(large.count / small.count)

    lines = [
        f"From {small.count:,} to {large.count:,} Klang's time grows with the power",
        f"{exponent(small.ours.median, large.ours.median):.2f} at p50 and"
        f" {exponent(_percentile(small.ours, 0.95), _percentile(large.ours, 0.95)):.2f} at p95",
    ]
    for name in small.theirs:
        low, high = small.theirs[name], large.theirs[name]
        lines.append(
            f"({name}: {exponent(low.median, high.median):.2f} and"
            f" {exponent(_percentile(low, 0.95), _percentile(high, 0.95)):.2f})"
        )
    return "\n".join(lines) + "."


def page(found: Sequence[Comparison], *, at: str, loads: tuple[float, float]) -> str:
    """The report."""
    lines = [
        "# What search costs",
        "",
        f"Written by `python -m bench.search` (part of `make bench`) on {at}; every number is of that one run.",
        "",
        *machine(),
        f"- tantivy {version('tantivy')}; PostgreSQL 15 with 1 GB of shared buffers, 128 MB of work memory",
        f"- load average {loads[0]:.1f} before, {loads[1]:.1f} after (1 minute; anything else that ran is in it)",
        "",
        "The records are made up (bench/search_records.py); both engines have the same ones and are asked the same",
        "questions in turns. Ratio: how many times as long as the line it is compared with; above 1 Klang loses.",
    ]
    for each in found:
        lines += section(each)
    return "\n".join([*lines, ""])


def main() -> None:
    """Measures search, prints it and writes it down."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[24_000, 300_000])
    parser.add_argument("--asked", type=int, default=60, help="different questions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--to", type=Path, default=RESULTS, help="file to write")
    given = parser.parse_args()
    before = os.getloadavg()[0]
    found = comparisons(given.sizes, given.asked, given.rounds)
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    text = page(found, at=at, loads=(before, os.getloadavg()[0]))
    given.to.write_text(text, encoding="utf-8")
    print(f"{text}\nwritten to {given.to}")


if __name__ == "__main__":
    main()
