"""What happens, told to whoever listens. Who listens too slowly is dropped; nobody waits for anybody."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from autochrome.studio.errors import TooMany

_WAITING = 256  # events that may wait for one listener
_PING = 15.0  # seconds of silence before a sign of life
_STUCK = 30.0  # seconds in which a listener takes nothing


class Events:
    """Published from any thread, heard in the loop that `open` was called in."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[str | None]] = set()

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()

    def publish(self, kind: str, data: dict[str, Any]) -> None:
        """Tell everybody. Before the loop runs, and after it, there is nobody."""
        text = f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        self._soon(text)

    def close(self) -> None:
        """Everybody's stream ends."""
        self._soon(None)

    def listen(self) -> AsyncIterator[str]:
        """What is told from now on, as lines of an event stream."""
        if len(self._listeners) >= self._most:
            raise TooMany(f"{self._most} listen already; close another page first.")
        return self._stream()

    async def _stream(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str | None] = asyncio.Queue(_WAITING)
        self._listeners.add(queue)  # here, not before: a stream that never began is never ended either
        try:
            yield "retry: 2000\n\n"
            while True:
                try:
                    text = await asyncio.wait_for(queue.get(), _PING)
                except TimeoutError:
                    text = ": ping\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._listeners.discard(queue)

    def _soon(self, text: str | None) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._put, text)

    def _put(self, text: str | None) -> None:
        for queue in tuple(self._listeners):
            if queue.full():  # too slow: its stream ends, and its page may come again
                self._listeners.discard(queue)
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)
            else:
                queue.put_nowait(text)


class EventStream(StreamingResponse):
    """A stream whose listener is given up when it takes nothing for a while."""

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        async def patiently(message: Message) -> None:
            await asyncio.wait_for(send(message), _STUCK)

        try:
            await super().stream_response(patiently)
        finally:
            if hasattr(self.body_iterator, "aclose"):
                await self.body_iterator.aclose()
