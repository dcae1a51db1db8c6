"""Pictures for sharing: before and after in one picture, and a GIF that fades from one to the other."""

import numpy as np
from numpy.typing import NDArray

from autochrome.media.stills.animation import encode_gif
from autochrome.media.stills.pyramid import encode_image

Image = NDArray[np.uint8]
COMPARISON_SIDE = 1280  # pixels, long side of each of the two pictures
ANIMATION_SIDE = 560
_GAP = 6  # pixels between the two
_SLIDES = 8  # pictures in which the line moves from one side to the other
_HOLD, _SLIDE = 1200, 60  # milliseconds


def join_pair(before: Image, after: Image) -> bytes:
    """A JPEG with both: side by side, or one above the other where they are wide."""
    axis = 1 if after.shape[0] >= after.shape[1] else 0
    before = _in_color(before)
    gap = np.full((_GAP, after.shape[1], 3) if axis == 0 else (after.shape[0], _GAP, 3), 255, np.uint8)
    return encode_image(np.concatenate((before, gap, after), axis), quality=92)


def animate_pair(before: Image, after: Image) -> bytes:
    """A GIF without end: a line moves over the picture, with colour behind it, and back."""
    before, width = _in_color(before), after.shape[1]
    edges = [round(width * step / _SLIDES) for step in range(_SLIDES + 1)]
    frames, delays = [], []
    for edge in [*edges, *edges[-2:0:-1]]:
        frame = np.concatenate((after[:, :edge], before[:, edge:]), axis=1)
        if 0 < edge < width:
            frame[:, edge - 1 : edge + 1] = 255
        frames.append(frame)
        delays.append(_HOLD if edge in (0, width) else _SLIDE)
    return encode_gif(frames, delays)


def _in_color(picture: Image) -> Image:
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
