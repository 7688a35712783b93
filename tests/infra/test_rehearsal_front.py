"""The front address: which platform answers a path, and what the front says by itself."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from infra.local.gateway import Api, FunctionFailed, Gateway, Operation
from infra.local.gateway_event import Answer, Event
from infra.rehearsal.front import Front

ALL = ("gdx", "opendata", "biz", "citizen")


def _gateway(platform: str, well: bool = True) -> Gateway:
    def invoke(event: Event) -> Answer:
        if not well:
            raise FunctionFailed("down")
        return {"statusCode": 200, "body": json.dumps(platform)}

    paths = ("/health", "/openapi.json", "/r1/{a}", "/gdx/v1/x", "/biz/v1/x", "/api/3/action/{name}", "/citizen/v1/x")
    return Gateway(Api({path: {"GET": Operation()} for path in paths}), invoke)


def _ask(front: Front, path: str, method: str = "GET") -> tuple[str, Any]:
    said: list[str] = []

    def start_response(status: str, headers: Any, error: Any = None) -> Any:
        said.append(status)

    environ = {"REQUEST_METHOD": method, "REQUEST_URI": path, "wsgi.input": io.BytesIO(), "REMOTE_ADDR": "127.0.0.1"}
    body = b"".join(front(environ, start_response))
    return said[0], json.loads(body) if body else None


@pytest.fixture
def front() -> Front:
    made = Front()
    made.serve({platform: _gateway(platform) for platform in ALL})
    return made


@pytest.mark.parametrize(
    ("path", "platform"),
    [
        ("/r1", "gdx"),
        ("/r1/TH/CENTRAL/DOPA/civil/person", "gdx"),
        ("/r1x", None),
        ("/gdx/v1/members", "gdx"),
        ("/oauth2/token", "gdx"),
        ("/listClients", "gdx"),
        ("/.well-known/openid-configuration", "gdx"),
        ("/.well-known/jwks.json", "gdx"),
        ("/.well-known/jwt-vc-issuer/biz", "biz"),
        ("/.well-known/other", None),
        ("/biz/v1/services", "biz"),
        ("/api/3/action/package_show", "opendata"),
        ("/dataset/licences", "opendata"),
        ("/citizen/v1/inbox", "citizen"),
        ("/openapi.json", "gdx"),
    ],
)
def test_the_beginning_of_a_path_decides(front: Front, path: str, platform: str | None) -> None:
    assert front.owner(path) == platform


def test_requests_reach_the_platform(front: Front) -> None:
    assert _ask(front, "/biz/v1/x") == ("200 OK", "biz")
    assert _ask(front, "/api/3/action/a%2Fb?q=1") == ("200 OK", "opendata")


def test_health_is_whole_only_if_every_platform_is(front: Front) -> None:
    assert _ask(front, "/health") == ("200 OK", {"status": "ok", "platforms": list(ALL)})
    assert _ask(front, "/health", "HEAD") == ("200 OK", None)
    front.serve({"gdx": _gateway("gdx"), "biz": _gateway("biz", well=False)})
    assert _ask(front, "/health") == ("503 Service Unavailable", {"status": "starting", "platforms": ["gdx"]})


def test_before_anything_is_deployed_the_front_says_so() -> None:
    assert _ask(Front(), "/biz/v1/x")[0] == "503 Service Unavailable"
    assert _ask(Front(), "/health")[0] == "503 Service Unavailable"


def test_a_path_of_nobody_is_404(front: Front) -> None:
    status, problem = _ask(front, "/nothing")
    assert status == "404 Not Found"
    assert problem["type"].endswith("/not-found")
