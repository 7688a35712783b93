"""Environment variables of this process while a stack runs, and the certainty that no real account is among them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

ISOLATED: Mapping[str, str | None] = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_PROFILE": None,
    "AWS_DEFAULT_PROFILE": None,
    "AWS_SESSION_TOKEN": None,
    "AWS_ENDPOINT_URL": None,
    "AWS_LAMBDA_FUNCTION_NAME": None,
    # Chalice sets it when an app is made
    "AWS_EXECUTION_ENV": None,
}
"""With these, neither this process nor the emulator that it starts can find a developer's own AWS account."""


@contextmanager
def changed(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Sets variables (None: takes them away) and puts back what was there before."""
    before = {name: os.environ.get(name) for name in variables}
    _apply(variables)
    try:
        yield
    finally:
        _apply(before)


def _apply(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
