"""The frames of a film as small R′G′B′ images, to view and to measure."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from autochrome.errors import FilmDamaged, InputMissing
from autochrome.media.films.open import open_film
from autochrome.types import Frame


def read_rgb_frames(path: str | os.PathLike[str], size: int) -> Iterator[NDArray[np.uint8]]:
    """Every frame as (h, w, 3) R′G′B′ with a short side of at most `size` pixels, in the order of display."""
    if not Path(path).is_file():
        raise InputMissing(f"{path}: there is no such file; check the path.")
    try:
        with av.open(os.fspath(path)) as container:
            for frame in container.decode(video=0):
                yield np.ascontiguousarray(_shrink(frame, size))
    except (av.FFmpegError, IndexError) as error:
        raise FilmDamaged(f"{path}: this film cannot be read ({error}).") from error


def read_timed_frames(path: str | os.PathLike[str]) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Every frame, upright and in the order shown: its time in seconds, and (H, W, 3) R′G′B′ at full size."""
    with open_film(path) as film:
        for frame in film:
            rgb = frame.decoded.to_ndarray(format="rgb24")
            yield frame.time, np.ascontiguousarray(np.rot90(rgb, film.facts.turn // 90))


def shrink_frame(frame: Frame, size: int, turn: int) -> NDArray[np.uint8]:
    """An upright frame as (h, w, 3) R′G′B′ with a short side of at most `size` pixels. turn: of the film's facts."""
    return np.ascontiguousarray(np.rot90(_shrink(frame.decoded, size), turn // 90))


def _shrink(decoded: Any, size: int) -> NDArray[np.uint8]:
    scale = min(1.0, size / min(decoded.width, decoded.height))
    width, height = (max(1, round(side * scale)) for side in (decoded.width, decoded.height))
    method = "AREA" if scale < 1 else "BILINEAR"
    small = decoded.reformat(width, height, "rgb24", interpolation=method, threads=1)
    pixels: NDArray[np.uint8] = small.to_ndarray()
    return pixels
