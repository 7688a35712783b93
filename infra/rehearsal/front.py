"""One address in front of four APIs, as a custom domain with base path mappings would be.

Real clients (X-Road, CKAN) call paths at the root of a domain, so the first parts of the path decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from infra.local.gateway import Gateway, gateway_answer, raw_path, read_request, send
from infra.local.gateway_event import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OWNERS: Mapping[str, str] = {
    "/r1": "gdx",
    "/gdx": "gdx",
    "/ws/dga": "citizen",
    "/ws": "gdx",
    "/oauth2": "gdx",
    "/listClients": "gdx",
    "/verificationconf": "gdx",
    "/.well-known/openid-configuration": "gdx",
    "/.well-known/jwks.json": "gdx",
    "/biz": "biz",
    "/.well-known/jwt-vc-issuer/biz": "biz",
    "/.well-known/jwt-vc-issuer/citizen": "citizen",
    "/api": "opendata",
    "/catalog": "opendata",
    "/catalog.ttl": "opendata",
    "/catalog.rdf": "opendata",
    "/catalog.xml": "opendata",
    "/catalog.jsonld": "opendata",
    "/datastore": "opendata",
    "/dumps": "opendata",
    "/dataset": "opendata",
    "/opendata": "opendata",
    "/request": "opendata",
    "/organization": "opendata",
    "/group": "opendata",
    "/feeds": "opendata",
    "/sitemap.xml": "opendata",
    "/robots.txt": "opendata",
    "/citizen": "citizen",
    "/status": "citizen",
    "/.well-known/oauth-authorization-server/citizen": "citizen",
}
"""Which platform answers a path and everything below it."""

SHARED = {"/openapi.json", "/docs"}
"""Paths that every platform answers for itself; behind one address the first platform speaks."""


class Front:
    """The WSGI application behind the front address.

    Args:
        mounted: more applications by the first part of the path, e.g. `/local`: they live in this process and are
            in no package.
    """

    def __init__(self, mounted: Mapping[str, WSGIApplication] | None = None) -> None:
        self._mounted = dict(mounted or {})
        self._gateways: dict[str, Gateway] = {}

    def mount(self, beginning: str, application: WSGIApplication) -> None:
        """Adds an application of this process."""
        self._mounted[beginning] = application

    def serve(self, gateways: Mapping[str, Gateway]) -> None:
        """Answers with these APIs, by platform, from the next request on."""
        self._gateways = dict(gateways)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry (PEP 3333)."""
        path = raw_path(environ)
        for beginning, application in self._mounted.items():
            if _below(path, beginning):
                return application(environ, start_response)
        platform = self.owner(path)
        if platform in self._gateways:
            return self._gateways[platform](environ, start_response)
        return send(self._own(read_request(environ)), environ, start_response)

    def owner(self, path: str) -> str | None:
        """The platform that answers a path, if one does."""
        if path in SHARED:
            return next(iter(self._gateways), None)
        return next((platform for beginning, platform in OWNERS.items() if _below(path, beginning)), None)

    def _own(self, request: HttpRequest) -> HttpAnswer:
        if request.raw_path == "/health" and request.method in ("GET", "HEAD"):
            return self._health(request)
        if not self._gateways:
            return gateway_answer("DEFAULT_5XX", 503)
        return gateway_answer("MISSING_AUTHENTICATION_TOKEN")

    def _health(self, request: HttpRequest) -> HttpAnswer:
        """The platforms that say of themselves that they are well; 503 until all of them do."""
        answers = {
            platform: gateway.answer(replace(request, method="GET")) for platform, gateway in self._gateways.items()
        }
        well = [platform for platform, answer in answers.items() if answer.status == 200]
        whole = bool(well) and len(well) == len(answers)
        body = {"status": "ok" if whole else "starting", "platforms": well}
        return HttpAnswer(200 if whole else 503, (("Content-Type", "application/json"),), json.dumps(body).encode())


def _below(path: str, beginning: str) -> bool:
    return path == beginning or path.startswith(f"{beginning}/")
