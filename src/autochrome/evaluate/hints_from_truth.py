"""What a person or a film might tell the network, made from the truth: points, and colour carried along
motion.

Everything is seeded: the same picture is asked the same questions in every report.
"""

import zlib

import numpy as np

from autochrome.color.resize import resize
from autochrome.evaluate.metrics import Float64Array
from autochrome.types import Floats, Hints

POINT = 4  # pixels on a side, at render size
CARRIED_BY = (2.0, 8.0)  # pixels: how far the farthest pixel of a carried frame went
HOLES = (0.05, 0.25)  # share of a carried frame that the motion does not explain


def seeded_generator(name: str, question: str) -> np.random.Generator:
    """The dice for one picture and one question."""
    return np.random.default_rng([zlib.crc32(name.encode()), zlib.crc32(question.encode())])


def points(lab: Float64Array, count: int, dice: np.random.Generator) -> Hints:
    """(H, W, 3) L*a*b* of the truth → `count` squares of POINT pixels with the mean colour that is there."""
    height, width = lab.shape[:2]
    hints = Hints.none(height, width)
    for _ in range(count):
        top, left = dice.integers(0, height - POINT + 1), dice.integers(0, width - POINT + 1)
        square = np.s_[top : top + POINT, left : left + POINT]
        hints.chroma[square] = lab[square][..., 1:].mean((0, 1))
        hints.mask[square] = 1
    return hints


def _smooth_noise(height: int, width: int, channels: int, dice: np.random.Generator) -> Floats:
    """(H, W, C) hills and valleys, about a quarter of the picture wide."""
    coarse = dice.normal(size=(5, 5, channels)).astype(np.float32)
    return resize(resize(coarse, 17, 17), height, width)  # in two steps: softer folds


def smooth_flow(height: int, width: int, dice: np.random.Generator) -> Floats:
    """(H, W, 2) x and y in pixels: a smooth random motion whose farthest pixel moves by CARRIED_BY."""
    flow = _smooth_noise(height, width, 2, dice)
    reach = np.hypot(flow[..., 0], flow[..., 1]).max()
    return flow * np.float32(dice.uniform(*CARRIED_BY) / reach)


def carried(lab: Float64Array, dice: np.random.Generator) -> Hints:
    """(H, W, 3) L*a*b* of the truth → its colour out of place by a smooth motion, with holes, as flow leaves it."""
    height, width = lab.shape[:2]
    flow = smooth_flow(height, width, dice)
    rows, columns = np.mgrid[:height, :width]
    y, x = np.rint(rows + flow[..., 1]).astype(int), np.rint(columns + flow[..., 0]).astype(int)
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    hills = _smooth_noise(height, width, 1, dice)[..., 0]
    known = inside & (hills > np.quantile(hills, dice.uniform(*HOLES)))
    color = lab[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1), 1:]
    return Hints((color * known[..., None]).astype(np.float32), known.astype(np.float32))
