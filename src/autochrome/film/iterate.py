"""Steady colour for a loop of the caller's own: frames as arrays in, coloured frames out."""

import os
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from autochrome.color.ycbcr import LUMA_WEIGHTS
from autochrome.errors import UsageError
from autochrome.film.colored_frame import render_frame
from autochrome.film.cuts import split_shots
from autochrome.film.job import FilmJob
from autochrome.film.painters import choose_painter, new_memory
from autochrome.film.proxy import ProxyFrame, make_proxy
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.types import Frame, PlaneFormat

_FORMAT = PlaneFormat(8, True, "bt709")
_Y_WEIGHTS = np.array(LUMA_WEIGHTS["bt709"], np.float32)


def colorize_frames(
    pictures: Iterable[NDArray[np.uint8]],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    cuts: Sequence[int] | None = None,
) -> Iterator[NDArray[np.uint8]]:
    """Yield each frame in colour, (H, W, 3) sRGB, in order. Up to a hundred frames wait until their chroma is settled.

    pictures: frames of one size, (H, W) grey or (H, W, 3) sRGB, of which only Y′ is used. cuts: numbers of the frames
    that begin a shot; default `options.cuts`.
    """
    job = FilmJob.of(model, options, cuts)
    if job.options.method == "thesis":
        raise UsageError("The method 'thesis' works with film files only; choose tint or frames.")
    painter = choose_painter(job.network, job.options, turn=0)
    for first, frames in split_shots(_proxies(pictures), job.cut_source):
        memory = new_memory(job.options, first.frame.y_plane.nbytes)  # forgets at every cut
        for proxy, chroma, _ in painter.paint_shot(frames, memory):
            yield render_frame(proxy.frame, chroma, max(proxy.frame.y_plane.shape), turn=0)


def _proxies(pictures: Iterable[NDArray[np.uint8]]) -> Iterator[ProxyFrame]:
    shape: tuple[int, ...] | None = None
    for number, picture in enumerate(pictures):
        shape = shape or picture.shape[:2]
        if picture.dtype != np.uint8 or picture.shape not in (shape, (*shape, 3)):
            raise UsageError(
                f"Picture {number} is {picture.dtype} of shape {picture.shape}; "
                f"all pictures must be uint8 of shape {shape} or {(*shape, 3)}."
            )
        y_plane = picture if picture.ndim == 2 else np.round(picture @ _Y_WEIGHTS).astype(np.uint8)
        time = float(number * Fraction(1, 25))
        yield make_proxy(Frame(number, number, time, y_plane, _FORMAT, False, None))
