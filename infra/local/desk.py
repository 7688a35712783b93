"""`/local`: what only a laptop has. Sample people, their tokens, a bank, and a look at calls and queues.

It is mounted beside the platforms by the local runner and is no part of them: nothing of `infra` is packaged, and a
guard test proves that a deployed stage has no such path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.shared.errors import Unavailable, not_found
from chalicelib.shared.web import Incoming
from infra.local.calls import Calls
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, Paths, json_answer, read_body
from infra.local.personas import Personas
from infra.local.pump import Depth
from infra.local.tokens import LIFETIME, PersonTokens, SystemTokens

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Login(Incoming):
    """Whom to be."""

    persona: str = Field(description="Id of a persona of GET /local/personas")


class Signing(Incoming):
    """What a sample system shall sign."""

    persona: str = Field(description="Id of a system among the personas")
    text: str = Field(max_length=64 * 1024, description="Signed byte by byte")
    typ: str = Field(max_length=100, description="Header `typ` of the JWS")


class Desk:
    """The functions behind `/local`.

    Args:
        personas: the sample people and systems.
        people: makes tokens of people.
        systems: gets tokens of systems.
        calls: the count of AWS calls.
        queues: tells how full the queues are.
    """

    def __init__(
        self,
        personas: Personas,
        people: PersonTokens,
        systems: SystemTokens,
        calls: Calls,
        queues: Callable[[], Mapping[str, Depth]],
    ) -> None:
        self._personas = personas
        self._people = people
        self._systems = systems
        self._calls = calls
        self._queues = queues

    @property
    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Its functions by method and path."""
        return {
            ("GET", "/local/personas"): self.personas,
            ("POST", "/local/token"): self.token,
            ("POST", "/local/sign"): self.sign,
            ("GET", "/local/calls"): lambda _: json_answer(self._calls.shown),
            ("GET", "/local/queues"): self.queues,
            ("GET", "/local/notices"): lambda _: json_answer(self._calls.told),
        }

    def personas(self, _: HttpRequest) -> HttpAnswer:
        """Everybody one can be."""
        return json_answer([persona.shown for persona in self._personas])

    def token(self, request: HttpRequest) -> HttpAnswer:
        """An access token for a persona."""
        persona = self._personas.find(read_body(request, Login).persona)
        if persona is None:
            raise not_found("บุคคลตัวอย่างนี้", "persona")
        if persona.client_id is not None:
            granted = self._systems.grant(persona.client_id)
            return json_answer({name: granted[name] for name in ("access_token", "token_type", "expires_in")})
        token = self._people.access_token(persona)
        return json_answer({"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME})

    def sign(self, request: HttpRequest) -> HttpAnswer:
        """A sample system's signature: its key is in this process only, as an agency's is in the agency's."""
        asked = read_body(request, Signing)
        persona = self._personas.find(asked.persona)
        if persona is None or persona.client_id is None:
            raise not_found("ระบบตัวอย่างนี้", "system among the personas")
        return json_answer({"jws": self._systems.signed(persona.client_id, asked.text, asked.typ)})

    def queues(self, _: HttpRequest) -> HttpAnswer:
        """How many messages wait, are being worked on, and were set aside."""
        found = self._queues()
        return json_answer([{"name": name, **asdict(depth)} for name, depth in sorted(found.items())])


class Front:
    """One address for both: `/local` is the laptop's, everything else the platforms'.

    It answers 503 until it is opened, because its address must be known before what stands behind it can be made.
    """

    def __init__(self) -> None:
        self._local: WSGIApplication = Paths({}, under={"": _still_starting})
        self._platforms: WSGIApplication = self._local

    def open(self, local: WSGIApplication, platforms: WSGIApplication) -> None:
        """From now on these two answer."""
        self._local, self._platforms = local, platforms

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI entry (PEP 3333)."""
        path: Any = environ.get("PATH_INFO", "")
        app = self._local if path == "/local" or path.startswith("/local/") else self._platforms
        return app(environ, start_response)


def _still_starting(_: HttpRequest) -> HttpAnswer:
    raise Unavailable("ระบบกำลังเริ่มทำงาน โปรดลองใหม่", "Still starting; try again in a moment.", retry_after=1)
