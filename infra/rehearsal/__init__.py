"""The rehearsal: platform stages really deployed into a local cloud, and the deployed packages really run.

`chalice deploy` speaks to an emulator; what it deployed is read back from there and runs under AWS's own runtime
client with the stage's own variables, called by an API Gateway stand-in, by queues and by schedules.
"""

from infra.rehearsal.rehearsal import Rehearsal, RehearsalFailed

__all__ = ["Rehearsal", "RehearsalFailed"]
