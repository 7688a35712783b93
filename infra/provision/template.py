"""Reads a CloudFormation template (YAML with the short intrinsics) into plain data.

The short form `!Sub x` becomes `{"Fn::Sub": x}`, as CloudFormation itself reads it (User Guide, "Intrinsic
function reference").
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.provision.errors import TemplateError

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"

_SECTIONS = {"AWSTemplateFormatVersion", "Description", "Parameters", "Conditions", "Resources", "Outputs"}
_ATTRIBUTES = {"Type", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Properties"}


@dataclass(frozen=True)
class Resource:
    """One entry of `Resources`, its intrinsics still unresolved."""

    logical_id: str
    type: str
    properties: dict[str, Any]
    condition: str | None
    depends_on: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A template as data.

    `text` is what CloudFormation gets: JSON, for it takes 51,200 bytes at most without a bucket (quotas, "Template body
    size"), and comments, indents and short tags are nothing to it.
    """

    text: str
    parameters: dict[str, dict[str, Any]]
    conditions: dict[str, Any]
    resources: dict[str, Resource]
    outputs: dict[str, dict[str, Any]]


class _Loader(yaml.SafeLoader):
    """SafeLoader that also knows the `!Function` tags; a class of its own, so that no other YAML reader
    learns them.
    """


def _tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise TemplateError(f"!{suffix}: cannot read {node}")


_Loader.add_multi_constructor("!", _tag)


def load_template(path: Path = TEMPLATE) -> Template:
    """Read `path`. Raises `TemplateError` for sections or attributes that the applier would ignore."""
    return parse_template(path.read_text(encoding="utf-8"))


def parse_template(text: str) -> Template:
    """As `load_template`, from the text itself."""
    document = yaml.load(text, _Loader)  # noqa: S506 - _Loader is a SafeLoader with the short intrinsics
    return template_of(document)


def template_of(document: dict[str, Any]) -> Template:
    """As `load_template`, of a document that was read or made already."""
    if unknown := set(document) - _SECTIONS:
        raise TemplateError(f"unknown section {', '.join(sorted(unknown))}")
    resources = {name: _resource(name, body) for name, body in document["Resources"].items()}
    return Template(
        text=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        parameters=document.get("Parameters", {}),
        conditions=document.get("Conditions", {}),
        resources=resources,
        outputs=document.get("Outputs", {}),
    )


def _resource(logical_id: str, body: dict[str, Any]) -> Resource:
    if unknown := set(body) - _ATTRIBUTES:
        raise TemplateError(f"{logical_id}: unknown attribute {', '.join(sorted(unknown))}")
    depends = body.get("DependsOn", ())
    return Resource(
        logical_id=logical_id,
        type=body["Type"],
        properties=body.get("Properties", {}),
        condition=body.get("Condition"),
        depends_on=(depends,) if isinstance(depends, str) else tuple(depends),
    )
