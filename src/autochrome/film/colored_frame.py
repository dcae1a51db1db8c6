"""The colour of one frame as a chroma fit, and as sRGB pixels."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from autochrome.color.upsample import fit
from autochrome.color.ycbcr import luma_from_y, rgb_from_planes, y_percent
from autochrome.film.chroma import ChromaLayer, cbcr_from_ab, shrink_plane
from autochrome.types import Chroma, CodeValues, Floats, Frame


@dataclass(frozen=True, slots=True)
class ColoredFrame:
    """A frame whose colour is decided."""

    frame: Frame
    coefficients: Floats | None  # from `fit_chroma`; None: the frame is in a finished part
    begins_shot: bool
    confidence: float  # 0…1, of the last prediction; 1 for frames of finished parts


def fit_chroma(frame: Frame, chroma: Chroma, halved_y: CodeValues | None = None) -> Floats:
    """(h, w, 2) a*b* → (4, h, w) coefficients: Cb and Cr as slope · Y′ + offset, Y′ 0…100 of the frame itself.

    halved_y: a smaller version of the Y′ plane. It saves time, and is used if it is large enough.
    """
    plane_format = frame.plane_format
    height, width = chroma.shape[:2]
    if halved_y is None or halved_y.shape[0] < height or halved_y.shape[1] < width:
        halved_y = frame.y_plane
    small = shrink_plane(halved_y, height, width)
    y = y_percent(small, plane_format)
    return fit(y, cbcr_from_ab(y, luma_from_y(small, plane_format), chroma, plane_format.matrix)).coefficients


def render_frame(frame: Frame, chroma: Chroma | None, long_side: int, turn: int) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB, upright, `long_side` pixels at the long side. Without chroma, (h, w, 2), it is grey."""
    scale = long_side / max(frame.y_plane.shape)
    height, width = (max(1, round(scale * side)) for side in frame.y_plane.shape)
    y_plane = shrink_plane(frame.y_plane, height, width)
    coefficients = np.zeros((4, 1, 1), np.float32) if chroma is None else fit_chroma(frame, chroma)
    if 2 * height > frame.y_plane.shape[0]:
        planes = _render_halved(frame, coefficients, y_plane.shape)
    else:  # smaller than the chroma planes of the film
        planes = ChromaLayer(frame.plane_format, 8, y_plane.shape, centred=True).render(y_plane, coefficients)
    rgb = rgb_from_planes(y_plane, *planes, frame.plane_format)
    return np.ascontiguousarray(np.rot90(rgb, turn // 90))


def _render_halved(
    frame: Frame, coefficients: Floats, shape: tuple[int, int]
) -> tuple[CodeValues, CodeValues]:
    """Cb and Cr of a shown frame, with as many samples as most films store: one for four pixels, at their left."""
    height, width = frame.y_plane.shape
    halves = (height + 1) // 2, (width + 1) // 2
    planes = ChromaLayer(frame.plane_format, 8, halves, centred=False).render(frame.y_plane, coefficients)
    down, across = height / shape[0], width / shape[1]
    place = np.array([[across / 2, 0, (across - 1) / 4], [0, down / 2, down / 4 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    enlarged: Any = [
        cv2.warpAffine(plane, place, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for plane in planes
    ]
    return enlarged[0], enlarged[1]
