"""What each platform opens in a process: its routes, what takes its queues, what runs each minute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .shared.identity import Gate
from .shared.measures import at_work, measure, measuring

if TYPE_CHECKING:
    from .wiring import House


def _open_gdx(house: House) -> None:
    from .gdx.routes import routes
    from .shared.connections import Here

    gdx = house.gdx
    parts = house.parts("gdx")
    house.rooms["gdx"] = routes(gdx, Gate(parts.tokens, parts.keyring, gdx.operators))
    # a platform that is not open here is asked over the exchange
    if "opendata" in house.settings.platforms:
        gdx.obligations.know("opendata", Here(house.datasets))
    if "biz" in house.settings.platforms:
        gdx.obligations.know("biz", Here(house.services))
    house.handlers.update(gdx.handlers)
    _each_minute(house, "gdx_sweep", lambda: gdx.sweep((house.sweep_clock or house.clock)()))
    _each_minute(house, "gdx_seal", lambda: _seal(house))


def _each_minute(house: House, function: str, run: Callable[[], object]) -> None:
    """Has a function run each minute, and what it measured told to the public (`GET /status`), unless it failed."""
    platform = function.partition("_")[0]

    def minute() -> None:
        with measuring(passing_on=True) as taken, at_work(platform):
            run()
        house.board(platform).note(function, taken)

    house.sweeps[function] = minute


def _seal(house: House) -> None:
    """Seals the exchange's log, and measures what the alarms `gdx-log-failing` and `gdx-log-old` watch."""
    behind: float | None = None
    try:
        behind = house.gdx.transparency.seal().behind.total_seconds()
    finally:
        measure("LogSealFailures", 1 if behind is None else 0, platform="gdx")
    measure("LogBehind", behind, platform="gdx")


def _open_opendata(house: House) -> None:
    from .opendata.routes import routes

    catalogue = house.opendata
    parts = house.parts("opendata")
    room = house.rooms["opendata"] = routes(catalogue, Gate(parts.tokens, parts.keyring, catalogue.staff))
    room.noun("connections", lambda: _datasets(house))
    room.noun("figures", lambda: _figures(house))
    house.handlers["opendata_uploads"] = lambda body: catalogue.uploads.take_message(body)
    house.handlers["opendata_events"] = catalogue.on_event
    house.handlers["opendata_harvest"] = lambda body: catalogue.harvest.on_message(body)
    house.handlers["opendata_links"] = lambda body: catalogue.links.on_message(body)
    house.handlers["opendata_jobs"] = lambda body: catalogue.jobs.on_message(body)
    house.functions["opendata_sql"] = lambda event: _query(house, event)
    _each_minute(house, "opendata_sweep", lambda: catalogue.sweep((house.sweep_clock or house.clock)()))
    _each_minute(house, "opendata_publish", lambda: _publish(house))


def _datasets(house: House) -> None:
    from .opendata.connections import hang

    hang(house.rooms["opendata"], house.datasets(), house.requests("opendata"))


def _figures(house: House) -> None:
    from .opendata.figures.routes import hang

    hang(house.rooms["opendata"], house.opendata, house.requests("opendata"))


def _query(house: House, event: Mapping[str, Any]) -> dict[str, Any]:
    """Answers a query in SQL with no right but the addresses that came with it."""
    from .opendata.tables.sql.sandbox import BySigned, Sandbox
    from .shared.egress import downloads

    return Sandbox(BySigned(house.way_out, downloads(house.way_out))).handle(event)


def _publish(house: House) -> None:
    """Publishes the search index if it is time, and measures what the alarm `opendata-search-failing` watches."""
    done = False
    try:
        house.opendata.publisher.run()
        done = True
    finally:
        measure("SearchPublishFailures", 0 if done else 1, platform="opendata")


def _open_biz(house: House) -> None:
    from .biz.routes import routes

    biz = house.biz
    house.rooms["biz"] = routes(biz)
    house.rooms["biz"].noun("connections", lambda: _services(house))
    house.handlers.update(biz_events=biz.on_event, biz_uploads=biz.on_upload)
    house.handlers.update(biz_feedback=biz.on_feedback, biz_deliveries=biz.on_delivery)
    _each_minute(house, "biz_sweep", lambda: biz.sweep((house.sweep_clock or house.clock)()))


def _services(house: House) -> None:
    from .biz.connections import hang

    hang(house.rooms["biz"], house.services(), house.requests("biz"))


def _open_citizen(house: House) -> None:
    from .citizen.routes import routes

    citizen = house.citizen
    house.rooms["citizen"] = routes(citizen)
    house.handlers["citizen_events"] = citizen.on_event
    _each_minute(house, "citizen_sweep", lambda: citizen.sweep((house.sweep_clock or house.clock)()))


OPENINGS: Mapping[str, Callable[[House], None]] = {
    "gdx": _open_gdx,
    "opendata": _open_opendata,
    "biz": _open_biz,
    "citizen": _open_citizen,
}
"""By platform."""
