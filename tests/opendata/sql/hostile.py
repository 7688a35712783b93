"""Queries that must not give anything away, nor take more than their share. `t` is granted and nothing else."""

# ruff: noqa: S608 - queries made of texts of this file

from __future__ import annotations

FILES = """
SELECT * FROM '{there}'
SELECT * FROM "{there}"
SELECT * FROM read_parquet('{there}')
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('/proc/self/environ')
SELECT * FROM read_json('/etc/passwd')
SELECT * FROM read_json_auto('{there}')
SELECT * FROM read_ndjson('/etc/passwd')
SELECT * FROM parquet_scan('{there}')
SELECT * FROM parquet_metadata('{there}')
SELECT * FROM parquet_schema('{there}')
SELECT * FROM parquet_file_metadata('{there}')
SELECT * FROM parquet_kv_metadata('{there}')
SELECT * FROM parquet_bloom_probe('{there}', 'a', 1)
SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM glob('/etc/*')
SELECT * FROM 'https://example.com/x.parquet'
SELECT * FROM read_parquet('s3://bucket/key')
SELECT * FROM read_csv('http://169.254.169.254/latest/meta-data/')
SELECT * FROM sqlite_scan('/tmp/x.db', 't')
SELECT * FROM postgres_scan('host=x', 'public', 't')
SELECT * FROM iceberg_scan('/tmp/x')
SELECT * FROM delta_scan('/tmp/x')
FROM '/etc/passwd'
TABLE '/etc/passwd'
SELECT a FROM t UNION ALL SELECT content FROM read_text('/etc/passwd')
SELECT (SELECT content FROM read_text('/etc/passwd'))
SELECT * FROM t WHERE a IN (SELECT size FROM read_blob('/etc/*'))
WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x
WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM "/etc/passwd"
SELECT * FROM t JOIN read_csv('/etc/passwd') r ON true
SELECT * FROM t, LATERAL (SELECT * FROM read_text('/etc/passwd'))
SELECT * FROM t ORDER BY (SELECT count(*) FROM glob('/*'))
SELECT * FROM t LIMIT (SELECT count(*) FROM glob('/*'))
SELECT count(*) FILTER (WHERE (SELECT true FROM glob('/*') LIMIT 1)) FROM t
SELECT sum(a) OVER (ORDER BY (SELECT count(*) FROM glob('/*'))) FROM t
"""

WRITES = """
COPY t TO '{out}'
COPY (SELECT * FROM t) TO '{out}' (FORMAT csv)
COPY t FROM '/etc/passwd'
EXPORT DATABASE '{out}'
IMPORT DATABASE '{out}'
CREATE TABLE x AS SELECT * FROM t
CREATE OR REPLACE VIEW t AS SELECT 1
CREATE TEMP TABLE x (a INT)
CREATE MACRO f(a) AS a + 1
CREATE FUNCTION f() AS TABLE SELECT 1
CREATE SCHEMA x
CREATE SEQUENCE s
CREATE TYPE mood AS ENUM ('a')
CREATE SECRET (TYPE s3, KEY_ID 'x', SECRET 'y')
INSERT INTO t VALUES (1)
UPDATE t SET a = 1
DELETE FROM t
TRUNCATE t
DROP VIEW t
ALTER VIEW t RENAME TO u
MERGE INTO t USING t u ON t.a = u.a WHEN MATCHED THEN DELETE
WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x
WITH x AS (INSERT INTO t VALUES (1) RETURNING *) SELECT * FROM x
WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x
ATTACH ':memory:' AS x
ATTACH '{out}' AS x
DETACH memory
USE memory
COMMENT ON VIEW t IS 'x'
VACUUM
ANALYZE
CHECKPOINT
FORCE CHECKPOINT
BEGIN
COMMIT
ROLLBACK
"""

SETTINGS = """
SET memory_limit='100GB'
SET enable_external_access=true
SET lock_configuration=false
RESET memory_limit
SET VARIABLE x = 1
PRAGMA database_list
PRAGMA enable_profiling
PRAGMA version
CALL pragma_version()
CALL duckdb_settings()
INSTALL httpfs
LOAD httpfs
FORCE INSTALL httpfs FROM 'http://example.com'
UPDATE EXTENSIONS
PREPARE p AS SELECT 1
EXECUTE p
DEALLOCATE p
EXPLAIN SELECT * FROM t
EXPLAIN ANALYZE SELECT * FROM t
DESCRIBE t
SHOW TABLES
SHOW ALL TABLES
SUMMARIZE t
SELECT * FROM (DESCRIBE t)
SELECT * FROM (SHOW ALL TABLES)
SELECT * FROM (SUMMARIZE t)
"""

