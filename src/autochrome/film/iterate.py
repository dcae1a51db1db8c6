"""Steady colour for people who have their own loop: pictures in, pictures out."""

import os
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from autochrome.color.ycbcr import LUMA_WEIGHTS
from autochrome.errors import UsageError
from autochrome.film.pipeline import by_shot, choose_cuts, choose_painter, opened, shots_of
from autochrome.film.proxy import Seen, as_picture, see
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.types import Frame, PlaneFormat

_TONES = PlaneFormat(8, True, "bt709")
_LIGHT = np.array(LUMA_WEIGHTS["bt709"], np.float32)


def colorize_frames(
    pictures: Iterable[NDArray[np.uint8]],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    cuts: Sequence[int] | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Each picture in colour, (H, W, 3) sRGB, in order; up to a hundred are held back until colours are settled.

    pictures: of one size, (H, W) grey or (H, W, 3) sRGB of which only the light is looked at. cuts: numbers of those
    that begin a shot; without them, `options.cuts` says.
    """
    options = options or FilmOptions()
    if options.method == "thesis":
        raise UsageError("The method 'thesis' colours films alone; choose tint or frames.")
    painter = choose_painter(opened(options.model if model is None else model), options, turn=0)
    for shot in by_shot(shots_of(_seen(pictures), choose_cuts(options, cuts))):
        for seen, chroma, _ in painter.shot(shot):
            yield as_picture(seen.frame, chroma, max(seen.frame.y_plane.shape), 0)


def _seen(pictures: Iterable[NDArray[np.uint8]]) -> Iterator[Seen]:
    shape: tuple[int, ...] | None = None
    for number, picture in enumerate(pictures):
        shape = shape or picture.shape[:2]
        if picture.dtype != np.uint8 or picture.shape not in (shape, (*shape, 3)):
            raise UsageError(
                f"Picture {number} is {picture.dtype} of {picture.shape}; "
                f"all are wanted as uint8 of {shape} or {(*shape, 3)}."
            )
        light = picture if picture.ndim == 2 else np.round(picture @ _LIGHT).astype(np.uint8)
        yield see(Frame(number, number, float(number * Fraction(1, 25)), light, _TONES, False, None))
