"""One shot that is kept open: its frames are read once, and coloured again and again with other hints.

The colour of a frame comes from the painter and the shot memory of `colorize_film`, which run from the first frame of
the shot until this frame is settled. What does not change from one stroke to the next is kept: proxies, motion, the
encoder's output, and predictions whose hints are the same.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from threading import Lock

import numpy as np

from autochrome.errors import UsageError
from autochrome.film.carry_hints import open_image
from autochrome.film.key_positions import hints_on, key_frames, place_keys
from autochrome.film.keyframes import CarriedKey, FrameHints, ShotHints, unpack_hints
from autochrome.film.painters import FramePainter, choose_painter, new_memory
from autochrome.film.proxy import ProxyFrame, make_proxy, network_input, shrink_to_input
from autochrome.film.recall import RecallingMotion, Recent
from autochrome.film.routes import KeyRoutes, ShotMotion
from autochrome.film.shot_run import ShotRun
from autochrome.film.temporal import ShotMemory
from autochrome.hints.source import OpenedHints
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.types import Chroma, CodeValues, Floats, Frame, Hints

_RUNS = 2  # ways to colour the shot (hints, options) of which settled frames are kept
_KEY_FRAMES = 8  # key frames whose routes are kept
_NO_PLANE: CodeValues = np.empty((0, 0), np.uint8)


class OpenShot:
    """One shot of a film. Not thread-safe."""

    def __init__(
        self, proxies: Generator[ProxyFrame], first: int, times: Sequence[float], size: int, turn: int
    ) -> None:
        """proxies: of the frames of the shot, in order; they are read as far as needed.

        first: the number of the first frame; times: seconds, of all frames; size: render size; turn: degrees
        counter-clockwise from the stored frame to the upright one.
        """
        self._unread, self._first, self._times = proxies, first, times
        self._size, self._turn = size, turn
        self._proxies: list[ProxyFrame] = []  # their Y′ planes are as small as the network wants them
        self._frame_bytes = 0  # of a Y′ plane as stored in the film
        self._motion = RecallingMotion()
        self._precise = ShotMotion(lambda number: self._proxies[number].grey)
        self._routes: Recent[KeyRoutes] = Recent(_KEY_FRAMES)
        self._carried: Recent[CarriedKey] = Recent(2 * _KEY_FRAMES)
        self._runs: Recent[ShotRun] = Recent(_RUNS)
        self._lock = Lock()  # each run has a thread for the network, and all use the same routes

    def close(self) -> None:
        """Close the film."""
        self._unread.close()

    def paint(
        self,
        frame: Frame,
        network: ColorModel,
        options: FilmOptions,
        hints: OpenedHints | None,
        patience: int | None = None,
    ) -> Chroma:
        """(h, w, 2) a*b* of a frame of the shot, stored orientation, as `colorize_film` gives it with these hints.

        options: `size` and `every` are the same in all calls. patience: frames that may be settled on the way; if more
        are needed, the frame is painted alone, without hints. None: any number.
        """
        if options.method == "frames":
            carried = self._carry(hints, options.reach)[1]
            painter = choose_painter(network, options, self._turn, carried)
            memory = new_memory(options, frame.y_plane.nbytes)
            return next(chroma for _, chroma, _ in painter.paint_shot([make_proxy(frame)], memory))
        number = frame.index - self._first
        run = self.run(network, options, hints, number)
        if patience is not None and number - run.settled > patience:
            return FramePainter(network, options, self._turn).predict(make_proxy(frame))[0]
        while (chroma := run.chroma(number)) is None:
            if not run.settle_next():
                raise UsageError(f"Frame {frame.index} cannot be read together with the frames before it.")
        return chroma

    def confidence(
        self, frame: Frame, network: ColorModel, options: FilmOptions, hints: OpenedHints | None
    ) -> Floats | None:
        """(h, w) 0…1, upright: how sure the network is of a frame with these hints; None if it does not say."""
        luma = network_input(frame, options.size, self._turn)
        carried = self._carry(hints, options.reach)[1]
        own = None if carried is None else carried.at(frame.index, *luma.shape)
        return network.paint(network.prepare(luma), own, options.vivid).confidence

    def run(
        self, network: ColorModel, options: FilmOptions, hints: OpenedHints | None, number: int
    ) -> ShotRun:
        """The shot with these hints and options, with the frames that are settled already.

        number: of a frame in the shot that is wanted; if the run has dropped it, a new run begins.
        """
        identity, carried = self._carry(hints, options.reach)
        key = identity, options.look, options.smooth, options.method
        run = self._runs.get(key)
        if run is None or run.has_dropped(number):
            run = self._runs.add(key, ShotRun(self._color(network, options, carried)))
        return run

    def _color(self, network: ColorModel, options: FilmOptions, hints: FrameHints | None) -> Iterator[Chroma]:
        """The chroma of all frames from the first on."""
        self._read(0)
        memory = new_memory(options, self._frame_bytes, self._motion.from_start())
        painter = choose_painter(network, options, self._turn, hints)
        for _, chroma, _ in painter.paint_shot(self._walk(memory), memory):
            yield chroma

    def _walk(self, memory: ShotMemory) -> Iterator[ProxyFrame]:
        """All frames for one memory. A frame that it does not predict gives its Y′ plane back."""
        number = 0
        while self._read(number):
            if number and memory.newest_is_unpredicted:
                before = self._proxies[number - 1]
                self._proxies[number - 1] = _with_plane(before, _NO_PLANE)
            yield self._proxies[number]
            number += 1

    def _read(self, number: int) -> bool:
        """Read the film up to a frame, by its number in the shot. False if the shot ends before it."""
        while len(self._proxies) <= number:
            proxy = next(self._unread, None)
            if proxy is None:
                return False
            self._frame_bytes = proxy.frame.y_plane.nbytes
            small = shrink_to_input(proxy.frame.y_plane, self._size)
            self._proxies.append(_with_plane(proxy, small))
        return True

    def _carry(self, hints: OpenedHints | None, reach: float) -> tuple[tuple[str, ...], FrameHints | None]:
        """What identifies the hints of this shot, and the hints; none if no key frame is in the shot."""
        placed = {}
        if hints is not None:
            placed = place_keys(key_frames(hints.file), self._first, self._times, hints.file.references)
        if hints is None or not placed:
            return (), None
        names: list[str] = []
        keys: dict[int, CarriedKey] = {}
        for position, own in sorted(placed.items()):
            if not self._read(position):
                raise UsageError(f"Frame {self._first + position}, which has hints, cannot be read.")
            grey = self._proxies[position].grey
            shape = grey.shape[0], grey.shape[1]
            name = f"{position} {reach} {[key.model_dump_json(exclude_defaults=True) for key in own]}"
            key = self._carried.get(name)
            if key is None:
                planes, _ = hints_on(own, grey, self._turn, reach, partial(open_image, hints))
                key = self._carried.add(name, CarriedKey(self._routes_of(position, shape), planes))
            names.append(name)
            if key.has_hints:
                keys[position] = key
        if not keys:
            return (), None
        return tuple(names), self._by_frame(ShotHints(keys, shape), shape)

    def _by_frame(self, hints: ShotHints, shape: tuple[int, int]) -> FrameHints:
        return _HintsByFrame(hints, self._first, shape, self._turn, self._lock)

    def _routes_of(self, position: int, shape: tuple[int, int]) -> KeyRoutes:
        routes = self._routes.get(position)
        return routes or self._routes.add(position, KeyRoutes(self._precise, position, shape))


class _HintsByFrame:
    """The hints of one shot by the number of a frame in the film."""

    def __init__(self, hints: ShotHints, first: int, shape: tuple[int, int], turn: int, lock: Lock) -> None:
        self._hints, self._first, self._shape, self._turn, self._lock = hints, first, shape, turn, lock

    def at(self, index: int, height: int, width: int) -> Hints | None:
        """(height, width) hints of one frame, upright; None if it has no hints."""
        with self._lock:
            packed = self._hints.at(index - self._first)
        return None if packed is None else unpack_hints(packed, self._shape, self._turn, height, width)


def _with_plane(proxy: ProxyFrame, y_plane: CodeValues) -> ProxyFrame:
    """The proxy with another Y′ plane, and without the decoder's frame."""
    return ProxyFrame(replace(proxy.frame, y_plane=y_plane, decoded=None), y_plane, proxy.grey)
