"""Queries in SQL over published tables: at once (`datastore_search_sql`), and long ones as jobs.

Whoever asks may see every table that the query names; the query function gets short-lived addresses of exactly these
tables' objects, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

from chalicelib.shared.errors import NotFound
from chalicelib.shared.identity import Caller
from chalicelib.shared.objects import Objects
from chalicelib.shared.redaction import holds_id

from ...jobs.model import Job, Result, Wish
from ...live import as_data
from ...personal import HOLDS_ID
from ...rules import Rejected
from ...store import Store
from ..source import Address, Source, Sources
from . import names, wording
from .guard import LONGEST
from .order import AT_ONCE, FORMS, LONG, Answer, Bounds, Form, Granted, Into, Order, Thing

Json = dict[str, Any]
READABLE = 60
"""Seconds for which a short query may read its tables."""
READABLE_LONG = 900
_KNOWN = frozenset({"sql", "as_of"})


class Runs(Protocol):
    """The query function: `sandbox.Sandbox` in this process, or in a Lambda of its own."""

    def run(self, order: Order) -> Answer:
        """Answers a query.

        Raises:
            Unavailable: it cannot just now.
        """
        ...


class Queries:
    """Queries of callers.

    Args:
        signs: whether the query function needs addresses: it is elsewhere.
        used: hears the id of each dataset that was queried.
    """

    def __init__(
        self,
        sources: Sources,
        store: Store,
        objects: Objects,
        sandbox: Runs,
        *,
        signs: bool,
        used: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._sources = sources
        self._store = store
        self._objects = objects
        self._sandbox = sandbox
        self._signs = signs
        self._used = used

    def search(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        """`datastore_search_sql`: the rows of a query.

        Raises:
            Rejected, NotAllowed: the query is none that is answered.
            NotFound: a table is not there, or not for this caller.
            Unavailable.
        """
        if given.keys() - _KNOWN:
            raise Rejected({"__junk": ["The input field was not expected."]})
        sql = _sql(given)
        found = self._tables(caller, sql, given.get("as_of"))
        answer = self._answer(sql, found, AT_ONCE, None)
        labels = [name for name, _ in answer.fields]
        result: Json = {
            "sql": sql,
            "fields": [{"id": name, "type": kind} for name, kind in answer.fields],
            "records": [dict(zip(labels, row, strict=True)) for row in answer.rows],
            "tables": [_read(source) for source in found],
        }
        return result | ({"records_truncated": True} if answer.truncated else {})

    # -- long queries

    def check(self, caller: Caller, given: Mapping[str, Any]) -> Wish:
        """The wish for a job of the kind `sql`: given are sql, format (csv) and as_of.

        Raises:
            Rejected, NotFound: as `search`, as far as can be told without running it.
        """
        if given.keys() - _KNOWN - {"format"}:
            raise Rejected({"given": ["Only sql, format and as_of"]})
        sql, form = _sql(given), given.get("format", "csv")
        if form not in FORMS:
            raise Rejected({"format": [f"Value must be one of {sorted(FORMS)}"]})
        if holds_id(sql):  # the question lies in the job's row as it was written
            raise Rejected({"sql": [HOLDS_ID]})
        found = self._tables(caller, sql, given.get("as_of"))
        if not found:
            raise wording.unknown_table()
        tables = [{"name": each.asked, "address": _pinned(each), "public": each.public} for each in found]
        about: dict[str, int] = {each.resource.package_id: each.dataset_version for each in found}
        return Wish({"sql": sql, "format": form, "tables": tables}, about)

    def work(self, job: Job) -> Result:
        """Does such a job.

        Raises:
            Rejected, NotAllowed: the query is none that is answered.
            NotFound: a table is not there any more, or not in public.
            Unavailable.
        """
        form = cast(Form, job.given["format"])
        found = [self._again(each) for each in job.given["tables"]]
        key = job.place(form)
        url = self._objects.put_url(key, media_type=FORMS[form], expires_in=READABLE_LONG) if self._signs else ""
        answer = self._answer(job.given["sql"], found, LONG, Into(form, key, url))
        facts = {
            "rows": answer.written,
            "size": answer.size,
            "fields": [{"id": name, "type": kind} for name, kind in answer.fields],
            "tables": [_read(source) for source in found],
        }
        return Result(key, FORMS[form], f"query-{job.id[:12]}.{form}", facts)

    def _again(self, told: Mapping[str, Any]) -> Source:
        """A table of a job as it stands when the job runs."""
        address = Address.parse(told["address"])
        package = self._store.package_of_resource(address.resource)
        if package is None or package.dataset.state != "active":
            raise wording.unknown_table()
        source = self._sources.of(package, told["name"], address, member=not told["public"])
        if told["public"] and not source.public:
            raise wording.unknown_table()
        return source

    # -- both

    def _tables(self, caller: Caller, sql: str, as_of: Any) -> list[Source]:
        """The tables that a query names, as far as its words tell; what is no table may be a CTE, and is left out.

        Raises:
            Rejected: too many, or a version is none.
            NotFound: an address is of no table that this caller may see.
        """
        wanted = names.tables(sql)
        if len(wanted) > names.MOST:
            raise Rejected({"query": [f"A query reads at most {names.MOST} tables."]})
        found: dict[str, Source] = {}
        for name in wanted:
            try:
                # a moment for the whole query is that of every table which names none itself
                source = self._sources.find(caller, name, as_of=None if "@" in name else as_of)
            except NotFound:
                continue  # a column behind FROM, as in extract(year FROM x), or nothing at all: the cage will tell
            if name.lower() in found:
                raise Rejected({"query": ["Two tables differ in nothing but capital letters; name one by its number."]})
            found[name.lower()] = source
        return list(found.values())

    def _answer(self, sql: str, found: Sequence[Source], bounds: Bounds, into: Into | None) -> Answer:
        expires = READABLE if into is None else READABLE_LONG
        order = Order(sql, tuple(self._granted(each, expires) for each in found), bounds, into)
        answer = self._sandbox.run(order)
        if answer.refused is not None:
            raise wording.refusal(answer.refused, sql, long=into is not None)
        for dataset in {each.resource.package_id for each in found}:
            self._used(dataset)
        return answer

    def _granted(self, source: Source, expires: int) -> Granted:
        live = source.live
        table = next(each for each in source.file.tables if each.number == source.table.number)
        deltas = () if live is None else tuple(self._thing(each.key, each.size, expires) for each in live.deltas)
        return Granted(
            source.asked,
            self._thing(table.parquet, table.size, expires),
            table.rows,
            tuple((str(column["id"]), str(column["type"])) for column in table.columns),
            table.numbered,
            # what describes columns to people stays here
            None if live is None else as_data(replace(live, columns=tuple(map(_bare, live.columns)))),
            deltas,
        )

    def _thing(self, key: str, size: int, expires: int) -> Thing:
        return Thing(key, size, self._objects.download_url(key, expires_in=expires) if self._signs else "")


def _sql(given: Mapping[str, Any]) -> str:
    sql = given.get("sql")
    if sql in (None, ""):
        raise Rejected({"sql": ["Missing value"]})
    if not isinstance(sql, str):
        raise Rejected({"sql": ["Must be a Unicode string value"]})
    if len(sql.encode("utf-8", "surrogatepass")) > LONGEST:
        raise wording.refusal({"kind": "long"}, "")
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise Rejected({"sql": ["Must be a Unicode string value"]}) from None
    return sql


def _bare(column: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": column["id"], "type": column["type"]}


def _pinned(source: Source) -> str:
    """The address of the version that is read; of a table with rows that have no version yet, the table's own."""
    address = Address.parse(source.asked)
    place = f"{address.resource}/{address.table}" if address.table else address.resource
    return place if source.live is not None else f"{place}@{source.file.number}"


def _read(source: Source) -> Json:
    """Which rows were read, so that the same query can be asked of them again."""
    return {
        "name": source.asked,
        "resource_id": source.resource.id,
        "table": source.table.number,
        "version": source.file.number,
        "pinned": None if source.live is not None else _pinned(source),
    }
