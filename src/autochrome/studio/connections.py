"""Connections that send no complete request are closed: uvicorn itself waits for the rest of a header without end."""

import asyncio
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADER_PATIENCE = 15.0
"""Seconds for the header of a request, from the first byte on or from the beginning of the connection."""


class PatientProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # its base has no types
    """uvicorn's protocol with a time limit for headers."""

    def connection_made(self, transport: Any) -> None:
        """A client has connected."""
        self._waiting: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Some bytes have come."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Wait for the end of a header, unless a request is being answered."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._waiting is None:
            self._waiting = self.loop.call_later(HEADER_PATIENCE, self._close_if_waiting)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _close_if_waiting(self) -> None:
        self._waiting = None
        if (self.cycle is None or self.cycle.response_complete) and not self.transport.is_closing():
            self.transport.close()
