"""The planes of decoded frames: what a pixel format holds, and planes as arrays."""

import re
from dataclasses import dataclass
from typing import Any

import av
import numpy as np

from autochrome.types import CodeValues

_SAMPLINGS = {
    (16, 16): "444",
    (8, 16): "422",
    (8, 8): "420",
    (16, 8): "440",
    (4, 16): "411",
    (4, 4): "410",
}
"""Width and height of the chroma planes under 16×16 luma pixels → how the chroma is sampled."""
_DEPTHS = (8, 9, 10, 12, 14, 16)  # bits of FFmpeg's planar formats
_STORED_OTHERWISE = re.compile(
    "msb|f16|f32|xyz"
)  # PyAV does not say: shifted numbers, fractions, X′Y′Z′ as in cinemas


@dataclass(frozen=True, slots=True)
class Layout:
    """What a pixel format holds, from its descriptor."""

    sampling: str  # "420", "422", "444", "411", "410" or "440"; "gray" without colour
    depth: int  # bits of a code value, 8…16; after conversion where the format has less or more
    alpha: bool  # it holds transparency too
    rgb: bool  # it holds R′G′B′ (or X′Y′Z′), not Y′CbCr
    planar: bool  # each component has a plane of its own, which `plane` can read

    @property
    def planar_name(self) -> str:
        """FFmpeg's planar Y′CbCr (or grey) format that holds all of it."""
        tail = "" if self.depth == 8 else f"{self.depth}le"
        if self.alpha:
            return f"yuva{'420' if self.sampling == 'gray' else self.sampling}p{tail}"
        return f"gray{tail}" if self.sampling == "gray" else f"yuv{self.sampling}p{tail}"


def layout_of(pixel_format: Any) -> Layout:
    """The layout of one of FFmpeg's pixel formats."""
    components, name = pixel_format.components, pixel_format.name
    bits = max((component.bits for component in components), default=0)
    rgb = bool(pixel_format.is_rgb or pixel_format.has_palette or "xyz" in name)
    alpha = len(components) in (2, 4) and not pixel_format.has_palette
    sampling = "444"
    if not rgb:
        size = pixel_format.chroma_width(16), pixel_format.chroma_height(16)
        sampling = "gray" if len(components) < 3 else _SAMPLINGS.get(size, "444")
    planar = (
        8 <= bits <= 16
        and not (rgb or pixel_format.is_big_endian or pixel_format.is_bit_stream)
        and not _STORED_OTHERWISE.search(name)
        and [component.plane for component in components] == list(range(len(components)))
    )
    depth = next((depth for depth in _DEPTHS if depth >= bits), 16)
    layout = Layout(sampling, depth, alpha, rgb, planar)
    return layout if _exists(layout.planar_name) else Layout(sampling, 16, alpha, rgb, False)


def _exists(name: str) -> bool:
    """Whether FFmpeg has a pixel format of this name."""
    try:
        av.VideoFormat(name)
    except ValueError:
        return False
    return True


def plane(av_frame: Any, number: int, depth: int) -> CodeValues:
    """One plane of a PyAV frame as an array over its own memory: writing there writes into the frame."""
    data = av_frame.planes[number]
    kind = np.uint8 if depth == 8 else np.uint16
    rows: Any = np.frombuffer(data, kind).reshape(-1, abs(data.line_size) // np.dtype(kind).itemsize)
    codes: CodeValues = rows[: data.height, : data.width]
    return codes[::-1] if data.line_size < 0 else codes
