"""A coloured picture at a small size, as L* and a*b*."""

import os

import numpy as np

from autochrome.color.lab import lab_from_srgb
from autochrome.color.resize import resize
from autochrome.errors import HintsError
from autochrome.media.stills import open_still
from autochrome.types import Chroma, Luma


def read_small_lab(path: str | os.PathLike[str], long_side: int) -> tuple[Luma, Chroma]:
    """(h, w) L* and (h, w, 2) a*b* of a coloured picture, with at most this many pixels on its long side."""
    with open_still(path) as still:
        pixels = still.read_small(long_side)
    if pixels.ndim == 2:
        raise HintsError(f"{path}: this image is grey; use a coloured image as a picture or reference.")
    scale = min(1.0, long_side / max(pixels.shape))
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    rgb = resize(pixels[..., :3].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max), height, width)
    lab = lab_from_srgb(rgb).astype(np.float32)
    return lab[..., 0], np.ascontiguousarray(lab[..., 1:])
