"""Sandboxes and their pool: AWS's own runtime client runs a handler, and what happens when it does not end well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.local.gateway import FunctionFailed, FunctionTimedOut
from infra.package.tools import RUNTIME, prepared_python
from infra.rehearsal.pool import Function, Pool

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

CODE = """
import os, sys, time

def handler(event, context):
    if event == "raise":
        raise KeyError("1100500012345")
    if event == "exit":
        os._exit(7)
    if event == "sleep":
        time.sleep(30)
    if event == "slow":
        time.sleep(0.5)
    return {
        "event": event, "process": os.getpid(), "answer": "RELEASE", "variable": os.environ["VARIABLE"],
        "left": context.get_remaining_time_in_millis(), "name": context.function_name,
        "arn": context.invoked_function_arn,
    }
"""


def _function(folder: Path, code: str = CODE, handler: str = "app.handler") -> Function:
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{hashlib.sha256(code.encode()).hexdigest()[:8]}.zip"
    with ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", code)
    return Function(
        name="klang-test",
        arn="arn:aws:lambda:ap-southeast-1:123456789012:function:klang-test",
        handler=handler,
        timeout=2.0,
        memory=512,
        variables={"VARIABLE": "ก"},
        code_sha256=base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode(),
        archive=archive,
    )


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    made = Pool(prepared_python(RUNTIME), tmp_path / "pool", {})
    yield made
    made.stop()


@pytest.fixture
def function(tmp_path: Path, pool: Pool) -> Function:
    made = _function(tmp_path)
    pool.update({made.name: made})
    return made


def test_a_handler_gets_its_event_context_and_variables_and_stays_warm(pool: Pool, function: Function) -> None:
    first = pool.call("klang-test", {"a": "ข"})
    second = pool.call("klang-test", {})
    assert first["event"] == {"a": "ข"}
    assert first["variable"] == "ก"
    assert (first["name"], first["arn"]) == (function.name, function.arn)
    assert 0 < first["left"] <= 2000
    assert first["process"] == second["process"]
    assert (pool.usage.calls["klang-test"], pool.usage.cold["klang-test"]) == (2, 1)


def test_calls_at_one_time_have_processes_of_their_own(pool: Pool, function: Function) -> None:
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: pool.call("klang-test", "slow"), range(3)))
    assert len({answer["process"] for answer in answers}) == 3


def test_an_error_is_told_by_its_type_only(pool: Pool, function: Function) -> None:
    with pytest.raises(FunctionFailed) as failed:
        pool.call("klang-test", "raise")
    assert str(failed.value) == "KeyError"
    assert pool.call("klang-test", 1)["event"] == 1


def test_a_process_that_ends_fails_its_call_and_is_replaced(pool: Pool, function: Function) -> None:
    with pytest.raises(FunctionFailed, match="ended with 7"):
        pool.call("klang-test", "exit")
    assert pool.call("klang-test", 1)["event"] == 1


def test_a_handler_over_its_time_is_killed(pool: Pool, function: Function) -> None:
    with pytest.raises(FunctionTimedOut):
        pool.call("klang-test", "sleep")
    assert pool.call("klang-test", 1)["event"] == 1


@pytest.mark.parametrize(("code", "handler"), [("import nothing_like_this", "app.handler"), ("x = 1", "app.handler")])
def test_code_that_cannot_start_fails_its_call(tmp_path: Path, pool: Pool, code: str, handler: str) -> None:
    pool.update({"klang-test": _function(tmp_path, code, handler)})
    with pytest.raises(FunctionFailed):
        pool.call("klang-test", 1)


def test_only_what_lambda_brings_is_there_beside_the_package(tmp_path: Path, pool: Pool) -> None:
    pool.update({"klang-test": _function(tmp_path, "import boto3\ndef handler(e, c): return 1")})
    assert pool.call("klang-test", 1) == 1
    pool.update({"klang-test": _function(tmp_path, "import pydantic\ndef handler(e, c): return 1")})
    with pytest.raises(FunctionFailed, match="ImportModuleError"):
        pool.call("klang-test", 1)


def test_new_code_serves_the_next_call(tmp_path: Path, pool: Pool, function: Function) -> None:
    assert pool.call("klang-test", 1)["answer"] == "RELEASE"
    pool.update({"klang-test": _function(tmp_path, CODE.replace("RELEASE", "second"))})
    assert pool.call("klang-test", 1)["answer"] == "second"


def test_reserved_concurrency_is_a_ceiling(pool: Pool, function: Function) -> None:
    pool.update({"klang-test": replace(function, concurrency=1)})
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(pool.call, "klang-test", "slow") for _ in range(2)]
        errors = [call.exception() for call in calls]
    assert sorted(type(error).__name__ for error in errors) == ["FunctionFailed", "NoneType"]


def test_an_unknown_function_is_refused(pool: Pool) -> None:
    with pytest.raises(FunctionFailed, match="no function"):
        pool.call("klang-nothing", 1)
