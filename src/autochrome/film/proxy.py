"""A frame of a film as the network is shown it, and its answer as colour under that frame's own Y′."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.upsample import fit
from autochrome.color.ycbcr import luma_from_y, rgb_from_planes, y_percent
from autochrome.film.chroma import ChromaLayer, cbcr_from_ab, halve_plane, shrink_plane
from autochrome.model import ColorModel
from autochrome.types import Chroma, CodeValues, Floats, Frame, Hints, Luma, PlaneFormat

LOOK = 128  # pixels at the long side: enough to see cuts and motion
_LONGEST = 4  # a picture is shown to the network at most so many times longer than wide
_FLAT = 1.5  # L*: a frame that varies less than this is black, white or blank, and has no colour


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame and the small grey picture of it in which cuts and motion are looked for."""

    frame: Frame
    light: CodeValues  # its Y′, halved a few times on the way to the small picture
    small: NDArray[np.uint8]  # (h, w), as it is stored, not turned


Colored: TypeAlias = tuple[Seen, Chroma, float]
"""A frame, its (h, w, 2) a*b* as it is stored, and how sure the network was when it looked last, 0…1."""


def see(frame: Frame) -> Seen:
    """The frame with its small picture, `LOOK` pixels at the long side."""
    height, width = frame.y_plane.shape
    scale = min(1.0, LOOK / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    light = halve_plane(frame.y_plane, *size)
    small = shrink_plane(light, *size) >> (frame.plane_format.depth - 8)
    return Seen(frame, light, small.astype(np.uint8))


def shown(frame: Frame, size: int, turn: int) -> Luma:
    """(h, w) L* 0…100, upright: `size` pixels at the short side, never larger than the frame itself.

    turn: degrees counter-clockwise from the stored picture to the upright one.
    """
    height, width = frame.y_plane.shape
    short, long = min(height, width), max(height, width)
    scale = min(1.0, size / short, _LONGEST * size / long)
    small = shrink_plane(frame.y_plane, max(1, round(height * scale)), max(1, round(width * scale)))
    return np.ascontiguousarray(np.rot90(luma_from_y(small, frame.plane_format), turn // 90))


def look(
    luma: Luma, network: ColorModel, vivid: float, turn: int, hints: Hints | None = None
) -> tuple[Chroma, float]:
    """What a network says of a frame: (h, w, 2) a*b*, as the frame is stored, and how sure it is, 0…1.

    luma: as `shown` gave it; hints: over the same pixels; vivid: 0…2.
    """
    painted = network.paint(network.prepare(luma), hints, vivid)
    answer = np.zeros_like(painted.chroma) if luma.std() < _FLAT else painted.chroma
    sure = 1.0 if painted.confidence is None else float(painted.confidence.mean())
    return np.ascontiguousarray(np.rot90(answer, -(turn // 90))), sure


def lines_of(frame: Frame, chroma: Chroma, light: CodeValues | None = None) -> Floats:
    """(h, w, 2) a*b* → (4, h, w) lines of Cb and Cr in the frame's own Y′ 0…100.

    light: the same Y′, smaller. It is quicker to look at, if it is large enough.
    """
    plane_format: PlaneFormat = frame.plane_format
    height, width = chroma.shape[:2]
    if light is None or light.shape[0] < height or light.shape[1] < width:
        light = frame.y_plane
    light = shrink_plane(light, height, width)
    share = y_percent(light, plane_format)
    return fit(
        share, cbcr_from_ab(share, luma_from_y(light, plane_format), chroma, plane_format.matrix)
    ).coefficients


def as_picture(frame: Frame, chroma: Chroma | None, long_side: int, turn: int) -> NDArray[np.uint8]:
    """(h, w, 3) sRGB, upright, `long_side` pixels at the long side; grey without chroma (h, w, 2)."""
    height, width = frame.y_plane.shape
    scale = long_side / max(height, width)
    light = shrink_plane(frame.y_plane, max(1, round(height * scale)), max(1, round(width * scale)))
    lines = np.zeros((4, 1, 1), np.float32) if chroma is None else lines_of(frame, chroma)
    blue, red = ChromaLayer(frame.plane_format, 8, light.shape, centred=True).render(light, lines)
    picture = rgb_from_planes(light, blue, red, frame.plane_format)
    return np.ascontiguousarray(np.rot90(picture, turn // 90))
