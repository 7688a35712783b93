"""The four platforms in four apps of one process, as four stages are, and each function in a house of its own.

with apart() as here:
    World(InProcess(here))          # people notice no difference to `tests.support.town.town`
    here.asked["biz"]["biz_sweep"]  # what this function asked AWS for

What a platform needs of another goes through the exchange over HTTP, and every AWS call is made under the policy of the
very function that makes it: nothing that another function has in memory, or may do, is lent to it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import requests

from chalicelib.shared.egress import HttpAnswer
from infra.functions import HANDLERS
from infra.local.environment import ISOLATED, changed
from infra.local.in_process import LambdaContext, in_process
from infra.local.loading import LoadedApp, load_app
from infra.local.surroundings import variables
from infra.rehearsal.front import Front
from infra.rights.granted import API
from infra.stages import PLATFORMS
from tests.support.cloud import ENVIRONMENT, REGION, moto_cloud, new_session
from tests.support.iam import Use, enforce
from tests.support.rights import policy_of
from tests.support.town import ADDRESS, Town, TownHttp

PolicyOf = Callable[[str, str], Mapping[str, Any] | None]
"""The policy of a platform's function; None lets it do everything."""


class Apart(Town):
    """A town whose functions share nothing but its address; the whole house of `Town` serves the seed only.

    Args:
        policies: other than those that the functions are deployed with.

    Attributes:
        asked: the actions and resources that each platform's functions used or tried to use.
    """

    def __init__(self, policies: PolicyOf = policy_of) -> None:
        self._policies = policies
        self.asked: dict[str, dict[str, set[Use]]] = {}
        super().__init__()

    def _start(self) -> None:
        super()._start()
        self.asked = {platform: {} for platform in PLATFORMS}
        stages = Front()
        stages.serve({platform: in_process(self._loaded(platform, API).app) for platform in PLATFORMS})
        self.front.open(self.surroundings.paths, stages)
        for platform in PLATFORMS:
            for function in HANDLERS[platform]:
                self.loaded.app.handler_map[function] = self._function(platform, function)

    def _function(self, platform: str, function: str) -> Callable[..., Any]:
        """An event function, whose process starts when it is first called."""
        loaded: list[LoadedApp] = []

        def handle(event: Any, context: Any) -> Any:
            if not loaded:
                loaded.append(self._loaded(platform, function))
            return loaded[0].app.handler_map[function](event, context)

        return handle

    def _loaded(self, platform: str, function: str) -> LoadedApp:
        session = new_session()
        self.asked[platform][function] = enforce(session, self._policies(platform, function))
        called = f"klang-{ENVIRONMENT}-{platform}"
        answers: Any = partial(self._invoke, called)  # the stubs say that handlers answer nothing; these do
        session.events.register("before-call.lambda.Invoke", answers)
        settings = variables(ENVIRONMENT, ADDRESS, platforms=(platform,)) | {"FUNCTIONS": called}
        with changed({**settings, "AWS_DEFAULT_REGION": REGION}):
            loaded = load_app(session, http=_Ways(self))
        loaded.house.sweep_clock = self.now
        return loaded

    def _invoke(self, called: str, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """What Lambda answers to whoever may call a function."""
        name = urlsplit(params["url_path"]).path.split("/")[3].removeprefix(f"{called}-")
        told = self.loaded.app.handler_map[name](json.loads(params["body"]), LambdaContext(name))
        return SimpleNamespace(status_code=200), {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(told).encode())}


class _Ways(TownHttp):
    """The town's ways, and the one to S3 for whoever was given an address there."""

    def send(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, timeout: float = 10.0
    ) -> HttpAnswer:
        if not (urlsplit(url).hostname or "").endswith(".amazonaws.com"):
            return super().send(method, url, headers=headers, body=body, timeout=timeout)
        answer = requests.request(method, url, headers=dict(headers), data=body, timeout=timeout)
        return HttpAnswer(answer.status_code, dict(answer.headers), answer.content)


@contextmanager
def apart(policies: PolicyOf = policy_of) -> Iterator[Apart]:
    """Four platforms on an account of their own, freshly seeded."""
    with changed(ISOLATED), moto_cloud():
        yield Apart(policies)
