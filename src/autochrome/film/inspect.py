"""Inspect a film before or after it is coloured: single frames, and one shot after the other."""

import os
from bisect import bisect_right
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.files import Closeable
from autochrome.film.colored_frame import render_frame
from autochrome.film.cuts import CutSource, choose_cuts, mark_shots
from autochrome.film.open_shot import OpenShot
from autochrome.film.painters import open_network
from autochrome.film.proxy import ProxyFrame, make_proxy
from autochrome.film.recall import RecallingNetwork, Recent
from autochrome.film.shot_run import ShotRun
from autochrome.hints.source import HintsSource, open_hints
from autochrome.media.films import FilmFacts, open_film
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.types import Chroma, Floats, Frame

_FRAMES = 8  # full-size frames that are kept
_SHOTS = 4  # shots that are kept open
_SEARCHED = 1000  # frames before and after a frame in which a detector looks for the ends of its shot


class FilmInspector(Closeable):
    """Single frames of one film, grey and in colour, with hints. Not thread-safe.

    A frame in colour is the frame of the finished film: the same painter and the same shot memory decide its colour. So
    the frames of its shot are read from the first one to 80 frames after it; later calls for this shot are faster.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        network: ColorModel | str | os.PathLike[str] | None = None,
        options: FilmOptions | None = None,
    ) -> None:
        self._source = Path(source)
        self._options = options or FilmOptions()
        self.network = RecallingNetwork(open_network(self._options.model if network is None else network))
        with open_film(source) as film:
            self.facts: FilmFacts = film.facts
            self._index = film.index()
            base = float(film.facts.time_base)
            self.times: list[float] = (
                [float(ticks) * base for ticks in self._index.times]
                if self._index
                else [frame.time for frame in film]
            )
            """Seconds, of every frame. If the packets have no times, the film is decoded to find them."""
        self._frames: Recent[Frame] = Recent(_FRAMES)
        self._shots: Recent[OpenShot] = Recent(_SHOTS)
        self._spans: dict[
            CutSource, set[tuple[int, int]]
        ] = {}  # first frame and stop of shots that are found

    def close(self) -> None:
        """Release all cached frames and shots."""
        self._frames, self._shots = Recent(_FRAMES), Recent(_SHOTS)

    @property
    def frames(self) -> int:
        """The number of frames."""
        return len(self.times)

    def before(self, number: int, width: int = 960) -> NDArray[np.uint8]:
        """Frame `number` (from 0) in grey: (h, w, 3) sRGB, upright, at most `width` pixels at the long side."""
        return self._render(number, None, width)

    def after(
        self,
        number: int,
        hints: HintsSource | None = None,
        firsts: Sequence[int] | None = None,
        width: int = 960,
        options: FilmOptions | None = None,
        patience: int | None = None,
    ) -> NDArray[np.uint8]:
        """The same frame in colour, as `colorize_film` makes it with these hints and options.

        firsts: numbers of the frames that begin a shot; by default they are found by `options.cuts`, but not farther
        from this frame than some hundred frames. options: default those of the inspector; its `model` does not count.
        patience: frames of the shot that may be coloured on the way; if more are needed, this frame is coloured alone.
        """
        options = self._check(options)
        frame = self._frame(number)
        span = self.span(number, firsts, options)
        try:
            shot = self._shot(span, options)
            chroma = shot.paint(frame, self.network, options, open_hints(hints) if hints else None, patience)
        except BaseException:  # what was read half is read again by the next call
            self._shots.drop(_key(span, options))
            raise
        return self._render(number, chroma, width)

    def proxy(self, number: int) -> NDArray[np.uint8]:
        """(h, w) the small grey frame in which motion is found; stored orientation."""
        return make_proxy(self._frame(number)).grey

    def confidence(
        self,
        number: int,
        hints: HintsSource | None = None,
        firsts: Sequence[int] | None = None,
        options: FilmOptions | None = None,
    ) -> Floats | None:
        """(h, w) 0…1, upright: how sure the network is of this frame with these hints; None if it does not say."""
        options = self._check(options)
        frame = self._frame(number)
        shot = self._shot(self.span(number, firsts, options), options)
        return shot.confidence(frame, self.network, options, open_hints(hints) if hints else None)

    def run(
        self, number: int, hints: HintsSource | None, firsts: Sequence[int] | None, options: FilmOptions
    ) -> ShotRun:
        """The shot of a frame, to settle its frames one after the other. The frame itself is wanted."""
        options = self._check(options)
        span = self.span(number, firsts, options)
        return self._shot(span, options).run(
            self.network, options, open_hints(hints) if hints else None, number - span[0]
        )

    def read(self, first: int, stop: int) -> Generator[Frame]:
        """The frames of a stretch, from a frame to before another. Other calls may run meanwhile."""
        start = self.times[first] if first else None
        with open_film(self._source, start=start, index=self._index) as film:
            for frame in film:
                if frame.index >= stop:
                    return
                yield frame

    def render(self, frame: Frame, chroma: Chroma | None, width: int) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB, upright, at most `width` pixels at the long side; grey without chroma."""
        long_side = min(width, max(self.facts.height, self.facts.width))
        return render_frame(frame, chroma, long_side, self.facts.turn)

    def span(
        self, number: int, firsts: Sequence[int] | None = None, options: FilmOptions | None = None
    ) -> tuple[int, int]:
        """The first frame of the shot of a frame, and its stop."""
        return self._span(number, choose_cuts(options or self._options, firsts, self._source))

    def _check(self, options: FilmOptions | None) -> FilmOptions:
        options = options or self._options
        if options.method == "thesis":
            raise UsageError("Single frames cannot be shown with the method 'thesis'; choose tint or frames.")
        return options

    def _render(self, number: int, chroma: Chroma | None, width: int) -> NDArray[np.uint8]:
        return self.render(self._frame(number), chroma, width)

    def _span(self, number: int, cut_source: CutSource) -> tuple[int, int]:
        """The first frame of the shot of a frame, and its stop."""
        if not isinstance(cut_source, frozenset):
            found = self._spans.get(cut_source, set())
            known = next((span for span in found if span[0] <= number < span[1]), None)
            return known or self._find_span(number, cut_source)
        ordered = sorted({0, *cut_source})
        shot = bisect_right(ordered, number) - 1
        return ordered[shot], ordered[shot + 1] if shot + 1 < len(ordered) else self.frames

    def _find_span(self, number: int, cut_source: CutSource) -> tuple[int, int]:
        """The same, with a detector. A long shot counts from the start of the stretch that is searched."""
        start = max(0, (number // _SEARCHED - 1) * _SEARCHED)
        first = start
        for proxy, begins_shot in mark_shots(self._proxies(start, self.frames), cut_source):
            index = proxy.frame.index
            if begins_shot and index > number:
                self._spans.setdefault(cut_source, set()).add((first, index))
                return first, index
            if index > number + _SEARCHED:
                break
            if begins_shot:
                first = index
        return first, self.frames

    def _shot(self, span: tuple[int, int], options: FilmOptions) -> OpenShot:
        key = _key(span, options)
        shot = self._shots.get(key)
        if shot is None:
            first, stop = span
            proxies = self._proxies(first, stop)
            shot = OpenShot(proxies, first, self.times[first:stop], options.size, self.facts.turn)
            self._shots.add(key, shot)
        return shot

    def _proxies(self, first: int, stop: int) -> Generator[ProxyFrame]:
        """The frames of a stretch, from a frame to before another, with their proxies."""
        with closing(self.read(first, stop)) as frames:
            yield from map(make_proxy, frames)

    def _frame(self, number: int) -> Frame:
        if not 0 <= number < self.frames:
            raise UsageError(
                f"{self._source}: there is no frame {number}; the film has frames 0 to {self.frames - 1}."
            )
        frame = self._frames.get(number)
        if frame is None:
            with open_film(self._source, start=self.times[number], index=self._index) as film:
                frame = next((one for one in film if one.index >= number), None)
            if frame is None:
                raise UsageError(f"{self._source}: frame {number} cannot be read.")
            self._frames.add(number, frame)
        return frame


def _key(span: tuple[int, int], options: FilmOptions) -> tuple[object, ...]:
    """A shot is read again for options that need other frames, or frames of another size."""
    return span, options.size, options.every
