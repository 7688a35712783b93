"""The real app with all four platforms, loaded once for the guards; and its parts as they would be deployed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from chalicelib.settings import ROOMS
from chalicelib.shared.web import Room, Route

ROOT = Path(__file__).resolve().parents[2]

ENVIRONMENT = {
    "KLANG_ENV": "test",
    "PLATFORMS": ",".join(ROOMS),
    "BASE_URL": "http://127.0.0.1:8000",
    "GDX_URL": "http://127.0.0.1:8000",
    "BIZ_URL": "http://127.0.0.1:8000",
    "CITIZEN_URL": "http://127.0.0.1:8000",
    "BUCKET_SUFFIX": "local",
    "ISSUERS": "[]",
    "LOGINS": "[]",
    "EGRESS_NETWORKS": "",
    "XROAD_SPELLING": "7.8",
    "MAIL_FROM": "notices@mail.klang.example",
    "CLAMD": "",
    "FUNCTIONS": "",
    "AWS_REGION": "ap-southeast-1",
}


def load() -> ModuleType:
    """`app.py`, executed with the environment of the tests, under a name that stays out of `sys.modules`."""
    spec = importlib.util.spec_from_file_location("app", ROOT / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with patch.dict(os.environ, ENVIRONMENT):
        spec.loader.exec_module(module)
    return module


MODULE: Any = load()
HOUSE = MODULE.house
APP = MODULE.app

ROUTES: Mapping[str, tuple[Room, Route]] = {
    f"{route.method} {route.path}": (room, route) for room in HOUSE.rooms.values() for route in room.routes
}
"""Every route of the house, by method and path."""


def run_alone(code: str, **environment: str) -> str:
    """What a fresh process prints that runs this code as a deployed function would: with these settings only."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", code],
        cwd=ROOT,
        env={**keep, **ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
