"""The planes of decoded frames: FFmpeg's planar pixel formats, conversion to them, and planes as arrays."""

from typing import Any

import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from autochrome.types import CodeValues, PlaneFormat

PLANAR_YCBCR = {
    f"yuv{sampling}p{tail}": sampling
    for sampling in ("410", "411", "420", "422", "440", "444")
    for tail in ("", "9le", "10le", "12le", "14le", "16le")
} | {f"yuvj{sampling}p": sampling for sampling in ("411", "420", "422", "440", "444")}
"""FFmpeg's name of a pixel format → how its chroma is sampled."""
PLANAR_GREY = {"gray", "gray9le", "gray10le", "gray12le", "gray14le", "gray16le"}


def plane(av_frame: Any, number: int, depth: int) -> CodeValues:
    """One plane of a PyAV frame as an array over its own memory: writing there writes into the frame."""
    data = av_frame.planes[number]
    kind = np.uint8 if depth == 8 else np.uint16
    rows: Any = np.frombuffer(data, kind).reshape(-1, data.line_size // np.dtype(kind).itemsize)
    codes: CodeValues = rows[: data.height, : data.width]
    return codes


def depth_of(pixel_format: Any) -> int:
    """Bits of a code value after conversion to planar Y′CbCr."""
    bits = int(max(component.bits for component in pixel_format.components))
    return bits if _is_planar(pixel_format.name) else 8 if bits <= 8 else 10 if bits <= 10 else 16


def _is_planar(name: str) -> bool:
    return name in PLANAR_YCBCR or name in PLANAR_GREY


def planar_name(pixel_format: Any) -> str:
    """The planar Y′CbCr (or grey) format that holds everything in a format except its transparency."""
    if _is_planar(pixel_format.name):
        return str(pixel_format.name)
    depth = depth_of(pixel_format)
    tail = "" if depth == 8 else f"{depth}le"
    if pixel_format.is_rgb or pixel_format.has_palette:
        return f"yuv444p{tail}"
    if not any(component.is_chroma for component in pixel_format.components):
        return f"gray{tail}"
    across, down = pixel_format.chroma_width(16), pixel_format.chroma_height(16)
    sampling = {(16, 16): "444", (8, 16): "422", (8, 8): "420", (4, 16): "411", (4, 4): "410"}
    return f"yuv{sampling.get((across, down), '444')}p{tail}"


def to_planar(av_frame: Any, plane_format: PlaneFormat) -> Any:
    """The frame itself, or converted to a planar format; RGB becomes Y′CbCr of limited range."""
    name = planar_name(av_frame.format)
    if name == av_frame.format.name:
        return av_frame
    space = {"bt709": Colorspace.ITU709, "bt2020": Colorspace.BT2020}.get(
        plane_format.matrix, Colorspace.ITU601
    )
    pts, duration = av_frame.pts, av_frame.duration
    side = ColorRange.JPEG if plane_format.full else ColorRange.MPEG
    if av_frame.format.is_rgb or av_frame.format.has_palette:
        planar = av_frame.reformat(format=name, dst_colorspace=space, dst_color_range=side)
    else:
        planar = av_frame.reformat(
            format=name,
            src_colorspace=space,
            dst_colorspace=space,
            src_color_range=side,
            dst_color_range=side,
        )
    planar.pts, planar.duration = pts, duration
    return planar
