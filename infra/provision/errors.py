"""What can go wrong while provisioning; every message names the resource and the property."""


class ProvisionError(Exception):
    """The template cannot be put in place as it is written."""


class TemplateError(ProvisionError):
    """The template itself is wrong: unknown intrinsic, dangling reference, cycle, missing or refused
    parameter.
    """


class UnknownType(ProvisionError):
    """A resource type that the applier cannot create; skipping it would make the emulator a lie."""


class UnknownProperty(ProvisionError):
    """A property that the applier would not put in place."""


class CannotChange(ProvisionError):
    """The existing resource differs in something that can only be set at creation (CloudFormation would
    replace it).
    """


class DeployError(ProvisionError):
    """CloudFormation refused or rolled back; the message carries its own words."""
