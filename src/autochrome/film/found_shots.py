"""The shots of a film, found once and stored beside its parts, so that several processes can colour runs of them."""

import io
import json
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.files import atomic_write
from autochrome.film.cuts import CutSource, mark_shots
from autochrome.film.proxy import make_proxy
from autochrome.media.films import FilmIndex, FilmReader
from autochrome.media.films.writer import part_ends
from autochrome.parallel import prefetch

SHOTS_FILE = "shots.npz"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of shots: the frames that one worker colours. It begins with a shot, and with a part of the film."""

    first: int  # number of the first frame
    stop: int  # number of the first frame after it
    start: float  # seconds, of the first frame
    end: float | None  # seconds, of the first frame after it; None: the film ends


@dataclass(frozen=True, slots=True)
class FoundShots:
    """Every frame of a film, or of the section that is coloured: when it is shown, and whether it begins a shot."""

    first: int  # number of the first frame
    times: NDArray[np.int64]  # (N,) ticks
    durations: NDArray[np.int64]  # (N,) ticks; 0: unknown
    cuts: tuple[int, ...]  # numbers of the frames that begin a shot
    index: FilmIndex | None  # of the whole film
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    @property
    def stop(self) -> int:
        """The number after that of the last frame."""
        return self.first + len(self.times)

    @property
    def can_be_split(self) -> bool:
        """Whether a reader that begins in the middle gives the same frames with the same numbers."""
        if self.index is None or self.losses:
            return False
        return np.array_equal(self.times, self.index.times[self.first : self.stop])

    @property
    def shown(self) -> dict[int, tuple[int, int]]:
        """Number of each frame → its time and duration in ticks."""
        pairs = zip(self.times.tolist(), self.durations.tolist(), strict=True)
        return dict(enumerate(pairs, self.first))

    def save(self, folder: Path) -> None:
        """Store them in the folder of the parts."""
        words = json.dumps([self.first, self.notes, self.losses])
        arrays: dict[str, Any] = {
            "times": self.times,
            "durations": self.durations,
            "cuts": np.array(self.cuts),
        }
        if self.index:
            arrays |= {"all_times": self.index.times, "keys": self.index.keys}
        buffer = io.BytesIO()
        np.savez(buffer, words=np.array(words), **arrays)
        atomic_write(folder / SHOTS_FILE, buffer.getvalue())


def load_shots_of(folder: Path) -> FoundShots | None:
    """Those that were stored in the folder of the parts; None if there are none."""
    try:
        with np.load(folder / SHOTS_FILE, allow_pickle=False) as stored:
            first, notes, losses = json.loads(str(stored["words"]))
            index = FilmIndex(stored["all_times"], stored["keys"]) if "keys" in stored else None
            cuts = tuple(stored["cuts"].tolist())
            return FoundShots(
                first, stored["times"], stored["durations"], cuts, index, tuple(notes), tuple(losses)
            )
    except (OSError, ValueError, KeyError):
        return None


def find_all_shots(reader: FilmReader, cut_source: CutSource) -> FoundShots:
    """Read a film once, and find its shots."""
    first, cuts = None, []
    times, durations = list[int](), list[int]()
    with closing(prefetch(map(make_proxy, reader))) as proxies:
        for proxy, begins_shot in mark_shots(proxies, cut_source):
            frame = proxy.frame
            first = frame.index if first is None else first
            times.append(frame.pts)
            durations.append(frame.decoded.duration or 0)
            if begins_shot:
                cuts.append(frame.index)
    if first is None:
        raise UsageError(f"{reader.path}: the film has no frame between the start and the end.")
    ticks = np.array(times, np.int64), np.array(durations, np.int64)
    return FoundShots(first, *ticks, tuple(cuts), reader.index(), reader.notes, reader.losses)


def cut_runs(found: FoundShots, time_base: Fraction, seconds: float) -> list[Run]:
    """Runs of whole shots of at least this length. Each ends where a part of the film ends with a shot."""
    cuts, times = frozenset(found.cuts), found.times.tolist()
    edges, part, run = [0], 0, 0
    for number, ticks in enumerate(times):
        begins_shot = found.first + number in cuts
        if number > part and part_ends((ticks - times[part]) * time_base, begins_shot):
            part = number
            if begins_shot and (ticks - times[run]) * time_base >= seconds:
                edges.append(number)
                run = number
    edges.append(len(times))
    return [
        Run(
            found.first + begin,
            found.first + end,
            float(times[begin] * time_base),
            float(times[end] * time_base) if end < len(times) else None,
        )
        for begin, end in pairwise(edges)
    ]
