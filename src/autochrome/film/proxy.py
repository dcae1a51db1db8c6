"""Small versions of a film frame: the grey proxy for cuts and motion, and the input of the network."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.tone import shift_chroma
from autochrome.color.ycbcr import luma_from_y
from autochrome.film.chroma import halve_plane, shrink_plane
from autochrome.model import ColorModel
from autochrome.options import Look
from autochrome.types import Chroma, CodeValues, Frame, Hints, Luma

PROXY_SIDE = 128  # pixels at the long side: enough to find cuts and motion
_MAX_ASPECT = 4  # the network input is at most so many times longer than wide
_BLANK = 1.5  # L*: a frame with a smaller standard deviation is black, white or empty, and gets no colour


@dataclass(frozen=True, slots=True)
class ProxyFrame:
    """A frame with its proxy: the small grey frame in which cuts and motion are found."""

    frame: Frame
    halved_y: CodeValues  # its Y′ plane, halved some times: a step on the way to the proxy, used again later
    grey: NDArray[np.uint8]  # (h, w) the proxy; stored orientation, not turned upright


PaintedFrame: TypeAlias = tuple[ProxyFrame, Chroma, float]
"""A frame, its (h, w, 2) a*b* in stored orientation, and the confidence of the last prediction, 0…1."""


def make_proxy(frame: Frame) -> ProxyFrame:
    """Add the proxy of a frame, `PROXY_SIDE` pixels at the long side. Every detector of cuts gets this proxy."""
    size = _proxy_size(frame.y_plane)
    halved = halve_plane(frame.y_plane, *size)
    return ProxyFrame(frame, halved, _to_8_bits(shrink_plane(halved, *size), frame.plane_format.depth))


def proxy_grey(y_plane: CodeValues, depth: int = 8) -> NDArray[np.uint8]:
    """The same proxy of a plane alone: (H, W) code values of `depth` bits → (h, w) grey."""
    return _to_8_bits(shrink_plane(y_plane, *_proxy_size(y_plane)), depth)


def _proxy_size(y_plane: CodeValues) -> tuple[int, int]:
    height, width = y_plane.shape
    scale = min(1.0, PROXY_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _to_8_bits(codes: CodeValues, depth: int) -> NDArray[np.uint8]:
    return (codes >> (depth - 8)).astype(np.uint8)


def network_input(frame: Frame, size: int, turn: int) -> Luma:
    """(h, w) L* 0…100, upright: `size` pixels at the short side, never larger than the frame.

    turn: degrees counter-clockwise from the stored frame to the upright one.
    """
    small = shrink_to_input(frame.y_plane, size)
    return np.ascontiguousarray(np.rot90(luma_from_y(small, frame.plane_format), turn // 90))


def shrink_to_input(y_plane: CodeValues, size: int) -> CodeValues:
    """(H, W) Y′ → (h, w) at the size of `network_input`. Doing it twice is the same as once."""
    height, width = y_plane.shape
    short, long = min(height, width), max(height, width)
    scale = min(1.0, size / short, _MAX_ASPECT * size / long)
    return shrink_plane(y_plane, max(1, round(height * scale)), max(1, round(width * scale)))


def predict(
    luma: Luma, network: ColorModel, look: Look, turn: int, hints: Hints | None = None
) -> tuple[Chroma, float]:
    """Run the network on one frame: (h, w, 2) a*b* in stored orientation, and the mean confidence 0…1.

    luma: from `network_input`; hints: over the same pixels.
    """
    prediction = network.paint(network.prepare(luma), hints, look.vivid)
    chroma = np.zeros_like(prediction.chroma) if luma.std() < _BLANK else prediction.chroma
    chroma = shift_chroma(chroma, look.warmth, look.tint)
    confidence = 1.0 if prediction.confidence is None else float(prediction.confidence.mean())
    return np.ascontiguousarray(np.rot90(chroma, -(turn // 90))), confidence
