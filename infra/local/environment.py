"""The environment variables of this process while a stack runs: the settings, the emulator, and no real account."""

from __future__ import annotations

import os
from collections.abc import Mapping

_NO_ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    # Powertools keeps metrics per process, as Lambda runs one request at a time; threads would print each other's.
    "POWERTOOLS_METRICS_DISABLED": "true",
}
_REMOVED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_NAME")


class ProcessEnvironment:
    """Sets variables and puts back what was there before.

    The app reads its settings once, when it is imported, and boto3 finds the emulator by AWS_ENDPOINT_URL whenever a
    client is made: so they stay set as long as the stack runs.
    """

    def __init__(self) -> None:
        self._before: dict[str, str | None] = {}

    def isolate(self) -> None:
        """Makes sure that nothing of this process can reach a real AWS account."""
        self._change({**dict.fromkeys(_REMOVED), **_NO_ACCOUNT})

    def set(self, variables: Mapping[str, str]) -> None:
        """Sets more variables."""
        self._change(variables)

    def restore(self) -> None:
        """Puts everything back; a second call does nothing."""
        before, self._before = self._before, {}
        _apply(before)

    def _change(self, variables: Mapping[str, str | None]) -> None:
        for name in variables:
            self._before.setdefault(name, os.environ.get(name))
        _apply(variables)


def _apply(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
