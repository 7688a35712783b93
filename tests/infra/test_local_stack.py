"""The laptop stack as one meets it: over HTTP, with everything behind it real, and gone without a trace afterwards."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.egress import GuardedHttp, HttpAnswer, Unreachable
from infra.local.emulator import EmulatorError
from infra.local.stack import NotReady, Stack

HTTP = GuardedHttp(["127.0.0.0/8"])
PROJECT = Path(__file__).resolve().parents[2]
MALEE = "3990100001013"
PERSON = "/r1/TH/CENTRAL/DOPA/civil/person/lookup"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(speed=30) as running:
        yield running


def ask(stack: Stack, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> HttpAnswer:
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): text for name, text in headers.items()}}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    content = None if body is None else json.dumps(body).encode()
    return HTTP.send(method, stack.address + path, headers=sent, body=content, timeout=20)


def token_of(stack: Stack, persona: str) -> str:
    answer = ask(stack, "POST", "/local/token", {"persona": persona})
    assert answer.status == 200, answer.body
    return str(json.loads(answer.body)["access_token"])


def assert_gone(before: set[threading.Thread]) -> None:
    """No thread is left but those from before; a thread that was told to end may take its last breath."""
    end = time.monotonic() + 5
    while left := set(threading.enumerate()) - before:
        assert time.monotonic() < end, left
        time.sleep(0.01)


def test_all_four_platforms_are_open(stack: Stack) -> None:
    answer = ask(stack, "GET", "/health")
    assert json.loads(answer.body) == {"status": "ok", "platforms": ["gdx", "opendata", "biz", "citizen"]}


def test_everybody_can_become_themselves(stack: Stack) -> None:
    for persona in json.loads(ask(stack, "GET", "/local/personas").body):
        assert token_of(stack, persona["id"])


def test_a_person_is_known_to_the_citizen_portal_and_a_forged_token_is_not(stack: Stack) -> None:
    assert ask(stack, "GET", "/citizen/v1/me", token=token_of(stack, "malee")).status == 200
    assert ask(stack, "GET", "/citizen/v1/me", token=token_of(stack, "malee")[:-4] + "AAAA").status == 401
    assert ask(stack, "GET", "/citizen/v1/me").status == 401


def test_an_agency_asks_another_through_the_exchange_and_gets_the_agreed_fields(stack: Stack) -> None:
    office = "TH/LOCAL/LAEMNGOP/office"
    answer = ask(stack, "POST", PERSON, {"pid": MALEE}, token_of(stack, "laemngop-office"), X_Road_Client=office)
    assert answer.status == 200, answer.body
    assert json.loads(answer.body) == {"first_name_th": "มาลี", "last_name_th": "ศรีสมุทร", "status": "alive"}
    calls = json.loads(ask(stack, "GET", "/local/calls").body)
    assert calls["operations"]["dynamodb:TransactWriteItems"] >= 1
    assert "sqs:ReceiveMessage" not in calls["operations"]


def test_an_agency_that_is_down_is_said_so(stack: Stack) -> None:
    office, token = "TH/LOCAL/LAEMNGOP/office", token_of(stack, "laemngop-office")
    dopa = stack.surroundings.agencies[0].address
    try:
        HTTP.send("POST", f"{dopa}/admin", headers={}, body=b'{"mode":"nonsense"}')
        answer = ask(stack, "POST", PERSON, {"pid": "1990100002021"}, token, X_Road_Client=office)
        assert answer.status >= 500
        assert "x-road-error" in answer.headers
    finally:
        HTTP.send("POST", f"{dopa}/admin", headers={}, body=b'{"mode":"normal"}')


def test_nobody_but_the_exchange_gets_an_answer_of_an_agency(stack: Stack) -> None:
    dopa = stack.surroundings.agencies[0].address
    token = token_of(stack, "laemngop-office")
    for headers in ({}, {"Authorization": f"Bearer {token}"}):
        body = json.dumps({"pid": MALEE}).encode()
        assert HTTP.send("POST", f"{dopa}/person/lookup", headers=headers, body=body).status == 401


def test_staff_hold_the_roles_of_the_seed(stack: Stack) -> None:
    queue = "/biz/v1/queue"
    assert ask(stack, "GET", queue, token=token_of(stack, "officer-anong")).status == 200
    assert ask(stack, "GET", queue, token=token_of(stack, "somchai")).status == 403
    provider = "/biz/v1/payments/providers/sample-bank"
    wish = {"secret": stack.surroundings.bank.secret}
    assert ask(stack, "PUT", provider, wish, token_of(stack, "operator-dga")).status == 200
    assert ask(stack, "PUT", provider, wish, token_of(stack, "officer-anong")).status == 403


def test_seeding_again_changes_nothing(stack: Stack) -> None:
    before = stack.loaded.house.gdx.directory.everyone()
    stack.seed()
    assert stack.loaded.house.gdx.directory.everyone() == before


def test_requests_are_served_at_the_same_time(stack: Stack) -> None:
    statuses: list[int] = []

    def read() -> None:
        statuses.extend(ask(stack, "GET", "/health").status for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 160


def test_the_sweeps_run(stack: Stack) -> None:
    end = time.monotonic() + 15
    while "dynamodb:Query" not in json.loads(ask(stack, "GET", "/local/calls").body)["operations"]:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_clock_is_moved_for_people_platforms_and_agencies_at_once() -> None:
    with Stack(speed=30) as stack:
        before = token_of(stack, "malee")
        moved = json.loads(ask(stack, "POST", "/local/clock", {"seconds": 400 * 86400}).body)
        now = datetime.fromisoformat(moved["now"])
        assert abs(now - datetime.now(UTC) - timedelta(days=400)) < timedelta(seconds=30)
        assert ask(stack, "GET", "/citizen/v1/me", token=before).status == 401, "a login of last year"
        assert ask(stack, "GET", "/citizen/v1/me", token=token_of(stack, "malee")).status == 200
        office, token = "TH/LOCAL/LAEMNGOP/office", token_of(stack, "laemngop-office")
        answer = ask(stack, "POST", PERSON, {"pid": MALEE}, token, X_Road_Client=office)
        assert answer.status == 200, answer.body
        assert "/local/clock" not in [route.path for room in stack.loaded.house.rooms.values() for route in room.routes]


def test_stopping_leaves_neither_threads_nor_processes_nor_variables() -> None:
    environment, threads = dict(os.environ), set(threading.enumerate())
    stack = Stack(platforms=("gdx",)).start()
    emulator = stack.endpoint
    stack.stop()
    stack.stop()
    assert dict(os.environ) == environment
    assert_gone(threads)
    for address in (emulator, stack.address):
        with pytest.raises(Unreachable):
            HTTP.send("GET", address, headers={}, timeout=2)


def test_what_cannot_start_leaves_nothing_behind() -> None:
    threads = set(threading.enumerate())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            Stack().start(taken.getsockname()[1])
    with pytest.raises(EmulatorError):
        Stack(emulator="cloud").start()
    assert_gone(threads)
    with pytest.raises(NotReady, match="not been started"):
        _ = Stack().loaded


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_tells_how_to_begin_and_ends_at_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.run", "--port", "0"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    while "curl -s" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    address = said.split("Klang is ready at ")[1].split()[0]
    emulator = said.split("emulated AWS")[1].split()[0]
    assert HTTP.send("GET", f"{address}/health", headers={}).status == 200
    process.send_signal(number)
    try:
        rest, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, rest
    assert rest.rstrip().endswith("stopped.")
    with pytest.raises(Unreachable):
        HTTP.send("GET", emulator, headers={}, timeout=2)


def test_a_taken_port_is_said_plainly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "infra.local.run", "--port", port]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr
