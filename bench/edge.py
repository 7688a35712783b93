"""What the house's own edge adds to Chalice on a route that does nothing."""

from __future__ import annotations

from chalice.app import Chalice

from bench.lambdas import caller
from bench.measure import side_by_side
from bench.report import Comparison
from chalicelib.front import front
from chalicelib.shared.chalice_edge import blueprint
from chalicelib.shared.watch import Watch

BARE = "a bare Chalice route"


def edge(rounds: int, batch: int = 50) -> Comparison:
    """GET /health: through Klang's edge, with and without logs, metrics and traces, beside a bare route."""
    calls = {
        BARE: caller(_bare(), "GET", "/health", {}),
        "Klang's edge": caller(_klang(watched=False), "GET", "/health", {}),
        "Klang's edge with its watch": caller(_klang(watched=True), "GET", "/health", {}),
    }
    return Comparison(
        "The edge: a public route that does nothing",
        "GET /health in this process, called with Lambda's event, no network. The difference is Klang's checks of\n"
        "limits, token, language and idempotency, its headers, and (third line) Powertools' log keys and metrics.",
        side_by_side(calls, rounds=rounds, batch=batch),
        BARE,
    )


def _bare() -> Chalice:
    app = Chalice("bare", configure_logs=False)
    app.route("/health")(lambda: {"status": "ok", "platforms": []})
    return app


def _klang(*, watched: bool) -> Chalice:
    app = Chalice("klang", configure_logs=False)
    if watched:
        app.register_middleware(Watch("klang-bench", "bench", "gdx", traced=lambda: False).middleware(), "all")
    app.register_blueprint(blueprint(front([], server="https://klang.example")))
    return app
