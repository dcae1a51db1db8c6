"""Bring planes to the size that a network needs, and bring its output back to the size of the picture."""

import math

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.types import Floats, Hints


def pad(plane: Floats, multiple: int, *, repeat: bool) -> Floats:
    """(H, W[, C]) → both sides up to the next multiple, below and to the right: edges repeated, or zeros."""
    widths = [(0, -side % multiple) for side in plane.shape[:2]] + [(0, 0)] * (plane.ndim - 2)
    if not any(after for _, after in widths):
        return plane
    return np.pad(plane, widths, mode="edge") if repeat else np.pad(plane, widths)


def resize_hints(hints: Hints, height: int, width: int) -> Hints:
    """Hints at another size. The mask takes the maximum, so a single painted point keeps its full weight."""
    weight = resize(hints.mask, height, width)
    chroma = resize(hints.chroma * hints.mask[..., None], height, width)
    chroma /= np.maximum(weight, 1e-6)[..., None]
    return Hints(chroma, shrink_mask(hints.mask, height, width))


def shrink_mask(mask: Floats, height: int, width: int) -> Floats:
    """(H, W) → (height, width): the largest value of the pixels in each cell."""
    rows, columns = _first_pixels(height, mask.shape[0]), _first_pixels(width, mask.shape[1])
    small: Floats = np.maximum.reduceat(np.maximum.reduceat(mask, rows, axis=0), columns, axis=1)
    return small


def repeat_cells(cells: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """(h, w) → (height, width): for each pixel the value of its cell, the inverse of `shrink_mask`."""
    rows, columns = (
        np.searchsorted(_first_pixels(count, pixels), np.arange(pixels), side="right") - 1
        for count, pixels in zip(cells.shape, (height, width), strict=True)
    )
    return cells[rows][:, columns]


def _first_pixels(cells: int, pixels: int) -> NDArray[np.intp]:
    """The first pixel of each cell along one axis."""
    return np.arange(cells) * pixels // cells


def crop_to_picture(output: Floats, padded: tuple[int, int], height: int, width: int) -> Floats:
    """The output for a padded picture, (h, w[, C]) → the output over exactly the picture's H×W pixels.

    At stride s the picture covers H/s rows of the output. If that is a whole number, the rows are cut out. If not,
    ceil(H/s) rows are interpolated, a little narrower than the network's own, so that they end where the picture ends.
    """
    down, across = (height * output.shape[0] / padded[0], width * output.shape[1] / padded[1])
    output = _take_rows(output, down)
    return np.ascontiguousarray(_take_rows(output.swapaxes(0, 1), across).swapaxes(0, 1))


def _take_rows(plane: Floats, span: float) -> Floats:
    """The first `span` rows as ceil(span) rows of equal height, interpolated linearly between the old rows' centres."""
    rows = math.ceil(span)
    if rows == span:
        return plane[:rows]
    position = np.clip((np.arange(rows) + 0.5) * (span / rows) - 0.5, 0, rows - 1)
    below = position.astype(np.intp)
    fraction = (position - below).astype(np.float32).reshape(-1, *[1] * (plane.ndim - 1))
    mixed: Floats = plane[below] * (1 - fraction) + plane[np.minimum(below + 1, rows - 1)] * fraction
    return mixed
