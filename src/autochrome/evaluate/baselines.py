"""Baselines: colourings that need no network. Every report shows them beside the network.

Each baseline keeps the L* of the image and replaces its a*b*: (H, W, 3) L*a*b* of the truth → (H, W, 3) sRGB in
0…255, floats. A colour outside the sRGB gamut loses chroma, not lightness.
"""

import numpy as np

from autochrome.color.lab import srgb_from_lab
from autochrome.evaluate.metrics import Float64Array, squared_error

MEAN_AB = (2.4, 8.1)
"""The mean a*b* of the photographs that our networks are trained on: a dull yellow."""
_SEARCH_SIDE = 64  # pixels: the search for the best constant runs on about so many rows and columns


def replace_ab(lab: Float64Array, ab: Float64Array | tuple[float, float]) -> Float64Array:
    """The L* of (H, W, 3) L*a*b* with other a*b*, (H, W, 2) or one for all pixels → (H, W, 3) sRGB 0…255."""
    chroma = np.broadcast_to(np.asarray(ab, np.float64), (*lab.shape[:2], 2))
    rgb: Float64Array = 255 * srgb_from_lab(np.concatenate((lab[..., :1], chroma), -1))
    return rgb


def grey(lab: Float64Array) -> Float64Array:
    """No colour: the first baseline that a network must beat."""
    return replace_ab(lab, (0.0, 0.0))


def mean_color(lab: Float64Array, ab: tuple[float, float] = MEAN_AB) -> Float64Array:
    """The same colour on every image: the mean of a training set."""
    return replace_ab(lab, ab)


def best_constant(lab: Float64Array) -> Float64Array:
    """The one colour that is nearest to this image. It is found from the truth, so no method can do this.

    The mean a*b* is nearest in Lab, but PSNR is computed in sRGB: a search in four directions starts at the mean and
    halves its step, from 4 to 0.5, whenever no direction is better.
    """
    step_y, step_x = (max(1, side // _SEARCH_SIDE) for side in lab.shape[:2])
    small = lab[::step_y, ::step_x]
    target = replace_ab(lab, lab[..., 1:])[::step_y, ::step_x]
    best = lab[..., 1:].mean((0, 1))
    error = squared_error(replace_ab(small, best), target)
    step = 4.0
    while step > 0.25:
        candidates = [best + step * np.array(move) for move in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        errors = [squared_error(replace_ab(small, candidate), target) for candidate in candidates]
        nearest = int(np.argmin(errors))
        if errors[nearest] < error:
            best, error = candidates[nearest], errors[nearest]
        else:
            step /= 2
    return replace_ab(lab, best)
