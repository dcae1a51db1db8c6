"""Events of the studio, sent to every listener. A listener that reads too slowly is dropped, so no one waits for it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

from autochrome.studio.errors import TooMany
from autochrome.studio.schemas import Job, Project

_QUEUED = 256  # events that may wait for one listener
_PING = 15  # seconds between two signs of life
_SEND_TIMEOUT = 30.0  # seconds in which a listener reads nothing
_RETRY = 2000  # milliseconds until a browser connects again

Event = partial(ServerSentEvent, sep="\n")


class Events:
    """Any thread publishes; listeners read in the event loop that called `open`."""

    def __init__(self, limit: int) -> None:
        """limit: listeners at a time."""
        self._limit = limit
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[ServerSentEvent | None]] = set()

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        """End the streams of all listeners."""
        self._schedule(None)

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to all listeners. It is lost while the event loop does not run."""
        self._schedule(Event(json.dumps(data, ensure_ascii=False), event=kind))

    def publish_project(self, project: Project) -> None:
        self.publish("project", project.model_dump(mode="json"))

    def publish_job(self, job: Job) -> None:
        self.publish("job", job.model_dump(mode="json"))

    def listen(self) -> AsyncGenerator[ServerSentEvent, None]:
        """The events from now on. Raises `TooMany` where enough clients listen already."""
        if len(self._listeners) >= self._limit:
            raise TooMany(f"{self._limit} clients listen already; close another page first.")
        return self._stream()

    def respond(self) -> EventSourceResponse:
        """The HTTP response that sends the events from now on."""
        return EventSourceResponse(
            self.listen(),
            sep="\n",
            ping=_PING,
            ping_message_factory=lambda: Event(comment="ping"),
            send_timeout=_SEND_TIMEOUT,
        )

    async def _stream(self) -> AsyncGenerator[ServerSentEvent, None]:
        queue: asyncio.Queue[ServerSentEvent | None] = asyncio.Queue(_QUEUED)
        self._listeners.add(queue)  # not earlier: a stream that never starts never ends either
        try:
            yield Event(retry=_RETRY)
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._listeners.discard(queue)

    def _schedule(self, event: ServerSentEvent | None) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: ServerSentEvent | None) -> None:
        for queue in tuple(self._listeners):
            if queue.full():  # too slow: its stream ends, and its page may connect again
                self._listeners.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)
