"""Small colour to full size, under the untouched lightness.

Colour is taken to be a straight line in L, `a*b* ≈ slope · L + offset`, whose coefficients vary slowly over the
picture. They are fitted where colour is small; only they are enlarged, and the full-size L puts every edge back in its
place. The slope is a guided filter's; the offset is not smoothed as that filter would, but chosen so that the line
goes through the small colour exactly: nothing the network said is blurred away.
`benchmarks/merge.py` measures what that is worth.
"""

from dataclasses import dataclass

import numpy as np

from autochrome.color.resize import linear_steps, resize
from autochrome.types import Chroma, Floats, Luma

_CALM = (
    100.0  # (L* units)²: lightness that varies less than this is texture or noise, and steers colour little
)


@dataclass(frozen=True, slots=True)
class LocalLinearColor:
    """The line a*b* = slope · L + offset at each place of a picture, at the size where colour was decided."""

    coefficients: Floats  # (4, h, w): slope of a*, slope of b*, offset of a*, offset of b*


def fit(luma: Luma, chroma: Chroma) -> LocalLinearColor:
    """(H, W) L* at render size and (h, w, 2) a*b* over the same picture, h ≤ H → the lines between them."""
    height, width = chroma.shape[:2]
    light, color = resize(luma, height, width), np.moveaxis(chroma, -1, 0)
    planes = np.empty((6, height, width), np.float32)
    planes[0], planes[1:3] = light, color
    np.multiply(planes[:3], light, out=planes[3:])
    means = _blur(planes)
    mean_light, mean_color = means[0], means[1:3]
    spread = means[3] - mean_light**2
    together = means[4:] - mean_light * mean_color
    coefficients = np.empty((4, height, width), np.float32)
    coefficients[:2] = _blur(together / (np.maximum(spread, 0) + np.float32(_CALM)))
    np.subtract(color, coefficients[:2] * light, out=coefficients[2:])
    return LocalLinearColor(coefficients)


def apply(
    color: LocalLinearColor,
    luma: Luma,
    top: float,
    height: float,
    left: float = 0,
    width: float | None = None,
) -> Chroma:
    """The rows `top…` (R, W) of a picture `height` rows tall → their (2, R, W) a*b* planes.

    Of a part that is narrower than the picture, `left` is its first column and `width` the picture's.
    """
    rows, columns = luma.shape
    _, small_height, small_width = color.coefficients.shape
    above, below, share = linear_steps(top, top + rows, height, small_height)
    first, last = above[0], below[-1]
    before, after, along = linear_steps(left, left + columns, width or columns, small_width)
    near = color.coefficients[:, first : last + 1]
    wide = np.take(near, before, axis=2)  # (4, k, W): the few small rows this strip lies between
    wide += along * (np.take(near, after, axis=2) - wide)
    planes = np.empty((2, rows, columns), np.float32)
    starts = np.flatnonzero(np.diff(above, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], rows], strict=True):  # rows between the same two small rows
        line = wide[:, None, above[start] - first]
        step = wide[:, None, below[start] - first] - line
        coefficients = line + share[start:stop, None] * step  # (4, R', W)
        np.multiply(coefficients[:2], luma[start:stop], out=planes[:, start:stop])
        planes[:, start:stop] += coefficients[2:]
    return planes


def _blur(planes: Floats) -> Floats:
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
