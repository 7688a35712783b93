"""One definition, two roads: `infra/template.yaml` goes to AWS by CloudFormation (`deploy`) and to an
emulator by boto3 (`apply`).

The emulators' own CloudFormation silently skips half of the resource types (moto 5.2.5), so the second road
reads the same file itself, and refuses by name every type or property that it cannot put in place.
"""

from infra.provision.apply import Outcome, apply, plan_for
from infra.provision.errors import ProvisionError, TemplateError
from infra.provision.parameters import PLATFORMS, parameters_for, stack_name
from infra.provision.template import TEMPLATE, Template, load_template

__all__ = [
    "PLATFORMS",
    "TEMPLATE",
    "Outcome",
    "ProvisionError",
    "Template",
    "TemplateError",
    "apply",
    "load_template",
    "parameters_for",
    "plan_for",
    "stack_name",
]
