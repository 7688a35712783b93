"""In which order resources can be made: what is referred to comes first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from graphlib import CycleError, TopologicalSorter

from infra.provision.errors import TemplateError
from infra.provision.intrinsics import names_in
from infra.provision.template import Resource


def in_order(resources: Collection[Resource], known: Iterable[str]) -> list[Resource]:
    """`resources` sorted by DependsOn and by reference. `known` are names that exist without being made:
    parameters, pseudo ones.

    Raises `TemplateError` for a cycle, and for a name that is neither known nor among the resources: a
    resource whose condition is false is not among them, so a reference to it is found here and not half way
    through.
    """
    by_name = {resource.logical_id: resource for resource in resources}
    allowed = {*known, *by_name, "AWS::NoValue"}
    graph: dict[str, set[str]] = {}
    for name, resource in by_name.items():
        wanted = {*resource.depends_on, *names_in(resource.properties)}
        if dangling := wanted - allowed:
            raise TemplateError(f"{name} refers to {', '.join(sorted(dangling))}, which will not exist")
        graph[name] = {other for other in wanted if other in by_name}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise TemplateError(f"cycle: {' -> '.join(error.args[1])}") from None
