"""Hints from the truth, in place of those of a person or a film: painted points, and colour carried along a motion.

Everything is seeded: the same image gets the same hints in every report.
"""

import zlib

import numpy as np

from autochrome.color.resize import resize
from autochrome.evaluate.metrics import Float64Array
from autochrome.types import Floats, Hints

POINT = 4  # pixels: the side of a painted point, at render size
MAX_MOTION = (2.0, 8.0)  # pixels: the largest motion of a carried frame is drawn from this range
HOLES = (0.05, 0.25)  # fraction of a carried frame without hints, as where optical flow fails


def seeded_generator(image: str, purpose: str) -> np.random.Generator:
    """A random generator for one image and one purpose: the same in every run."""
    return np.random.default_rng([zlib.crc32(image.encode()), zlib.crc32(purpose.encode())])


def point_hints(lab: Float64Array, count: int, random: np.random.Generator) -> Hints:
    """(H, W, 3) L*a*b* of the truth → `count` squares of POINT pixels, each with the mean colour of its pixels."""
    height, width = lab.shape[:2]
    hints = Hints.none(height, width)
    for _ in range(count):
        top, left = random.integers(0, height - POINT + 1), random.integers(0, width - POINT + 1)
        square = np.s_[top : top + POINT, left : left + POINT]
        hints.chroma[square] = lab[square][..., 1:].mean((0, 1))
        hints.mask[square] = 1
    return hints


def carried_hints(lab: Float64Array, random: np.random.Generator) -> Hints:
    """(H, W, 3) L*a*b* of the truth → its colour, moved by a smooth random motion, with holes: like optical flow."""
    height, width = lab.shape[:2]
    flow = smooth_flow(height, width, random)
    rows, columns = np.mgrid[:height, :width]
    y, x = np.rint(rows + flow[..., 1]).astype(int), np.rint(columns + flow[..., 0]).astype(int)
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    noise = _smooth_noise(height, width, 1, random)[..., 0]
    hinted = inside & (noise > np.quantile(noise, random.uniform(*HOLES)))
    chroma = lab[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1), 1:]
    return Hints((chroma * hinted[..., None]).astype(np.float32), hinted.astype(np.float32))


def smooth_flow(height: int, width: int, random: np.random.Generator) -> Floats:
    """(H, W, 2) x and y in pixels: a smooth random motion. Its largest vector has a length of MAX_MOTION."""
    flow = _smooth_noise(height, width, 2, random)
    longest = np.hypot(flow[..., 0], flow[..., 1]).max()
    return flow * np.float32(random.uniform(*MAX_MOTION) / longest)


def _smooth_noise(height: int, width: int, channels: int, random: np.random.Generator) -> Floats:
    """(H, W, C) noise with waves about a quarter of the image wide."""
    coarse = random.normal(size=(5, 5, channels)).astype(np.float32)
    return resize(resize(coarse, 17, 17), height, width)  # in two steps: smoother
