"""What watches a platform: alarms, dashboards and log queries, made from tables here into a CloudFormation stack.

The stack `klang-<environment>-<platform>-watching` is one of its own and keeps nothing, so it can be changed or deleted
at any time without touching tables and keys. Nothing of it is written by hand: `python -m infra.watching STAGE` shows
it.
"""

from infra.watching.alarms import alarms_of
from infra.watching.model import Alarm, Composite, Series
from infra.watching.template import document, stack_name, template

__all__ = ["Alarm", "Composite", "Series", "alarms_of", "document", "stack_name", "template"]
