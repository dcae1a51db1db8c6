"""Colours as #rrggbb."""

import numpy as np
from numpy.typing import NDArray

from autochrome.color.lab import lab_from_srgb, srgb_from_lab
from autochrome.types import Floats

_CHROMA_LOSS = 2.0  # a*b*: a smaller loss of chroma is not visible


def color_code(luma: float, ab: Floats) -> str:
    """#rrggbb of a colour, with the L* nearest to `luma` at which it loses no visible chroma."""
    lumas = sorted((luma, *np.arange(25.0, 90.0, 5.0)), key=lambda each: abs(each - luma))
    rgb = srgb_from_lab(np.array([[each, *ab] for each in lumas]))
    loss = np.linalg.norm(lab_from_srgb(rgb)[:, 1:] - ab, axis=1)
    best = int(np.argmax(loss < _CHROMA_LOSS)) if (loss < _CHROMA_LOSS).any() else int(np.argmin(loss))
    return hex_of(np.clip(np.rint(rgb[best] * 255), 0, 255).astype(np.uint8))


def hex_of(rgb: NDArray[np.uint8]) -> str:
    """(3,) uint8 → #rrggbb."""
    return "#" + bytes(rgb.tolist()).hex()
