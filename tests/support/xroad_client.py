"""A client of X-Road's REST protocol, written from its documents alone: PR-REST 1.0.4, PR-MREST 0.8, PR-META, PR-GCONF.

It imports nothing of Klang. It is given a BASE address and asks only paths at its root, as RIA's tools do. One thing is
not X-Road's: there a system proves itself to its own security server by mTLS; here the exchange is everybody's
security server, and a system proves itself to it by an access token, handed to this client as a value of
`Authorization`.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

STRIPPED = {
    "transfer-encoding", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "upgrade",
    "connection", "user-agent", "host", "content-length", "server", "expect",
}  # fmt: skip
"""PR-REST §4.3: headers that no security server passes on."""


class XRoadError(Exception):
    """An error that a security server made: it has the header X-Road-Error (PR-REST §4.6)."""

    def __init__(self, status: int, kind: str, message: str, detail: str) -> None:
        super().__init__(f"{status} {kind}: {message}")
        self.status = status
        self.kind = kind
        self.message = message
        self.detail = detail


@dataclass(frozen=True)
class Answer:
    """An answer of the provider, with the headers of the message protocol."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class XRoadClient:
    """One subsystem that asks.

    Args:
        base: address of the security server; a path in it is not used.
        client: instance/class/member/subsystem.
        authorization: value of `Authorization`.
    """

    def __init__(self, base: str, client: str, authorization: str, timeout: float = 30) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "", parts.port
        self._secure = parts.scheme == "https"
        self._timeout = timeout
        self.client = client
        self.authorization = authorization

    # -- who and what is there ---------------------------------------------------------------------

    def members(self, instance: str | None = None) -> list[tuple[str, str, str]]:
        """(instance, class, code) of the members, from the global configuration."""
        conf, found = self._shared_parameters(instance)
        return [
            (found, _text(each, "memberClass/code"), _text(each, "memberCode")) for each in conf.findall("./member")
        ]

    def subsystems(self, instance: str | None = None) -> Iterator[tuple[str, str, str, str]]:
        """(instance, class, member, subsystem) of the subsystems that are behind a security server."""
        conf, found = self._shared_parameters(instance)
        for member in conf.findall("./member"):
            for subsystem in member.findall("./subsystem"):
                if conf.findall(f"./securityServer[client='{subsystem.attrib['id']}']"):
                    owner = (found, _text(member, "memberClass/code"), _text(member, "memberCode"))
                    yield (*owner, _text(subsystem, "subsystemCode"))

    def list_clients(self, instance: str | None = None) -> list[dict[str, Any]]:
        """Members and subsystems (PR-META)."""
        query = "" if instance is None else f"?xRoadInstance={instance}"
        status, _, body = self._send("GET", f"/listClients{query}", {"Accept": "application/json"}, None)
        assert status == 200, status
        listed: list[dict[str, Any]] = json.loads(body)["member"]
        return listed

    def list_methods(self, provider: Sequence[str]) -> list[dict[str, Any]]:
        """All services of a subsystem (PR-MREST §4.1)."""
        return self._listed(provider, "listMethods")

    def allowed_methods(self, provider: Sequence[str]) -> list[dict[str, Any]]:
        """The services that this client may use (PR-MREST §4.2)."""
        return self._listed(provider, "allowedMethods")

    def open_api(self, provider: Sequence[str], service: str) -> Any:
        """A service's description (PR-MREST §4.3)."""
        return self.call("GET", [*provider, "getOpenAPI"], query=f"serviceCode={quote(service)}").json

    # -- exchanges ---------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        service: Sequence[str],
        path: str = "",
        *,
        query: str = "",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to a service.

        Args:
            method: an HTTP method.
            service: the five parts of its id.
            path: below the service, percent-encoded.
            query: percent-encoded.
            body: as it goes.
            headers: more headers; they may replace those that this client sets.

        Raises:
            XRoadError: the security server, not the provider, answers.
        """
        target = "/r1/" + "/".join(quote(part, safe="") for part in service) + path + (f"?{query}" if query else "")
        sent = {
            "X-Road-Client": "/".join(quote(part, safe="") for part in self.client.split("/")),
            "X-Road-Id": f"{service[0]}-{uuid.uuid4()}",
            "Accept": "application/json",
            **(headers or {}),
        }
        status, received, content = self._send(method, target, sent, body)
        if "x-road-error" in received:
            raise _error(status, received, content)
        return Answer(status, received, content, {name.lower(): value for name, value in sent.items()})

    def request_hash(self, method: str, target: str, answer: Answer, body: bytes | None) -> str:
        """What X-Road-Request-Hash must be (PR-REST §4.5, in the header order that this exchange publishes)."""
        kept = {name: value for name, value in answer.sent.items() if name not in STRIPPED and name != "x-road-id"}
        lines = [f"{method}\r\n{target}\r\n", *(f"{name}:{kept[name]}\r\n" for name in sorted(kept))]
        lines += [f"{name}:{answer.headers[name]}\r\n" for name in ("x-road-request-id", "x-road-id")]
        digest = hashlib.sha512("".join(lines).encode()).digest()
        if body:
            digest = hashlib.sha512(digest + hashlib.sha512(body).digest()).digest()
        return base64.b64encode(digest).decode()

    def _listed(self, provider: Sequence[str], code: str) -> list[dict[str, Any]]:
        services: list[dict[str, Any]] = self.call("GET", [*provider, code]).json["service"]
        return services

    def _shared_parameters(self, instance: str | None) -> tuple[ElementTree.Element, str]:
        status, _, body = self._send("GET", "/verificationconf", {}, None)
        assert status == 200, status
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            chosen = instance or archive.read("verificationconf/instance-identifier").decode()
            content = archive.read(f"verificationconf/{chosen}/shared-params.xml")
        return ElementTree.fromstring(content), chosen  # noqa: S314 - the exchange of this test wrote it

    def _send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, dict[str, str], bytes]:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout)
        try:
            connection.request(method, target, body, {**headers, "Authorization": self.authorization})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def _error(status: int, headers: Mapping[str, str], body: bytes) -> XRoadError:
    if headers.get("content-type", "").startswith("application/xml"):
        root = ElementTree.fromstring(body)  # noqa: S314 - the exchange of this test wrote it
        told = {name: _text(root, name) for name in ("type", "message", "detail")}
    else:
        told = json.loads(body)
    assert told["type"] == headers["x-road-error"], "the header and the body name the same error"
    return XRoadError(status, told["type"], told["message"], told["detail"])


def _text(element: ElementTree.Element, path: str) -> str:
    found = element.findtext(f"./{path}")
    assert found is not None, path
    return found
