"""What anybody can do without a network: the rows that stand in every table.

Each baseline keeps the picture's own L* and answers with a*b* only: (H, W, 3) L*a*b* of the truth → (H, W, 3)
sRGB in 0…255, floats. What does not fit into sRGB loses chroma, as everywhere in the house.
"""

import numpy as np

from autochrome.color.lab import srgb_from_lab
from autochrome.evaluate.metrics import Float64Array, squared_error

PHOTOGRAPHS = (2.4, 8.1)
"""The mean a*b* of the photographs our networks are trained on: a warm, dull yellow."""


def replace_ab(lab: Float64Array, ab: Float64Array | tuple[float, float]) -> Float64Array:
    """The L* of (H, W, 3) L*a*b* under other colour, (H, W, 2) or one for all → (H, W, 3) sRGB 0…255."""
    color = np.broadcast_to(np.asarray(ab, np.float64), (*lab.shape[:2], 2))
    shown: Float64Array = 255 * srgb_from_lab(np.concatenate((lab[..., :1], color), -1))
    return shown


def grey(lab: Float64Array) -> Float64Array:
    """No colour at all: the first competitor."""
    return replace_ab(lab, (0.0, 0.0))


def mean_color(lab: Float64Array, ab: tuple[float, float] = PHOTOGRAPHS) -> Float64Array:
    """One and the same colour on every picture: the average of a training set."""
    return replace_ab(lab, ab)


def best_constant(lab: Float64Array) -> Float64Array:
    """The one colour that suits this picture best, found by looking at the truth: an oracle, not a method.

    The mean a*b* is nearest in Lab; PSNR is counted in sRGB, so a few steps of descent look around it for
    something better.
    """
    truth = replace_ab(lab, lab[..., 1:])
    small = lab[:: max(1, lab.shape[0] // 64), :: max(1, lab.shape[1] // 64)]
    target = truth[:: max(1, lab.shape[0] // 64), :: max(1, lab.shape[1] // 64)]
    best = lab[..., 1:].mean((0, 1))
    error = squared_error(replace_ab(small, best), target)
    step = 4.0
    while step > 0.25:
        moves = [best + step * np.array(way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        errors = [squared_error(replace_ab(small, move), target) for move in moves]
        nearest = int(np.argmin(errors))
        if errors[nearest] < error:
            best, error = moves[nearest], errors[nearest]
        else:
            step /= 2
    return replace_ab(lab, best)
