"""The four platforms in four apps of one process, as four stages are: each with its own house and its own rights.

with apart() as here:
    World(InProcess(here))          # people notice no difference to `tests.support.town.town`
    here.asked["biz"]               # what the Biz Portal's functions asked AWS for

What a platform needs of another goes through the exchange over HTTP, and every AWS call is made under the policy that
`infra.policies` writes for the platform's own stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from infra.local.environment import ISOLATED, changed
from infra.local.in_process import in_process
from infra.local.loading import LoadedApp, load_app
from infra.local.surroundings import variables
from infra.policies import policy
from infra.rehearsal.front import Front
from infra.stages import PLATFORMS
from tests.support.cloud import ENVIRONMENT, REGION, SUFFIX, moto_cloud, new_session
from tests.support.iam import Use, enforce
from tests.support.town import ADDRESS, Town, TownHttp


def stage_policy(platform: str) -> dict[str, Any]:
    """What the functions of a platform's stage may do in this environment."""
    return policy(ENVIRONMENT, (platform,), REGION, f"klang-{ENVIRONMENT}-{platform}", SUFFIX)


class Apart(Town):
    """A town whose platforms share nothing but its address; the whole house of `Town` serves the seed only.

    Args:
        policies: by platform, instead of those of the stages.

    Attributes:
        asked: the actions and resources that each platform used or tried to use.
    """

    def __init__(self, policies: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._policies = policies or {platform: stage_policy(platform) for platform in PLATFORMS}
        self.asked: dict[str, set[Use]] = {}
        super().__init__()

    def _start(self) -> None:
        super()._start()
        apps = {platform: self._stage(platform) for platform in PLATFORMS}
        stages = Front()
        stages.serve({platform: in_process(loaded.app) for platform, loaded in apps.items()})
        self.front.open(self.surroundings.paths, stages)
        for loaded in apps.values():
            self.loaded.app.handler_map.update(loaded.app.handler_map)

    def _stage(self, platform: str) -> LoadedApp:
        session = new_session()
        self.asked[platform] = enforce(session, self._policies[platform])
        settings = variables(ENVIRONMENT, ADDRESS, platforms=(platform,))
        with changed({**settings, "AWS_DEFAULT_REGION": REGION}):
            loaded = load_app(session, http=TownHttp(self))
        loaded.house.sweep_clock = self.now
        return loaded


@contextmanager
def apart(policies: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[Apart]:
    """Four platforms on an account of their own, freshly seeded."""
    with changed(ISOLATED), moto_cloud():
        yield Apart(policies)
