"""What Klang's start is compared with: the least that Chalice can be, and the same routes in FastAPI.

Both are made as a package is: one folder with its libraries and their byte code (never compared with times), run by
Lambda's Python. boto3 is the one that Lambda's runtime brings.
"""

from __future__ import annotations

import json
import keyword
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infra.package.tools import CACHE, PACKAGING, PROJECT, prepared_python

LIBRARIES = ("fastapi==0.165.0", "mangum==0.22.0")
"""What FastAPI needs to answer API Gateway, besides pydantic, whose version is Klang's."""

FLOOR = """\
import boto3
from chalice.app import Chalice

app = Chalice("floor", configure_logs=False)
dynamodb = boto3.client("dynamodb")


@app.route("/item")
def item():
    key = {{"pk": {{"S": "none"}}, "sk": {{"S": "none"}}}}
    return dynamodb.get_item(TableName="{table}", Key=key).get("Item", {{}})
"""

RIVAL = """\
from typing import Any, Optional, Union
import boto3
from fastapi import Body, FastAPI, Path, Query
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field

api = FastAPI(openapi_url=None)
dynamodb = boto3.client("dynamodb")


@api.get("/item")
def item():
    key = {{"pk": {{"S": "none"}}, "sk": {{"S": "none"}}}}
    return dynamodb.get_item(TableName="{table}", Key=key).get("Item", {{}})

{models}
{routes}
app = Mangum(api, lifespan="off")
"""

_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None", "object": "dict"}


def floor(folder: Path, table: str, chalice: Path) -> Path:
    """Bare Chalice with one boto3 client and one GetItem, in `folder`; `chalice` is the runtime as a package has it."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(chalice, folder / "chalice")
    (folder / "app.py").write_text(FLOOR.format(table=table), encoding="utf-8")
    _compile(folder)
    return folder


def fastapi(folder: Path, table: str, document: Mapping[str, Any]) -> Path:
    """FastAPI under Mangum with the routes and models of an OpenAPI document, and the GetItem of the floor."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_libraries(), folder)
    source = RIVAL.format(table=table, models="\n".join(models(document)), routes="\n".join(routes(document)))
    (folder / "app.py").write_text(source, encoding="utf-8")
    _compile(folder)
    return folder


def _libraries() -> Path:
    """FastAPI, Mangum and what they need, for Lambda's Python; installed once."""
    pins = (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    wanted = [*LIBRARIES, *(line for line in pins if line.startswith("pydantic=="))]
    folder = CACHE / f"rival-{'-'.join(wanted).replace('==', '-')}"
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [str(prepared_python(PACKAGING)), "-m", "pip", "install", "-qq", "--no-compile"]
        subprocess.run([*pip, "--target", str(unfinished), *wanted], check=True)
        unfinished.rename(folder)
    return folder


def _compile(folder: Path) -> None:
    command = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run([str(prepared_python(PACKAGING)), *command], check=True)


def models(document: Mapping[str, Any]) -> Iterable[str]:
    """The document's schemas as pydantic classes."""
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    for name, schema in schemas.items():
        if "properties" not in schema:
            yield f"{_name(name)} = Any"
            continue
        yield f"class {_name(name)}(BaseModel):"
        strict = ', extra="forbid"' if schema.get("additionalProperties") is False else ""
        yield f"    model_config = ConfigDict(frozen=True{strict})"
        needed = set(schema.get("required", ()))
        for field, part in schema["properties"].items():
            own = f"f_{_name(field)}"
            limits = [f"{word}={part[given]!r}" for given, word in _LIMITS.items() if given in part]
            first = "..." if field in needed else "None"
            kind = _kind(part) if field in needed else f"Optional[{_kind(part)}]"
            yield f"    {own}: {kind!r} = Field({', '.join([first, f'alias={field!r}', *limits])})"


_LIMITS = {"minLength": "min_length", "maxLength": "max_length", "minItems": "min_length", "maxItems": "max_length"}


def routes(document: Mapping[str, Any]) -> Iterable[str]:
    """The document's operations as FastAPI's, each with what it takes and answers; none does anything."""
    number = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method not in ("get", "post", "put", "patch", "delete", "head", "options"):
                continue
            number += 1
            takes = [f"{name}: str" for name in re.findall(r"{(\w+)\+?}", path)]
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    kind = _kind(parameter["schema"])
                    takes.append(
                        f"q_{_name(parameter['name'])}: Optional[{kind}] = Query(None, alias={parameter['name']!r})"
                    )
            sent = _schema(operation.get("requestBody", {}))
            if sent:
                takes.append(f"body: {_kind(sent)} = Body(...)")
            told = _schema(operation["responses"].get("200") or operation["responses"].get("201") or {})
            shown = f", response_model={_kind(told)}" if told else ", response_model=None"
            where = re.sub(r"{(\w+)\+}", r"{\1:path}", path)
            yield f"@api.api_route({where!r}, methods=[{method.upper()!r}]{shown})"
            yield f"def operation_{number}({', '.join(sorted(takes, key=lambda each: '=' in each))}):"
            # what is measured is what it costs to have them; the one that is asked stands apart from these
            yield "    raise NotImplementedError"


def _schema(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    schema: Mapping[str, Any] | None = part.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"].rpartition("/")[2])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return f"Union[{', '.join(dict.fromkeys(_kind(each) for each in choices))}]"
    if schema.get("type") == "array":
        return f"list[{_kind(schema.get('items', {}))}]"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"dict[str, {_kind(schema['additionalProperties'])}]"
    return _TYPES.get(str(schema.get("type")), "Any")


def _name(text: str) -> str:
    plain = re.sub(r"\W", "_", text)
    return f"{plain}_" if keyword.iskeyword(plain) or plain[:1].isdigit() else plain


def of_platform(document: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The part of Klang's OpenAPI document that one package serves, with the schemas that it names."""
    served = set(paths)
    chosen = {path: operations for path, operations in document["paths"].items() if path in served}
    schemas, wanted = document["components"]["schemas"], set[str]()
    waiting = _named(chosen)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting |= _named(schemas[name])
    kept = {name: schema for name, schema in schemas.items() if name in wanted}
    return {"paths": chosen, "components": {"schemas": kept}}


def _named(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(part)))
