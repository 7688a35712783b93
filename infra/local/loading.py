"""Loads `app.py` afresh, as a cold Lambda would: settings, house, routes and event functions."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

from chalice.app import Chalice

from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.egress import Http

if TYPE_CHECKING:
    from boto3.session import Session

    from chalicelib.wiring import House

APP = Path(__file__).resolve().parent.parent.parent / "app.py"


_numbers = itertools.count(1)


@dataclass(frozen=True)
class LoadedApp:
    """What `app.py` made."""

    app: Chalice
    house: House


def load_app(
    session: Session,
    file: Path = APP,
    http: Http | None = None,
    clock: Callable[[], datetime] | None = None,
    heard: Callable[[str], object] | None = None,
) -> LoadedApp:
    """Runs `app.py` under a name of its own, with the settings that the environment has now.

    Args:
        session: the app's way to AWS; no call was made before it is in place.
        file: the `app.py`.
        http: the app's way to other systems, else the one of its settings.
        clock: tells the app the time, else it is the machine's.
        heard: gets each line of metrics that the app would print, else nobody does.

    Raises:
        BadSettings: the environment does not hold the settings.
    """
    name = f"klang_app_{next(_numbers)}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(file)
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    house: House = module.house
    house.clients = Clients(house.settings.region, session)
    house.http = http or house.http
    house.clock = clock or house.clock
    house.watch.write = heard or _unheard
    return LoadedApp(module.app, house)


def _unheard(_: str) -> None:
    """Lines of metrics are for CloudWatch; on a screen they would hide everything else."""
