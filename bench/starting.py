"""How long a new process needs until the app is there: most of what a cold start is, besides AWS's own part."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.measure import Sample
from bench.report import Comparison
from chalicelib.settings import ROOMS
from infra.local.surroundings import REGION

ROOT = Path(__file__).resolve().parent.parent
BARE = "a bare Chalice app"
_TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
_BARE = "from chalice import Chalice; app = Chalice('bare'); app.route('/health')(lambda: {'status': 'ok'})"
_AWS = _BARE + "; import boto3; boto3.client('dynamodb', region_name='ap-southeast-1')"
_KLANG = "import app"
_ISSUER = {"iss": "https://login.example", "jwks_uri": "https://login.example/jwks.json", "audience": "klang"}


def starting(rounds: int) -> Comparison:
    """Import of `app.py` in fresh processes, with all rooms and with each alone, beside a bare app."""
    ways = {
        BARE: (_BARE, "prod", ROOMS),
        "the same, with one boto3 client": (_AWS, "prod", ROOMS),
        "app.py on a laptop, all four rooms": (_KLANG, "local", ROOMS),
        **{f"app.py as deployed, {room} alone": (_KLANG, "prod", (room,)) for room in ROOMS},
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (code, environment, rooms) in ways.items():
            seconds = _in_a_new_process(code, environment, rooms)
            if number:
                taken[name].append(seconds)
    return Comparison(
        "Start: import of app.py",
        "In a new process each time, in turns, byte code already compiled, files in the system's cache; measured\n"
        "inside the process from its first line to the end of the import. Klang makes its first boto3 client with its\n"
        "first request, so the second line shows what that will cost it. Deployed, it loads the X-Ray SDK too.",
        {name: Sample(tuple(seconds)) for name, seconds in taken.items()},
        BARE,
    )


def _in_a_new_process(code: str, environment: str, rooms: tuple[str, ...]) -> float:
    settings = {
        "KLANG_ENV": environment,
        "PLATFORMS": ",".join(rooms),
        "BASE_URL": "https://klang.example",
        "GDX_URL": "https://gdx.klang.example",
        "BIZ_URL": "https://biz.klang.example",
        "CITIZEN_URL": "https://citizen.klang.example",
        "LOGINS": "[]",
        "BUCKET_SUFFIX": "bench",
        "ISSUERS": json.dumps([_ISSUER]),
        "EGRESS_NETWORKS": "",
        "XROAD_SPELLING": "7.8",
        "MAIL_FROM": "notices@mail.klang.example",
        "CLAMD": "",
        "FUNCTIONS": "",
        "AWS_DEFAULT_REGION": REGION,
    }
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(code)],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])
