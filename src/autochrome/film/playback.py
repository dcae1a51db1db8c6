"""Play one shot at once: its frames in order, as drafts where the colours of the export are late.

A draft comes from the same painter and the same memory, which start at the first frame that is played, look only a few
frames ahead and know no hints. Meanwhile a thread settles the shot from its first frame on, as an export does. Frames
that were shown as drafts follow once more with their settled colours.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from threading import Event, Lock, Thread

import numpy as np
from numpy.typing import NDArray

from autochrome.film.inspect import FilmInspector
from autochrome.film.painters import choose_painter, new_memory
from autochrome.film.proxy import ProxyFrame, make_proxy
from autochrome.film.shot_run import ShotRun
from autochrome.hints.source import HintsSource
from autochrome.options import FilmOptions
from autochrome.types import Chroma, Frame

_LOOKAHEAD = 4  # frames that a draft looks ahead
# drafts are made so many frames before their time, so that settling has the rest of the time
_DRAFTS_AHEAD = 12
_SETTLED_AHEAD = 120  # frames that are settled before they are played
_STEP = 4  # frames that are settled in one go; a stroke waits for as long
_PAUSE = 0.002  # seconds between two steps, in which others may take the lock
_IDLE = 0.02  # seconds between two looks whether there is something to settle


@dataclass(frozen=True, slots=True)
class PlayedFrame:
    number: int
    settled: bool  # as in the finished film; False: a draft, the settled frame follows later
    picture: NDArray[np.uint8]  # (h, w, 3) sRGB, upright


class ShotPlayback:
    """Plays a part of one shot, frame by frame. `close` ends it; any thread may call it."""

    def __init__(
        self,
        film: FilmInspector,
        lock: Lock,
        part: tuple[int, int],
        hints: HintsSource | None,
        firsts: Sequence[int] | None,
        width: int,
        options: FilmOptions,
    ) -> None:
        """lock: held while the film is used. part: its first frame and its stop, inside one shot.

        firsts: the first frame of every shot, if they are known. width: pixels of the longer side.
        """
        self._film, self._lock, self._options, self._width = film, lock, options, width
        self._hints, self._firsts = hints, firsts
        (self._position, self._stop), self._start = part, part[0]
        self._run: ShotRun | None = None
        self._shot_first = 0
        self._error: Exception | None = None
        self._shown = Event()  # the first frame is out; until then the machine works for it alone
        self._closed = Event()
        self._settler = Thread(target=self._settle, daemon=True)

    def close(self) -> None:
        self._closed.set()
        self._shown.set()

    def play(self) -> Generator[PlayedFrame | None]:
        """The frames in order, then those that were drafts once more. None: nothing is due yet, ask again soon."""
        self._settler.start()
        began = time.monotonic()
        drafts: list[int] = []
        try:
            for frame, chroma, settled in self._color(self._film.read(self._start, self._stop)):
                while not settled and self._is_early(frame.index, began):
                    yield None
                    chroma, settled = self._better(frame.index, chroma)
                yield self._render(frame, chroma, settled)
                self._shown.set()
                self._position = frame.index + 1
                if not settled:
                    drafts.append(frame.index)
                elif drafts and self._is_early(frame.index, began):
                    yield from self._refine(drafts)
                    drafts = []
            yield from self._refine(drafts)
        finally:
            self.close()

    def _refine(self, drafts: Sequence[int]) -> Generator[PlayedFrame | None]:
        """The same frames with settled colours, as far as they can be read."""
        if not drafts:
            return
        wanted = set(drafts)
        self._position = drafts[0]
        with closing(self._film.read(drafts[0], drafts[-1] + 1)) as frames:
            for frame in frames:
                if frame.index not in wanted:
                    continue
                while (chroma := self._settled(frame.index)) is None:
                    if self._run is not None and self._run.ended:
                        return
                    yield None
                yield self._render(frame, chroma, settled=True)

    def _color(self, frames: Generator[Frame]) -> Iterator[tuple[Frame, Chroma, bool]]:
        """Each frame with its chroma, and whether that is settled."""
        with closing(frames):
            for frame in frames:
                chroma = self._settled(frame.index)
                if chroma is not None:
                    yield frame, chroma, True
                else:
                    yield from self._draft(chain((frame,), frames))

    def _draft(self, frames: Iterator[Frame]) -> Iterator[tuple[Frame, Chroma, bool]]:
        """The same with drafts, up to the next frame that is settled."""

        def unsettled() -> Iterator[ProxyFrame]:
            for frame in chain((first,), frames):
                yield make_proxy(frame)
                if self._settled(frame.index + 1) is not None:
                    return

        first = next(frames)
        memory = new_memory(self._options, first.y_plane.nbytes, lookahead=_LOOKAHEAD)
        painter = choose_painter(self._film.network, self._options, self._film.facts.turn)
        for proxy, chroma, _ in painter.paint_shot(unsettled(), memory):
            yield proxy.frame, *self._better(proxy.frame.index, chroma)

    def _render(self, frame: Frame, chroma: Chroma, settled: bool) -> PlayedFrame:
        return PlayedFrame(frame.index, settled, self._film.render(frame, chroma, self._width))

    def _better(self, number: int, draft: Chroma) -> tuple[Chroma, bool]:
        """The settled chroma of a frame and True, or the draft and False."""
        settled = self._settled(number)
        return (draft, False) if settled is None else (settled, True)

    def _settled(self, number: int) -> Chroma | None:
        if self._error is not None:
            raise self._error
        return None if self._run is None else self._run.chroma(number - self._shot_first)

    def _is_early(self, number: int, began: float) -> bool:
        elapsed = (time.monotonic() - began) * float(self._film.facts.rate)
        return number - self._start > _DRAFTS_AHEAD + elapsed

    def _settle(self) -> None:
        """Settle the shot, a little ahead of the frame that is played. Runs on a thread of its own."""
        try:
            with self._lock:
                run = self._open_run()
            self._shown.wait()
            while not self._closed.is_set():
                with self._lock:
                    if run.has_dropped(self._position - self._shot_first):
                        run = self._open_run()
                    busy = self._settle_some(run)
                time.sleep(_PAUSE if busy else _IDLE)
        except Exception as error:  # it is raised where the frames are taken
            self._error = error

    def _settle_some(self, run: ShotRun) -> bool:
        """Settle the next frames; False if none is wanted now."""
        ahead = run.settled - (self._position - self._shot_first)
        return ahead <= _SETTLED_AHEAD and all(run.settle_next() for _ in range(_STEP))

    def _open_run(self) -> ShotRun:
        """The shot with its hints, and what is settled of it already."""
        self._shot_first, _ = self._film.span(self._start, self._firsts, self._options)
        self._run = self._film.run(self._position, self._hints, self._firsts, self._options)
        return self._run
