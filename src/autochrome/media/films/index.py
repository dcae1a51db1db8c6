"""When every frame of a film is shown and which stand for themselves, found without decoding any of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]
_BY_COUNT = ("avi",)  # containers that number packets and do not know when each is shown


@dataclass(frozen=True, slots=True)
class FilmIndex:
    """The frames of a film in the order they are shown. What decoding will show of a damaged film may differ."""

    times: Ticks  # (N,) ticks of the film's time base, in order
    keys: Ticks  # (K,) those of the frames that need no other

    def place(self, ticks: int) -> int | None:
        """The number of the frame that is shown then; None where none begins."""
        number = int(np.searchsorted(self.times, ticks))
        return number if number < len(self.times) and self.times[number] == ticks else None

    def first_from(self, ticks: float) -> int:
        """The number of the first frame shown at this time or later; of none, how many there are."""
        return int(np.searchsorted(self.times, ticks))

    def key_before(self, ticks: int) -> int | None:
        """When the last frame up to this time is shown that needs no other."""
        place = int(np.searchsorted(self.keys, ticks, side="right"))
        return int(self.keys[place - 1]) if place else None


def index_film(path: str | os.PathLike[str], stream: int) -> FilmIndex | None:
    """Read through the packets of one stream. None where they do not say when they are shown, or cannot be read."""
    try:
        with av.open(os.fspath(path), metadata_errors="replace") as container:
            known = container.format.name not in _BY_COUNT
            found = list(_shown(container, container.streams[stream])) if known else []
    except (av.FFmpegError, OSError, ValueError):
        return None
    if not found or any(pts is None for pts, _ in found):
        return None
    times = np.unique(np.array([pts for pts, _ in found], np.int64))
    keys = np.unique(np.array([pts for pts, key in found if key], np.int64))
    return FilmIndex(times, keys) if len(times) == len(found) and len(keys) else None


def _shown(container: Any, stream: Any) -> Iterator[tuple[int | None, bool]]:
    for packet in container.demux(stream):
        if packet.size and not packet.is_discard:
            yield packet.pts, packet.is_keyframe
