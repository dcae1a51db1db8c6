"""Guided upsampling: small chroma to full size, guided by the full-size lightness.

The local linear model is `a*b* ≈ slope · L + offset`; its coefficients vary slowly over the picture. They are fitted at
the size of the small chroma, and only they are enlarged: the full-size L brings every edge back. The slope is that of a
guided filter. The offset is not smoothed: it is chosen so that the line goes exactly through the small chroma, and
nothing of the prediction is blurred. `benchmarks/upsampling.py` compares it with other ways.
"""

from dataclasses import dataclass

import numpy as np

from autochrome.color.resize import linear_steps, resize
from autochrome.types import Chroma, Floats, Luma

_EPSILON = 100.0  # (L* units)²: where luma varies less, it is texture or noise and the slope stays near 0


@dataclass(frozen=True, slots=True)
class LocalLinearColor:
    """The local linear model a*b* = slope · L + offset of a picture, at the size of the small chroma."""

    coefficients: Floats  # (4, h, w): slope of a*, slope of b*, offset of a*, offset of b*


def fit(luma: Luma, chroma: Chroma) -> LocalLinearColor:
    """(H, W) L* at render size and (h, w, 2) a*b* over the same picture, h ≤ H → the local linear model."""
    height, width = chroma.shape[:2]
    small_luma, color = resize(luma, height, width), np.moveaxis(chroma, -1, 0)
    planes = np.empty((6, height, width), np.float32)
    planes[0], planes[1:3] = small_luma, color
    np.multiply(planes[:3], small_luma, out=planes[3:])
    means = blur(planes)
    mean_luma, mean_color = means[0], means[1:3]
    variance = means[3] - mean_luma**2
    covariance = means[4:] - mean_luma * mean_color
    coefficients = np.empty((4, height, width), np.float32)
    coefficients[:2] = blur(covariance / (np.maximum(variance, 0) + np.float32(_EPSILON)))
    np.subtract(color, coefficients[:2] * small_luma, out=coefficients[2:])
    return LocalLinearColor(coefficients)


def apply(
    color: LocalLinearColor,
    luma: Luma,
    top: float,
    height: float,
    left: float = 0,
    width: float | None = None,
) -> Chroma:
    """The luma of the rows `top…` (R, W) of a picture `height` rows tall → the (2, R, W) a*b* planes of these rows.

    If the part is narrower than the picture, `left` is its first column and `width` the width of the picture.
    """
    rows, columns = luma.shape
    _, small_height, small_width = color.coefficients.shape
    above, below, fraction = linear_steps(top, top + rows, height, small_height)
    first, last = above[0], below[-1]
    before, after, along = linear_steps(left, left + columns, width or columns, small_width)
    near = color.coefficients[:, first : last + 1]
    wide = np.take(near, before, axis=2)  # (4, k, W): the few small rows around this strip
    wide += along * (np.take(near, after, axis=2) - wide)
    planes = np.empty((2, rows, columns), np.float32)
    starts = np.flatnonzero(np.diff(above, prepend=-1))
    for start, stop in zip(
        starts, [*starts[1:], rows], strict=True
    ):  # the rows between the same two small rows
        line = wide[:, None, above[start] - first]
        step = wide[:, None, below[start] - first] - line
        coefficients = line + fraction[start:stop, None] * step  # (4, R', W)
        np.multiply(coefficients[:2], luma[start:stop], out=planes[:, start:stop])
        planes[:, start:stop] += coefficients[2:]
    return planes


def blur(planes: Floats) -> Floats:
    """(C, h, w): the mean of each 3×3 neighbourhood, edges repeated."""
    tall = planes.copy()
    tall[:, 1:] += planes[:, :-1]
    tall[:, :-1] += planes[:, 1:]
    tall[:, 0] += planes[:, 0]
    tall[:, -1] += planes[:, -1]
    wide = tall.copy()
    wide[..., 1:] += tall[..., :-1]
    wide[..., :-1] += tall[..., 1:]
    wide[..., 0] += tall[..., 0]
    wide[..., -1] += tall[..., -1]
    wide *= np.float32(1 / 9)
    return wide
