"""Message move tasks: a dead-letter queue is emptied into the queues that its messages came from (moto 5.2.5 has none).

StartMessageMoveTask works at once here, where AWS takes its time; ListMessageMoveTasks tells of it afterwards. Only a
queue that is some queue's dead-letter queue can be moved (API Reference, StartMessageMoveTask).
"""

from __future__ import annotations

import uuid
from typing import Any
from weakref import WeakKeyDictionary

from moto.core.responses import ActionResult
from moto.core.utils import unix_time_millis
from moto.sqs.exceptions import InvalidParameterValue, QueueDoesNotExist
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

_tasks: WeakKeyDictionary[SQSBackend, list[dict[str, Any]]] = WeakKeyDictionary()


def install() -> None:
    """Remember where a dead message came from, and add the two operations."""
    add = Queue.add_message
    receive = SQSBackend.receive_message

    def receive_message(self: SQSBackend, queue_name: str, *args: Any, **kwargs: Any) -> list[Message]:
        queue = self.get_queue(queue_name)
        for message in queue._messages:
            message.__dict__.setdefault("came_from", queue.queue_arn)
        return receive(self, queue_name, *args, **kwargs)

    def start_message_move_task(self: SQSResponse) -> ActionResult:
        return ActionResult(_move(self.sqs_backend, self._get_param("SourceArn"), self._get_param("DestinationArn")))

    def list_message_move_tasks(self: SQSResponse) -> ActionResult:
        source = _queue(self.sqs_backend, self._get_param("SourceArn")).queue_arn
        told = [task for task in _tasks.get(self.sqs_backend, ()) if task["SourceArn"] == source]
        return ActionResult({"Results": told[::-1][: int(self._get_param("MaxResults") or 1)]})

    def _move(backend: SQSBackend, source: str, destination: str | None) -> dict[str, str]:
        dead = _queue(backend, source)
        sources = [queue for queue in backend.queues.values() if queue.dead_letter_queue is dead]
        if not sources:
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        by_arn = {queue.queue_arn: queue for queue in backend.queues.values()}
        moved, dead._messages = list(dead._messages), []
        dead._pending_messages.clear()
        for message in moved:
            message.approximate_receive_count, message.visible_at = 0, 0.0
            came_from = by_arn.get(message.__dict__.get("came_from", ""), sources[0])
            add(by_arn[destination] if destination else came_from, message)
        task = {
            "TaskHandle": str(uuid.uuid4()),
            "Status": "COMPLETED",
            "SourceArn": source,
            "ApproximateNumberOfMessagesMoved": len(moved),
            "ApproximateNumberOfMessagesToMove": len(moved),
            "StartedTimestamp": int(unix_time_millis()),
        }
        _tasks.setdefault(backend, []).append(task)
        return {"TaskHandle": str(task["TaskHandle"])}

    SQSBackend.receive_message = receive_message  # type: ignore[method-assign] # the mend
    SQSResponse.start_message_move_task = start_message_move_task  # type: ignore[attr-defined] # the mend
    SQSResponse.list_message_move_tasks = list_message_move_tasks  # type: ignore[attr-defined] # as above


def _queue(backend: SQSBackend, arn: str) -> Queue:
    for queue in backend.queues.values():
        if queue.queue_arn == arn:
            return queue
    raise QueueDoesNotExist