ENGINE = """
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_views()
SELECT * FROM duckdb_tables()
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_databases()
SELECT * FROM duckdb_functions()
SELECT * FROM duckdb_extensions()
SELECT * FROM duckdb_logs()
SELECT * FROM duckdb_temporary_files()
SELECT * FROM information_schema.tables
SELECT * FROM "information_schema"."tables"
SELECT * FROM information_schema.columns
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM pg_catalog.pg_views
SELECT * FROM sqlite_master
SELECT * FROM duckdb_settings
SELECT * FROM pragma_database_list
SELECT * FROM pragma_version()
SELECT * FROM pragma_table_info('t')
SELECT * FROM pragma_storage_info('t')
SELECT * FROM main.t
SELECT * FROM memory.main.t
SELECT * FROM temp.main.t
SELECT * FROM "temp"."main"."t"
SELECT * FROM system.main.duckdb_views
SELECT * FROM t AT (VERSION => 1)
SELECT * FROM other
SELECT * FROM "00000000000000000000000000000001"
SELECT current_setting('memory_limit')
SELECT current_database()
SELECT current_schemas(true)
SELECT current_user
SELECT user
SELECT session_user
SELECT current_catalog
SELECT version()
SELECT current_query()
SELECT getvariable('x')
SELECT nextval('s')
SELECT txid_current()
SELECT pg_get_viewdef('t')
SELECT has_table_privilege('t', 'select')
SELECT inet_server_addr()
SELECT write_log('x')
SELECT parse_duckdb_log_message('x', 'y')
SELECT sleep_ms(60000)
SELECT random()
SELECT uuid()
SELECT error('x')
SELECT * FROM query('SELECT 1')
SELECT * FROM query_table('t')
SELECT * FROM query_table(['t', 'sqlite_master'])
SELECT * FROM json_execute_serialized_sql('x')
SELECT json_serialize_sql('SELECT 1')
SELECT json_serialize_plan('SELECT 1')
SELECT * FROM repeat_row(1, num_rows = 1000000000)
SELECT * FROM test_all_types()
SELECT * FROM seq_scan('t')
SELECT * FROM arrow_scan(1, 2, 3)
SELECT * FROM pandas_scan(1)
SELECT * FROM python_map_function(t)
"""

TRICKS = """
SELECT 1; SELECT 2
SELECT 1; DROP VIEW t
SELECT 1;; COPY t TO '{out}'
SELECT 1 /* ; */ ; SELECT * FROM duckdb_settings()
/**/ COPY /**/ t TO '{out}'
-- SELECT
SELECT $1
SELECT ?
SELECT $name
SELECT 'x'.repeat(1000000000)
SELECT "repeat"('x', 1000000000)
SELECT REPEAT('x', 1000000000)
SELECT main.repeat('x', 1000000000)
SELECT system.main.repeat('x', 10)
SELECT "system"."main"."repeat"('x', 10)
SELECT memory.main.f(1)
SELECT main.abs(1)
SELECT [1].list_aggregate('sum')
SELECT list_aggregate([1], 'string_agg', 'x')
SELECT array_aggr([1], 'sum')
SELECT list_resize([1], 1000000000)
SELECT apply([1], x -> repeat('x', x * 1000000000))
SELECT list_transform([1], lambda x: repeat('x', 1000000000))
SELECT [repeat('x', y) for y in [1000000000]]
SELECT list_filter([1], x -> x > getvariable('y'))
SELECT sum(repeat('x', 9)::INT) OVER () FROM t
SELECT count(*) FROM t GROUP BY repeat('x', 9)
SELECT count(*) FROM t HAVING repeat('x', 9) > 'a'
SELECT * FROM t QUALIFY repeat('x', 9) > 'a'
SELECT * FROM t ORDER BY repeat('x', 9)
SELECT * FROM t LIMIT length(repeat('x', 9))
SELECT * REPLACE (repeat('x', 9) AS a) FROM t
SELECT COLUMNS(c -> c LIKE repeat('x', 9)) FROM t
SELECT CASE WHEN a > 0 THEN repeat('x', 9) END FROM t
SELECT a IN (SELECT repeat('x', 9)) FROM t
SELECT {{'x': repeat('x', 9)}}
SELECT MAP {{'x': repeat('x', 9)}}
SELECT coalesce(NULL, repeat('x', 9))
SELECT try(repeat('x', 9))
SELECT DISTINCT ON (repeat('x', 9)) a FROM t
SELECT string_agg(b, repeat('x', 9) ORDER BY a) FROM t
SELECT count(*) FILTER (WHERE repeat('x', 9) > 'a') FROM t
SELECT * FROM (VALUES (repeat('x', 9)))
SELECT * FROM t PIVOT (sum(a) FOR b IN (SELECT * FROM sqlite_master))
SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY repeat('x', 9))
SELECT ｒｅｐｅａｔ('x', 9)
SELECT re\u200bpeat('x', 9)
SELECT \ufeffcurrent_setting('memory_limit')
SELECT * FROM\u00a0duckdb_settings()
SELECT * FROM \u202educkdb_settings()
SELECT * FROM t\x00; DROP VIEW t
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r
WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 1000000000) SELECT count(*) FROM r
WITH RECURSIVE r USING KEY (n) AS (SELECT 1 AS n, 1 AS v UNION SELECT n, v + 1 FROM r) SELECT * FROM r
WITH sqlite_master AS (SELECT * FROM sqlite_master) SELECT * FROM sqlite_master
WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x
SELECT * FROM (WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views), duckdb_views
WITH t AS (SELECT 1 AS a) SELECT * FROM t
WITH "a b" AS (SELECT 1) SELECT * FROM "a b"
WITH "x.csv" AS (SELECT 1) SELECT * FROM "x.csv"
SELECT * FROM range(1000000000)
SELECT * FROM generate_series(1, 1000000000)
SELECT unnest(range(1000000000))
SELECT range(1000000000)
SELECT lpad('x', 1000000000, 'y')
SELECT rpad('x', 1000000000, 'y')
SELECT format('{{:>1000000000}}', 1)
SELECT printf('%1000000000d', 1)
SELECT bar(1, 0, 1, 1000000000)
SELECT from_json('1', '"INTEGER"')
SELECT setseed(0.5)
SELECT hash(1), pg_sleep(10)
PIVOT t ON b USING sum(a)
SELECT 1 WHERE EXISTS (FROM duckdb_settings())
VALUES ((SELECT count(*) FROM duckdb_settings()))
SELECT
;
"""

