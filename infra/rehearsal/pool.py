"""Warm sandboxes of deployed functions: a call takes an idle one or starts another, as Lambda does."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from infra.local.gateway import FunctionFailed
from infra.rehearsal.sandbox import Sandbox


@dataclass(frozen=True)
class Function:
    """A deployed function, as the Lambda API tells it, and the archive that it runs."""

    name: str
    arn: str
    handler: str
    timeout: float
    memory: int
    variables: Mapping[str, str]
    code_sha256: str
    archive: Path
    concurrency: int | None = None

    @property
    def version(self) -> tuple[str, ...]:
        """Changes whenever sandboxes must not be used any longer."""
        return (self.name, self.code_sha256, self.handler, json.dumps(dict(self.variables), sort_keys=True))


@dataclass
class Usage:
    """How often functions ran, and how many of those had to start a process first."""

    calls: Counter[str] = field(default_factory=Counter)
    cold: Counter[str] = field(default_factory=Counter)


class Pool:
    """All functions of a rehearsal.

    Args:
        python: Lambda's Python version with the runtime client.
        folder: for unzipped code and logs.
        environment: variables every sandbox gets beside its own, e.g. AWS_ENDPOINT_URL.
    """

    def __init__(self, python: Path, folder: Path, environment: Mapping[str, str]) -> None:
        self._python = python
        self._folder = folder
        self._environment = dict(environment)
        self._functions: dict[str, Function] = {}
        self._idle: dict[tuple[str, ...], list[Sandbox]] = {}
        self._busy: dict[Sandbox, Function] = {}
        self._lock = threading.Lock()
        self._stopped = False
        self.usage = Usage()
        (folder / "logs").mkdir(parents=True, exist_ok=True)

    def update(self, functions: Mapping[str, Function]) -> None:
        """Serves these functions from the next call on; sandboxes of older code end when they are free."""
        for function in functions.values():
            self._unzipped(function)  # now, not while the first caller waits
        wanted = {function.version for function in functions.values()}
        with self._lock:
            self._functions = dict(functions)
            stale = [sandbox for version, idle in self._idle.items() if version not in wanted for sandbox in idle]
            self._idle = {version: idle for version, idle in self._idle.items() if version in wanted}
        for sandbox in stale:
            sandbox.stop()

    def call(self, name: str, event: Any) -> Any:
        """Calls a function synchronously.

        Raises:
            FunctionFailed, FunctionTimedOut: see `Sandbox.call`; or there is no such function.
        """
        function, sandbox = self._taken(name)
        try:
            return sandbox.call(event, function.timeout)
        finally:
            self._give_back(function, sandbox)

    def stop(self) -> None:
        """Ends every sandbox, busy ones too."""
        with self._lock:
            self._stopped = True
            running = [sandbox for idle in self._idle.values() for sandbox in idle] + list(self._busy)
            self._idle, self._busy, self._functions = {}, {}, {}
        for sandbox in running:
            sandbox.stop()

    def log(self, name: str) -> Path:
        """Where a function's sandboxes write."""
        return self._folder / "logs" / f"{name}.log"

    def _taken(self, name: str) -> tuple[Function, Sandbox]:
        with self._lock:
            function = self._functions.get(name)
            if function is None:
                raise FunctionFailed(f"no function {name}")
            running = sum(busy.name == name for busy in self._busy.values())
            if function.concurrency is not None and running >= function.concurrency:
                raise FunctionFailed(f"{name} is throttled: {running} run already")
            self.usage.calls[name] += 1
            idle = self._idle.get(function.version, [])
            sandbox = None
            while idle and sandbox is None:
                candidate = idle.pop()
                if candidate.alive:
                    sandbox = candidate
                else:
                    candidate.stop()
            if sandbox is None:
                self.usage.cold[name] += 1
                sandbox = self._started(function)
            self._busy[sandbox] = function
            return function, sandbox

    def _give_back(self, function: Function, sandbox: Sandbox) -> None:
        with self._lock:
            self._busy.pop(sandbox, None)
            current = self._functions.get(function.name)
            keep = sandbox.alive and not self._stopped and current is not None and current.version == function.version
            if keep:
                self._idle.setdefault(function.version, []).append(sandbox)
        if not keep:
            sandbox.stop()

    def _started(self, function: Function) -> Sandbox:
        root = self._unzipped(function)
        region = function.arn.split(":")[3]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            **self._environment,
            **function.variables,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "rehearsal",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "LAMBDA_TASK_ROOT": str(root),
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",  # /var/task is read-only
            "_HANDLER": function.handler,
        }
        command = [str(self._python), "-m", "awslambdaric", function.handler]
        return Sandbox(command, root, environment, function.arn, self.log(function.name))

    def _unzipped(self, function: Function) -> Path:
        """The code of a function; functions that were deployed from one archive share the folder."""
        safe = function.code_sha256.translate(str.maketrans("+/=", "-__"))
        root = self._folder / "code" / safe
        if not root.exists():
            partial = root.with_name(f"{safe}.part")
            with ZipFile(function.archive) as archive:
                archive.extractall(partial)
            partial.rename(root)
        return root
