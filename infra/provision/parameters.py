"""From what a person says (environment, platforms, suffix, origins) to template parameters and the stack's
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from infra.provision.errors import TemplateError

PLATFORMS = ("gdx", "opendata", "biz", "citizen")
EMULATED_MAIL = "mail.klang.example"
OPERATOR_ROLE = "klang-operator"
"""The role in which operators work, where no other is named: the template's own default."""


def parameters_for(
    environment: str,
    *,
    suffix: str,
    origins: Iterable[str],
    platforms: Iterable[str] = PLATFORMS,
    mail_domain: str | None = None,
    operator_role: str = OPERATOR_ROLE,
) -> dict[str, str]:
    """Template parameters for these platforms; an emulator's mail domain is `EMULATED_MAIL`.

    Raises `TemplateError` for an unknown one or none at all.
    """
    chosen = set(platforms)
    if not chosen or (chosen - set(PLATFORMS)):
        known, named = ", ".join(PLATFORMS), ", ".join(sorted(chosen)) or "none"
        raise TemplateError(f"platforms must be some of {known}, not {named}")
    enabled = {f"{name.capitalize()}Enabled": "true" if name in chosen else "false" for name in PLATFORMS}
    return {
        "Environment": environment,
        "BucketSuffix": suffix,
        "AllowedOrigins": ",".join(origins),
        "MailDomain": mail_domain or (EMULATED_MAIL if suffix == "local" else ""),
        "OperatorRole": operator_role,
        **enabled,
    }


def stack_name(environment: str, platforms: Iterable[str] = PLATFORMS) -> str:
    """`klang-dev` for all four, `klang-prod-gdx` for one platform alone, as the stages of `chalice` are
    named.
    """
    chosen = [name for name in PLATFORMS if name in set(platforms)]
    return "-".join(["klang", environment, *([] if len(chosen) == len(PLATFORMS) else chosen)])


def checked(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> dict[str, Any]:
    """Values for all declared parameters, defaults filled in and lists split, refused as CloudFormation
    refuses them.
    """
    if unknown := set(given) - set(declared):
        raise TemplateError(f"unknown parameter {', '.join(sorted(unknown))}")
    return {name: _value(name, definition, given) for name, definition in declared.items()}


def _value(name: str, definition: Mapping[str, Any], given: Mapping[str, str]) -> Any:
    value = given.get(name, definition.get("Default"))
    if value is None:
        raise TemplateError(f"parameter {name} is missing")
    if "AllowedValues" in definition and value not in definition["AllowedValues"]:
        raise TemplateError(f"parameter {name}: {value!r} is none of {definition['AllowedValues']}")
    if "AllowedPattern" in definition and not re.fullmatch(definition["AllowedPattern"], value):
        raise TemplateError(f"parameter {name}: {value!r} does not match {definition['AllowedPattern']}")
    match definition["Type"]:
        case "String":
            return value
        case "CommaDelimitedList":
            return [part.strip() for part in value.split(",")]
        case other:
            raise TemplateError(f"parameter {name}: unknown type {other}")
