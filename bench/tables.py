"""Tables of 1,000, 100,000 and 5,000,000 rows: as Klang takes them in and answers them, beside PostgreSQL 15.

Both are given the same file and the same questions, in turns; row numbers and totals of every page are compared, and
rows of every statement. Klang's time is the engine's on files of this machine; what it would ask of S3 is counted, not
timed. PostgreSQL's holds a way over a local socket.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
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

from bench import postgres, tables_postgres, tables_rows
from bench.measure import Sample, side_by_side
from bench.report import machine, shown
from bench.tables_ours import Klang, Taken
from bench.tables_postgres import Postgres
from bench.tables_rows import AMOUNT, CODE, ITEM, PROVINCE, WORD
from chalicelib.opendata.model import Table

RESULTS = Path(__file__).resolve().parent / "TABLES.md"
SIZES = (1_000, 100_000, 5_000_000)
ONE_PROVINCE = "ตาก"
PAGE, NEXT, DEEP = "first page", "page behind the preview", "page at 80 %"
BEHIND = 2_000
"""Rows before a page that no preview holds."""


class Disagree(Exception):
    """The two gave different answers, so nothing they took is worth comparing."""


@dataclass(frozen=True)
class Asked:
    """One question to both.

    Attributes:
        title: as it is shown.
        ours, theirs: asks it; the answers must be equal.
        cold: whether a page is asked that a new function may ask first, so that its requests are counted.
    """

    title: str
    ours: Callable[[Klang], Any]
    theirs: Callable[[Postgres], Any]
    cold: Callable[[Klang], Any] | None = None


@dataclass(frozen=True)
class Answered:
    """What a question took, and what a function that starts would fetch for it (requests, bytes)."""

    title: str
    ours: Sample
    theirs: Sample
    fetched: tuple[int, int] | None


@dataclass(frozen=True)
class Measured:
    """One size."""

    rows: int
    source: int
    taken: Taken
    loaded: float
    size: int
    answers: Sequence[Answered]


def questions(rows: int, code: str) -> list[Asked]:
    """What is asked of a table of so many rows; `code` is that of one of them."""

    def page(
        title: str, given: Mapping[str, Any], where: str = "true", values: Sequence[Any] = (), **more: Any
    ) -> Asked:
        ours = partial(Klang.page, **given)
        return Asked(title, ours, lambda pg: pg.page(rows, where, values, **more), ours)

    def statement(title: str, query: str) -> Asked:
        return Asked(title, lambda ours: ours.rows(query), lambda pg: pg.rows(query.format(f"t{rows}")))

    deep, one = rows * 4 // 5, {PROVINCE: ONE_PROVINCE}
    here = (tables_postgres.ONE_PERCENT, (ONE_PROVINCE,))
    return [
        page(PAGE, {}),
        *([page(NEXT, {"offset": BEHIND}, offset=BEHIND)] if rows > 2 * BEHIND else []),
        page(DEEP, {"offset": deep}, offset=deep),
        page("selective filter", {"filters": {CODE: code}}, tables_postgres.SELECTIVE, (code,)),
        page("1 % filter, first page", {"filters": one}, *here),
        page("1 % filter, page at 80 %", {"filters": one, "offset": rows // 100}, *here, offset=rows // 100),
        page("sorted by amount, first page", {"sort": f'"{AMOUNT}" desc'}, order=tables_postgres.BY_AMOUNT),
        page("Thai piece of a word in one column", {"q": {ITEM: WORD}, "sort": "_id"}, *tables_postgres.SUBSTRING),
        statement("count with two conditions", tables_postgres.COUNT),
        statement("group by province, sum", tables_postgres.GROUP),
        statement("distinct provinces", tables_postgres.DISTINCT),
    ]


def measured(rows: int, rounds: int, pg: Postgres) -> Measured:
    """One size; PostgreSQL is loaded and asked in the same run."""
    with tempfile.TemporaryDirectory(prefix="klang-tables-") as place:
        folder = Path(place)
        source = folder / "source.csv"
        tables_rows.write(source, rows)
        taken = take_in(source, folder / "bucket")
        start = time.perf_counter()
        pg.load(source, rows)
        loaded = time.perf_counter() - start
        size, bytes_of_source = pg.tidy(rows), source.stat().st_size
        source.unlink()
        ours = Klang(folder / "bucket", taken.table, folder / "disk")
        code = str(pg.rows(f'SELECT "{CODE}" FROM t{rows} WHERE _id = {rows // 2}')[0][0])  # noqa: S608 - all text is ours
        answers = [_answered(each, ours, pg, rounds, folder) for each in questions(rows, code)]
        return Measured(rows, bytes_of_source, taken, loaded, size, answers)


def take_in(source: Path, bucket: Path) -> Taken:
    """Takes a file in, by a process of its own."""
    run = [sys.executable, "-m", "bench.tables_ours", str(source), str(bucket)]
    told = json.loads(subprocess.run(run, check=True, capture_output=True).stdout)
    table = Table(1, "", "tables/bench/1", tuple(told["columns"]), told["rows"], told["size"])
    return Taken(told["seconds"], told["peak"], told["kept"], table)


def _answered(asked: Asked, ours: Klang, pg: Postgres, rounds: int, folder: Path) -> Answered:
    fetched = None
    if asked.cold is not None:
        with tempfile.TemporaryDirectory(dir=folder) as disk:
            cold = Klang(ours.objects.folder, ours.table, Path(disk))
            asked.cold(cold)
            fetched = (cold.objects.gets, cold.objects.taken)
    if _plain(asked.ours(ours)) != _plain(asked.theirs(pg)):
        raise Disagree(asked.title)
    gc.collect()
    samples = side_by_side({"ours": lambda: asked.ours(ours), "theirs": lambda: asked.theirs(pg)}, rounds=rounds)
    return Answered(asked.title, samples["ours"], samples["theirs"], fetched)


def _plain(answer: Any) -> Any:
    """Answers of both in one shape: sums to a hundredth, rows as tuples."""
    if isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], list):
        return answer
    return [tuple(f"{float(cell):.2f}" if _is_number(cell) else cell for cell in row) for row in answer]


def _is_number(value: Any) -> bool:
    return not isinstance(value, str | bool) and value is not None


def page(found: Sequence[Measured], *, at: str, loads: tuple[float, float]) -> str:
    """The report."""
    lines = [
        "# What tables cost",
        "",
        f"Written by `python -m bench.tables` (part of `make bench`) on {at}; every number is of that one run.",
        "",
        *machine(),
        f"- duckdb {version('duckdb')}; PostgreSQL 15 with 1 GB of shared buffers, 128 MB of work memory, no JIT",
        f"- load average {loads[0]:.1f} before, {loads[1]:.1f} after (1 minute; anything else that ran is in it)",
        "",
        "The rows are made up (bench/tables_rows.py): twelve columns of a register of accounts, Thai texts,",
        "amounts with commas, Buddhist years. Both have the same file; PostgreSQL's table is what CKAN's DataStore",
        "would make of it at its best (bench/tables_postgres.py), rewritten by VACUUM FULL. A page is 100 whole rows",
        "and how many match in all. Row numbers, totals and rows of both were compared and are equal. *times* is",
        "PostgreSQL's median divided by Klang's: above 1 Klang is faster. *fetched* is what a function that has just",
        "started asks of S3 for it. Statements are the engine's own time: the sandbox for strangers' SQL adds a",
        "process to each.",
    ]
    for each in found:
        lines += _section(each)
    if len(found) > 1:
        lines += _growth(found[0], found[-1])
    return "\n".join([*lines, ""])


def _section(each: Measured) -> list[str]:
    taken = each.taken
    there = {answer.title for answer in each.answers}
    deep = _ratio(each, DEEP, NEXT if NEXT in there else PAGE)
    lines = [
        "",
        f"## Tables: {each.rows:,} rows",
        "",
        f"A file of {each.source / 1e6:,.1f} MB. Taken in by Klang in {shown(taken.seconds)}, in a process of at most"
        f" {taken.peak / 1e6:,.0f} MB; by PostgreSQL in {shown(each.loaded)}"
        f" ({each.loaded / taken.seconds:.1f} times as long). Kept: {taken.kept / 1e6:,.1f} MB;"
        f" by PostgreSQL {each.size / 1e6:,.1f} MB ({each.size / taken.kept:.1f} times as much).",
        "Klang keeps the original text of amounts beside the numbers and a Common Era year beside the Buddhist one,",
        "and has looked for personal data and meanings on the way. The first 1,000 rows are a preview, read without",
        f"any engine. The page at 80 % takes {deep:.2f} times as long as the first one that is asked of the engine.",
        "",
        "| | Klang | middle half | PostgreSQL | times | fetched |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in each.answers:
        low, high = one.ours.quartiles
        fetched = "" if one.fetched is None else _fetched(*one.fetched, taken.table.size)
        lines.append(
            f"| {one.title} | {shown(one.ours.median)} | {shown(low)} to {shown(high)} | {shown(one.theirs.median)}"
            f" | {one.theirs.median / one.ours.median:.2f} | {fetched} |"
        )
    return lines


def _fetched(gets: int, taken: int, size: int) -> str:
    return f"{gets} {'GET' if gets == 1 else 'GETs'}, {taken / 1e6:.2f} MB ({100 * taken / size:.1f} % of the table)"


def _ratio(each: Measured, one: str, other: str) -> float:
    medians = {answer.title: answer.ours.median for answer in each.answers}
    return medians[one] / medians[other]


def _growth(small: Measured, large: Measured) -> list[str]:
    by_title = {answer.title: answer for answer in small.answers}
    rows = math.log(large.rows / small.rows)
    lines = [
        "",
        f"## Tables: growth from {small.rows:,} to {large.rows:,} rows",
        "",
        "The power of the number of rows with which a question's time grows.",
        "",
        "| | Klang | PostgreSQL |",
        "|---|---:|---:|",
    ]
    for answer in large.answers:
        if answer.title not in by_title:
            continue
        before = by_title[answer.title]
        ours = math.log(answer.ours.median / before.ours.median) / rows
        theirs = math.log(answer.theirs.median / before.theirs.median) / rows
        lines.append(f"| {answer.title} | {ours:.2f} | {theirs:.2f} |")
    return lines


def main() -> None:
    """Measures tables, prints it and writes it down."""
    parser = argparse.ArgumentParser(prog="python -m bench.tables", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--to", type=Path, default=RESULTS, help="file to write")
    given = parser.parse_args()
    if not postgres.installed():
        sys.exit("PostgreSQL 15 is not installed: there is nothing to compare with")
    before = os.getloadavg()[0]
    found: list[Measured] = []
    for rows in given.sizes:
        with postgres.cluster(postgres.SETTINGS) as connection:
            found.append(measured(rows, given.rounds, Postgres(connection)))
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        given.to.write_text(page(found, at=at, loads=(before, os.getloadavg()[0])), encoding="utf-8")
        print(f"measured: {rows:,} rows", flush=True)
    print(f"{given.to.read_text(encoding='utf-8')}\nwritten to {given.to}")


if __name__ == "__main__":
    main()