DEEP = (
    "SELECT " + "(" * 4_000 + "1" + ")" * 4_000,
    "SELECT " + "[" * 4_000 + "]" * 4_000,
    "SELECT " + "abs(" * 1_900 + "1" + ")" * 1_900,
    "SELECT 1" + "+1" * 4_000,
    "SELECT " + "NOT " * 2_000 + "true",
    "SELECT a" + "::INT" * 1_600 + " FROM t",
    "SELECT " + "- " * 4_000 + "1",
    "SELECT " + "CASE WHEN true THEN " * 390,
    "SELECT * FROM " + "(SELECT * FROM " * 540,
    "SELECT " + ", ".join(["1"] * 3_500),
    "SELECT * FROM t WHERE a IN (" + ",".join(["1"] * 4_000) + ")",
    "SELECT '" + "x" * 9_000 + "'",
    " " * 9_000 + "SELECT 1",
)
"""Too long, too deep, too many parts."""


def refused(there: str, out: str) -> list[str]:
    """Queries that are refused before anything runs.

    Args:
        there: path of a table that lies beside the granted one.
        out: path that a query might write to.
    """
    lines = [line for group in (FILES, WRITES, SETTINGS, ENGINE, TRICKS) for line in group.strip("\n").split("\n")]
    return [line.format(there=there, out=out) for line in lines] + list(DEEP)


def _doubled(first: str, step: str, times: int, last: str) -> str:
    """A chain of CTEs, each twice as large as the one before."""
    steps = ", ".join(f"c{number + 1} AS (SELECT {step} AS v FROM c{number})" for number in range(times))
    return f"WITH c0 AS (SELECT {first} AS v), {steps} SELECT {last} FROM c{times}"


_MANY = "t a, t b, t c, t d, t e"
"""Of a table of 60 rows, 778 million."""

HEAVY = (
    f"SELECT count(*) FROM {_MANY}, t f, t g WHERE a.a + b.a + c.a + d.a + e.a + f.a + g.a = 7",
    f"SELECT string_agg(a.b || b.b || c.b) FROM {_MANY}",
    f"SELECT list(a.b || b.b || c._id || d._id) FROM {_MANY}",
    _doubled("'xxxxxxxxxxxxxxxx'", "v || v", 28, "length(v)"),
    _doubled("'aaaaaaaaaa'", "replace(v, 'a', 'aaaaaaaaaa')", 8, "length(v)"),
    _doubled("[1, 2, 3, 4]", "list_concat(v, v)", 28, "length(v)"),
)
"""Queries that are made of what is allowed, and ask for far too much."""

HARMLESS = (
    "SELECT a FROM t WHERE a = 1; -- ' ; SELECT 2 ; COPY t TO 'x'",
    "SELECT 1 /* ; DROP VIEW t */",
    "SELECT '; DROP VIEW t; --'",
    'SELECT a AS "; DROP VIEW t" FROM t WHERE a = 1',
    "SELECT $$ ; COPY t TO 'x' $$",
)
"""Queries that look worse than they are: each is one SELECT."""
