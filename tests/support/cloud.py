"""A whole Klang account inside the test process: mended moto, strictness, and `infra/template.yaml` applied.

with local_cloud() as session:
    session.client("dynamodb").describe_table(TableName="klang-test-gdx")
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.session
from moto import mock_aws

from infra.local.emulator import mends, start
from infra.local.session import LocalSession
from infra.provision import PLATFORMS, Outcome, Template, apply, load_template, parameters_for
from tests.support.strict import Strictness, strict

REGION = "ap-southeast-1"
ENVIRONMENT = "test"
SUFFIX = "local"
ORIGIN = "http://127.0.0.1:8000"


@functools.cache
def _template() -> Template:
    return load_template()


@functools.cache
def _loader() -> object:
    # Parsing botocore's service models is most of the price of a new session; the parsed models are
    # read-only.
    return botocore.session.get_session().get_component("data_loader")


def new_session() -> boto3.session.Session:
    """A session of its own (clients and credentials are not shared) that shares the parsed service models."""
    core = botocore.session.get_session()
    core.register_component("data_loader", _loader())
    return boto3.session.Session(botocore_session=core, region_name=REGION)


class LongLived(boto3.session.Session):
    """A session that makes each service's client once, for processes that start over and over on one account.

    A client remembers nothing that our code could miss: making it anew is most of the price of a start.
    """

    def __init__(self) -> None:
        core = botocore.session.get_session()
        core.register_component("data_loader", _loader())
        super().__init__(botocore_session=core, region_name=REGION)
        self._made: dict[str, Any] = {}

    def client(self, service_name: Any, *args: Any, **options: Any) -> Any:
        """The client that was made with the options of the first who asked for this service."""
        if service_name not in self._made:
            self._made[service_name] = super().client(service_name, *args, **options)
        return self._made[service_name]


@contextmanager
def empty_cloud() -> Iterator[boto3.session.Session]:
    """Mended, strict moto with nothing in it."""
    with watched_cloud() as (session, _):
        yield session


@contextmanager
def watched_cloud(now: Callable[[], float] = time.time) -> Iterator[tuple[boto3.session.Session, Strictness]]:
    """The same with what stands before moto, by a clock that tells seconds since 1970."""
    mends.install()
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = REGION
    try:
        with mock_aws(), strict(now) as strictness:
            yield new_session(), strictness
    finally:
        if before is None:
            del os.environ["AWS_DEFAULT_REGION"]
        else:
            os.environ["AWS_DEFAULT_REGION"] = before


@contextmanager
def local_cloud(platforms: Sequence[str] = PLATFORMS) -> Iterator[boto3.session.Session]:
    """Tables, buckets, queues and keys of these platforms for environment `test`, bucket suffix `local`.

    With EMULATOR=ministack they stand in that emulator, a process of its own: for the contracts of the stores, which
    need neither faults nor strictness.
    """
    kind = os.environ.get("EMULATOR", "moto")
    if kind != "moto":
        with start(kind) as emulator:
            served = LocalSession(emulator.endpoint, REGION)
            provision(served, platforms)
            yield served
        return
    with moto_cloud(platforms) as session:
        yield session


@contextmanager
def moto_cloud(platforms: Sequence[str] = PLATFORMS) -> Iterator[boto3.session.Session]:
    """As `local_cloud`, but always moto in this process: for tests that strike its calls or watch its rules."""
    with empty_cloud() as session:
        provision(session, platforms)
        yield session


def provision(session: boto3.session.Session, platforms: Sequence[str] = PLATFORMS) -> Outcome:
    """Apply the template as `local_cloud` does; for tests that need its outputs."""
    parameters = parameters_for(ENVIRONMENT, suffix=SUFFIX, origins=[ORIGIN], platforms=platforms)
    return apply(_template(), parameters, session)
