"""The clock of a film: transport and program streams begin at any time, and turn over after 26.5 hours."""

from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Any

_RUNNING = ("mpegts", "mpeg")  # containers whose clock runs on from film to film
_TURN = 1 << 33  # ticks after which it begins again
_NEAR = 10  # seconds: sound that begins so much earlier than the first picture belongs to the film
_NUMBERED = ("avi", "mxf")  # containers that number packets, and seldom store when each is shown


@dataclass(frozen=True, slots=True)
class ClockStart:
    """Where our time 0 lies on the clock of the file: at the first picture where the clock runs on, else at its 0."""

    seconds: Fraction = Fraction(0)
    lead: Fraction = Fraction(0)  # seconds by which sound begins before the first picture
    running: bool = False


FROM_ZERO = ClockStart()
"""The clock of the file is ours."""


def find_start(container: Any, stream: Any) -> ClockStart:
    """The start of the clock of an open film; stream: its frames."""
    if container.format.name not in _RUNNING or stream.start_time is None:
        return FROM_ZERO
    first = stream.start_time * Fraction(stream.time_base)
    starts = [
        s.start_time * Fraction(s.time_base) for s in container.streams.audio if s.start_time is not None
    ]
    lead = max((first - start for start in starts if 0 < first - start < _NEAR), default=Fraction(0))
    return ClockStart(first, lead, running=True)


class Clock:
    """The times of one stream, counted from our time 0."""

    def __init__(self, start: ClockStart, time_base: Fraction) -> None:
        self._zero = round(start.seconds / time_base)
        self._turns = start.running
        self._last: int | None = None

    def ticks(self, raw: int | None) -> int | None:
        """Ticks on the clock of the file → ticks from our time 0."""
        if raw is None:
            return None
        if self._turns and self._last is not None:
            raw += _TURN * round((self._last - raw) / _TURN)
        self._last = raw
        return raw - self._zero

    def raw_ticks(self, ticks: int) -> int:
        """Ticks from our time 0 → ticks on the clock of the file, for a jump."""
        return ticks + self._zero


class DisplayOrder:
    """When each frame is shown, in a container that stores only the order of decoding.

    Such a film has a constant rate: the first frame shown takes the time of the first packet, and so on. FFmpeg itself
    guesses, and puts frames that are stored out of order (B-frames) at wrong times.
    """

    def __init__(self, container: Any, *, keys_only: bool) -> None:
        """keys_only: the decoder gives key frames only."""
        self._used = container.format.name in _NUMBERED
        self._guessed = container.format.name == "avi"  # FFmpeg guesses the times of display there
        self._keys_only = keys_only
        self._waiting: list[int] = []  # a heap

    def add(self, packet: Any) -> None:
        """A packet goes into the decoder."""
        ticks = self._ticks(packet)
        if self._used and ticks is not None and (packet.is_keyframe or not self._keys_only):
            heappush(self._waiting, ticks)

    def drop(self, packet: Any) -> None:
        """A packet was refused, and gives no frame."""
        if packet is not None and (ticks := self._ticks(packet)) in self._waiting:
            self._waiting.remove(ticks)
            heapify(self._waiting)

    def _ticks(self, packet: Any) -> int | None:
        ticks: int | None = packet.dts if self._guessed or packet.pts is None else packet.pts
        return ticks

    def time_of(self, av_frame: Any) -> int | None:
        """Ticks at which the next decoded frame is shown."""
        ticks: int | None = heappop(self._waiting) if self._waiting else av_frame.pts
        return ticks
