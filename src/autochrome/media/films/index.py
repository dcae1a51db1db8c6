"""When each frame of a film is shown, and which are key frames: read from the packets, without decoding."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from autochrome.media.films.clock import FROM_ZERO, Clock, ClockStart
from autochrome.media.films.containers import open_container

Ticks = NDArray[np.int64]
_WITHOUT_TIMES = ("avi", "mxf")  # containers that number packets and do not store when each is shown


@dataclass(frozen=True, slots=True)
class FilmIndex:
    """The frames of a film in the order of display. Decoding a damaged film may give other frames."""

    times: Ticks  # (N,) ticks of the film's time base, ascending
    keys: Ticks  # (K,) those of the key frames, which need no other frame

    def frame_at(self, ticks: int) -> int | None:
        """The number of the frame that begins at this time; None if no frame does."""
        number = int(np.searchsorted(self.times, ticks))
        return number if number < len(self.times) and self.times[number] == ticks else None

    def first_from(self, ticks: float) -> int:
        """The number of the first frame at this time or later; the number of all frames if there is none."""
        return int(np.searchsorted(self.times, ticks))

    def key_before(self, ticks: int) -> int | None:
        """The time of the last key frame at this time or earlier."""
        count = int(np.searchsorted(self.keys, ticks, side="right"))
        return int(self.keys[count - 1]) if count else None


def index_film(path: str | os.PathLike[str], stream: int, start: ClockStart = FROM_ZERO) -> FilmIndex | None:
    """Read all packets of one stream. None if they have no times, or cannot be read. start: our time 0."""
    try:
        with open_container(path) as container:
            has_times = container.format.name not in _WITHOUT_TIMES
            packets = list(_read_packets(container, container.streams[stream], start)) if has_times else []
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return None
    if not packets or any(pts is None for pts, _ in packets):
        return None
    times = np.unique(np.array([pts for pts, _ in packets], np.int64))
    keys = np.unique(np.array([pts for pts, is_key in packets if is_key], np.int64))
    return FilmIndex(times, keys) if len(times) == len(packets) and len(keys) else None


def _read_packets(container: Any, stream: Any, start: ClockStart) -> Iterator[tuple[int | None, bool]]:
    """The time of each packet, and whether it is a key frame."""
    clock = Clock(start, stream.time_base)
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard:
            yield clock.ticks(packet.pts), packet.is_keyframe
