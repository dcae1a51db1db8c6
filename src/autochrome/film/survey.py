"""Read a film once, to learn where its shots begin, how sure the network is, how frames look, and what is damaged."""

import io
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.errors import InputMissing
from autochrome.files import atomic_write
from autochrome.film.cuts import choose_cuts, mark_shots
from autochrome.film.proxy import ProxyFrame, make_proxy, network_input
from autochrome.film.scenes.continuity import detail, similarity
from autochrome.media.films import open_film
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.types import Floats

_EVERY = 24  # frames between two samples, at least
_SAMPLES = 3000  # of a film, about, at most
_LOOK = 48, 64  # pixels, height and width of the look of a frame
ALIKE = 0.6  # similarity from which two frames look alike


@dataclass(frozen=True, slots=True)
class Samples:
    """What is known of some frames of a film."""

    frames: NDArray[np.int64]  # (n,) their numbers, in order
    doubt: Floats  # (n,) 0…1, how unsure the network is; NaN where it does not say
    looks: NDArray[np.uint8]  # (n, 48, 64) the frames, small and grey, stored orientation

    def save(self, path: Path) -> None:
        content = io.BytesIO()
        np.savez_compressed(content, frames=self.frames, doubt=self.doubt, looks=self.looks)
        atomic_write(path, content.getvalue(), name=path.name)

    @classmethod
    def load(cls, path: Path) -> Self:
        if not path.is_file():
            raise InputMissing(f"{path.name}: find the shots of this film first.")
        with np.load(path) as content:
            return cls(content["frames"], content["doubt"], content["looks"])

    def doubt_between(self, first: int, stop: int) -> float | None:
        """The mean doubt of the frames of a shot; None if there is no sample with a doubt."""
        inside = self.doubt[(self.frames >= first) & (self.frames < stop)]
        known = inside[~np.isnan(inside)]
        return float(known.mean()) if known.size else None

    def most_alike(self, look: NDArray[np.uint8], first: int, stop: int) -> tuple[int, float]:
        """The sampled frame of a shot that is most like a look, and its similarity 0…1; 0 if there is none."""
        wanted = detail(look)
        inside = np.flatnonzero((self.frames >= first) & (self.frames < stop))
        rated = [(similarity(wanted, detail(self.looks[n])), int(self.frames[n])) for n in inside]
        rating, frame = max(rated, default=(0.0, first), key=lambda one: one[0])
        return frame, rating


@dataclass(frozen=True, slots=True)
class Survey:
    firsts: tuple[int, ...]  # the first frame of every shot
    samples: Samples
    notes: tuple[str, ...]  # facts about the reading
    losses: tuple[str, ...]  # what of a damaged film is missing


def survey_film(
    source: str | os.PathLike[str],
    options: FilmOptions,
    network: ColorModel,
    frames: int,
    progress: Callable[[int], None] = lambda frame: None,
) -> Survey:
    """Read all frames once. frames: of the film, about. progress: called with the number of each frame."""
    every = max(_EVERY, frames // _SAMPLES)
    firsts: list[int] = []
    numbers: list[int] = []
    doubts: list[float] = []
    looks: list[NDArray[np.uint8]] = []
    with open_film(source) as film, closing(prefetch(map(make_proxy, film))) as proxies:
        turn = film.facts.turn
        for proxy, begins_shot in mark_shots(proxies, choose_cuts(options, film=source)):
            number = proxy.frame.index
            progress(number)
            if begins_shot:
                firsts.append(number)
            if begins_shot or number - numbers[-1] >= every:
                numbers.append(number)
                doubts.append(_doubt(proxy, network, options.size, turn))
                looks.append(look_of(proxy.grey))
        samples = Samples(
            np.array(numbers, np.int64), np.array(doubts, np.float32), np.array(looks, np.uint8)
        )
        return Survey(tuple(firsts), samples, film.notes, film.losses)


def look_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) proxy → (48, 64): small enough to be kept for many frames."""
    return np.asarray(cv2.resize(grey, _LOOK[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _doubt(proxy: ProxyFrame, network: ColorModel, size: int, turn: int) -> float:
    """0…1; NaN if the network does not report its confidence."""
    prediction = network.paint(network.prepare(network_input(proxy.frame, size, turn)))
    return float("nan") if prediction.confidence is None else 1 - float(prediction.confidence.mean())
