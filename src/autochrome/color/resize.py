"""Small planes to other sizes, in numpy: an area mean to shrink, straight lines to enlarge.

Both are products with one narrow matrix an axis. That is plenty for planes of some hundred pixels a side, exact for any
ratio, and needs no image library. Pixel centres are at half numbers: planes of any size lie over the same picture.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@lru_cache(maxsize=64)
def area_weights(new: int, old: int) -> NDArray[np.float32]:
    """(new, old): how much of each old pixel lies in each new one; rows sum to 1."""
    edges = np.arange(new + 1) * (old / new)
    low = np.maximum(edges[:-1, None], np.arange(old))
    high = np.minimum(edges[1:, None], np.arange(1, old + 1))
    overlap = np.maximum(high - low, 0)
    shares: NDArray[np.float32] = (overlap / overlap.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


@lru_cache(maxsize=64)
def linear_weights(new: int, old: int) -> NDArray[np.float32]:
    """(new, old): straight lines between the old pixels' centres, flat beyond the outermost."""
    below, above, share = linear_steps(0, new, new, old)
    weights = np.zeros((new, old), np.float32)
    np.add.at(weights, (np.arange(new), below), 1 - share)
    np.add.at(weights, (np.arange(new), above), share)
    return weights


def linear_steps(
    start: float, stop: float, new: float, old: int
) -> tuple[np.ndarray, np.ndarray, NDArray[np.float32]]:
    """For new pixels start…stop of `new`: the two old neighbours, and the share of the second.

    A view of a part of a picture may begin between two pixels, and stand for a picture of no whole size.
    """
    place = np.clip((start + np.arange(round(stop - start)) + 0.5) * (old / new) - 0.5, 0, old - 1)
    below = np.floor(place).astype(np.intp)
    return below, np.minimum(below + 1, old - 1), (place - below).astype(np.float32)


def resize(plane: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """(H, W) or (H, W, C) → (height, width[, C]); each axis by area where it shrinks, linear where it grows."""
    rows, columns = plane.shape[:2]
    if (rows, columns) == (height, width):
        return plane
    tall = (area_weights if height < rows else linear_weights)(height, rows)
    wide = (area_weights if width < columns else linear_weights)(width, columns)
    resized: NDArray[np.float32] = np.einsum("yr,rc...,xc->yx...", tall, plane, wide, optimize=True)
    return resized.astype(np.float32, copy=False)
