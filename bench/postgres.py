"""A throw-away cluster of PostgreSQL 15 on this machine, to compare with."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
EXTENSIONS = Path("/usr/share/postgresql/15/extension")
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",
    "shared_buffers": "1GB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_workers_per_gather": "1",
    "fsync": "off",
    "synchronous_commit": "off",
    "jit": "off",
}
"""Two cores, much memory, and nothing waits for a disk."""


def installed(*extensions: str) -> bool:
    """Whether there is a PostgreSQL to compare with, and these extensions."""
    there = (PROGRAMS / "initdb").exists()
    return there and all((EXTENSIONS / f"{name}.control").exists() for name in extensions)


@contextmanager
def cluster(settings: Mapping[str, str]) -> Iterator[Any]:
    """A connection to a new cluster that is gone afterwards; it runs as an unprivileged user."""
    import psycopg

    place = Path(tempfile.mkdtemp(prefix="klang-pg-"))
    place.chmod(0o777)
    data, as_user = place / "data", (["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else [])

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    try:
        # Thai letters are letters to pg_trgm only where the locale says so: in "C" they have no trigrams at all
        locale = ("-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8")
        run(str(PROGRAMS / "initdb"), "-D", str(data), "-U", "bench", "--auth=trust", *locale)
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
