"""Bring samples of 10 or 12 bits to 16."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def scale_to_16(pixels: NDArray[Any], bits: int) -> NDArray[np.uint16]:
    """Values of `bits` bits → 16 bits, so that white is 65535; rounded."""
    white = 2**bits - 1
    if white == 65535:
        return np.ascontiguousarray(pixels, np.uint16)
    table = ((np.arange(white + 1, dtype=np.uint64) * 65535 + white // 2) // white).astype(np.uint16)
    scaled: NDArray[np.uint16] = table[pixels]
    return scaled
