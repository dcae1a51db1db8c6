"""Moving pictures of a few frames, as GIF."""

from collections.abc import Sequence

import numpy as np
import pyvips
from numpy.typing import NDArray


def encode_gif(frames: Sequence[NDArray[np.uint8]], delays: Sequence[int]) -> bytes:
    """(H, W, 3) sRGB each, and the milliseconds for which each is shown → a GIF that repeats without end."""
    height, width, _ = frames[0].shape
    tower = np.ascontiguousarray(np.concatenate(frames))
    image = pyvips.Image.new_from_memory(tower, width, len(tower), 3, "uchar").copy(interpretation="srgb")
    image.set_type(pyvips.GValue.gint_type, "page-height", height)
    image.set_type(pyvips.GValue.array_int_type, "delay", list(delays))
    image.set_type(pyvips.GValue.gint_type, "loop", 0)
    return bytes(image.gifsave_buffer(effort=4))
