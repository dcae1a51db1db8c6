"""Hints from the colour that an image still has, such as a hand-tinted or half-faded print."""

import numpy as np

from autochrome.color.lab import lab_from_srgb
from autochrome.types import Floats, Hints, Pixels

NOISE_CHROMA = 4.0  # chroma of paper and noise: the mask is 0 up to here
FULL_CHROMA = 12.0  # chroma of real colour: the mask is 1 from here on


def hints_from_picture(pixels: Pixels) -> Hints:
    """(H, W, 3) sRGB, 8 or 16 bit → hints over the same pixels, from the image's own colour.

    Stronger colour counts more: the mask rises smoothly from 0 at `NOISE_CHROMA` to 1 at `FULL_CHROMA`. Sepia is colour
    too and would be kept, so treat a sepia image as grey.
    """
    lab = lab_from_srgb(pixels[..., :3].astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max))
    chroma: Floats = np.ascontiguousarray(lab[..., 1:], np.float32)
    strength = np.hypot(chroma[..., 0], chroma[..., 1])
    rise = np.clip((strength - NOISE_CHROMA) / (FULL_CHROMA - NOISE_CHROMA), 0, 1)
    return Hints(chroma, (rise * rise * (3 - 2 * rise)).astype(np.float32))
