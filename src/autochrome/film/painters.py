"""Painters: three methods to decide the chroma of the frames of a shot. `options.method` chooses one."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from autochrome.errors import UsageError
from autochrome.film.keyframes import FrameHints
from autochrome.film.proxy import PaintedFrame, ProxyFrame, network_input, predict
from autochrome.film.temporal import LOOKAHEAD, PairMotion, ShotMemory
from autochrome.film.thesis import THESIS_SIZE, ThesisPainter
from autochrome.media.films.frame_budget import frames_ahead
from autochrome.model import ColorModel, open_for_film
from autochrome.options import FilmOptions
from autochrome.types import Chroma

MAX_PREDICTIONS = 64.0  # that a memory holds, at the steadiest setting
_DEFAULT_SIZE = FilmOptions.model_fields["size"].default


class ShotPainter(Protocol):
    """Decides the chroma of frames. One required method."""

    def paint_shot(self, frames: Iterable[ProxyFrame], memory: ShotMemory) -> Iterator[PaintedFrame]:
        """The frames of one shot in order, each with its chroma. They may come some frames late.

        memory: a new one for every shot. Painters that do not look at other frames ignore it.
        """


class FramePainter:
    """Predicts every frame by itself."""

    def __init__(
        self, network: ColorModel, options: FilmOptions, turn: int, hints: FrameHints | None = None
    ) -> None:
        """turn: degrees counter-clockwise from the stored frame to the upright one; hints: for every frame."""
        self._network, self._options, self._turn, self._hints = network, options, turn, hints

    def predict(self, proxy: ProxyFrame) -> tuple[Chroma, float]:
        """(h, w, 2) a*b* in stored orientation, and the confidence 0…1."""
        luma = network_input(proxy.frame, self._options.size, self._turn)
        hints = self._hints.at(proxy.frame.index, *luma.shape) if self._hints else None
        return predict(luma, self._network, self._options.look, self._turn, hints)

    def paint_shot(self, frames: Iterable[ProxyFrame], memory: ShotMemory) -> Iterator[PaintedFrame]:
        """The frames of one shot in order, each with its own prediction."""
        for proxy in frames:
            yield proxy, *self.predict(proxy)


class TemporalPainter(FramePainter):
    """Predicts some frames of a shot; the shot memory makes steady chroma for all of them."""

    def paint_shot(self, frames: Iterable[ProxyFrame], memory: ShotMemory) -> Iterator[PaintedFrame]:
        """The frames of one shot in order, each with its settled chroma, some frames late."""
        waiting: deque[tuple[ProxyFrame, Future[tuple[Chroma, float]]]] = (
            deque()
        )  # each with its last prediction
        settled: deque[Chroma] = deque()
        with ThreadPoolExecutor(1) as network_thread:  # motion is computed while the network runs

            def start_prediction(proxy: ProxyFrame) -> Future[tuple[Chroma, float]]:
                prediction = network_thread.submit(self.predict, proxy)
                memory.add_prediction(lambda: prediction.result()[0])
                return prediction

            for proxy in frames:
                memory.add_frame(proxy.grey)
                if memory.wants_prediction:
                    last = start_prediction(proxy)
                waiting.append((proxy, last))
                settled.extend(memory.settle())
                if settled:  # one frame out for each frame in, so that the encoder gets them evenly
                    done, prediction = waiting.popleft()
                    yield done, settled.popleft(), prediction.result()[1]
            if memory.newest_is_unpredicted:
                start_prediction(proxy)
            settled.extend(memory.finish())
            for (done, prediction), chroma in zip(waiting, settled, strict=True):
                yield done, chroma, prediction.result()[1]


def new_memory(
    options: FilmOptions,
    frame_bytes: int,
    find_motion: PairMotion | None = None,
    lookahead: int = LOOKAHEAD,
) -> ShotMemory:
    """An empty memory for one shot. frame_bytes: of a Y′ plane of the film; it limits how many frames may wait.

    lookahead: frames behind the newest one at which chroma is settled, at most.
    """
    max_predictions = 1 + (MAX_PREDICTIONS - 1) * options.smooth
    return ShotMemory(options.every, max_predictions, frames_ahead(frame_bytes, lookahead), find_motion)


def choose_painter(
    network: ColorModel, options: FilmOptions, turn: int, hints: FrameHints | None = None
) -> ShotPainter:
    """The painter for `options.method`."""
    if options.method != "thesis":
        kind = FramePainter if options.method == "frames" else TemporalPainter
        return kind(network, options, turn, hints)
    if options.dependent is None:
        raise UsageError(
            "--method thesis needs two networks: --model for the first frame of a shot, --dependent for the rest."
        )
    if hints is not None:
        raise UsageError(
            "--method thesis takes no hints, because its networks use the previous frame instead."
        )
    size = THESIS_SIZE if options.size == _DEFAULT_SIZE else options.size
    return ThesisPainter(network, open_network(options.dependent), options.look, turn, size)


def open_network(model: ColorModel | str | os.PathLike[str]) -> ColorModel:
    """The network itself if it is open already; else open it by its name or its file."""
    return open_for_film(os.fspath(model)) if isinstance(model, str | os.PathLike) else model
