"""Encode one picture of a sequence."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from autochrome.media.films.facts import FULL
from autochrome.media.films.sequences.pixels import Codes

Channels = tuple[Codes, Codes, Codes]


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """One way to encode a picture."""

    encoder: str
    pixel_format: str  # FFmpeg's name
    depth: int  # bits of a code value; 32 for floating point
    options: tuple[tuple[str, str], ...] = ()


_JPEG = (("flags", "+qscale"), ("global_quality", "118"))  # the finest quantisation
_TIFF = (("compression_algo", "lzw"),)
_PNG = (("compression_level", "3"), ("pred", "sub"))
_EXR = (("format", "half"), ("compression", "zip16"))
FORMATS: dict[str, tuple[PictureFormat, ...]] = {
    ".dpx": (
        PictureFormat("dpx", "gbrp10be", 10),
        PictureFormat("dpx", "gbrp12be", 12),
        PictureFormat("dpx", "rgb48be", 16),
    ),
    ".exr": (PictureFormat("exr", "gbrpf32le", 32, _EXR),),
    ".tif": (PictureFormat("tiff", "rgb24", 8, _TIFF), PictureFormat("tiff", "rgb48le", 16, _TIFF)),
    ".png": (PictureFormat("png", "rgb24", 8, _PNG), PictureFormat("png", "rgb48be", 16, _PNG)),
    ".jpg": (PictureFormat("mjpeg", "yuvj444p", 8, _JPEG),),
}
FORMATS |= {".tiff": FORMATS[".tif"], ".jpeg": FORMATS[".jpg"]}
"""Suffix → formats, the shallowest first."""


def choose_format(suffix: str, depth: int) -> PictureFormat:
    """The shallowest format that holds `depth` bits (32: floating point), or the deepest."""
    formats = FORMATS[suffix]
    return next((one for one in formats if one.depth >= depth), formats[-1])


class PictureEncoder:
    """Encodes pictures of one size."""

    def __init__(self, height: int, width: int, picture_format: PictureFormat, rate: Fraction) -> None:
        self.format = picture_format
        self._size = height, width
        self._rate = rate

    def encode(self, channels: Channels) -> bytes:
        """R′, G′ and B′ (or Y′, Cb and Cr for JPEG), code values of the format's depth → the bytes of a file."""
        height, width = self._size
        context: Any = av.CodecContext.create(self.format.encoder, "w")
        context.width, context.height, context.pix_fmt = width, height, self.format.pixel_format
        context.time_base, context.framerate = 1 / self._rate, self._rate
        context.thread_count = 1
        context.options = dict(self.format.options)
        if self.format.encoder == "mjpeg":
            context.color_range = FULL
        frame = av.VideoFrame(width, height, self.format.pixel_format)
        self._fill(frame, channels)
        frame.pts, frame.time_base = 0, context.time_base
        packets = [*context.encode(frame), *context.encode(None)]
        return b"".join(bytes(packet) for packet in packets)

    def _fill(self, frame: Any, channels: Channels) -> None:
        name = self.format.pixel_format
        order = ">" if name.endswith("be") else "<"
        kind = np.dtype(
            f"{order}f4" if self.format.depth == 32 else "u1" if self.format.depth == 8 else f"{order}u2"
        )
        if name.startswith("rgb"):
            _rows(frame.planes[0], kind)[:, : 3 * frame.width] = np.stack(channels, axis=-1).reshape(
                frame.height, -1
            )
            return
        places = (2, 0, 1) if name.startswith("gbr") else (0, 1, 2)
        for place, codes in zip(places, channels, strict=True):
            _rows(frame.planes[place], kind)[:, : frame.width] = codes


def _rows(plane: Any, kind: np.dtype[Any]) -> Any:
    """(h, …) the memory of a plane, writable, with the unused end of each row."""
    return np.frombuffer(plane, kind).reshape(-1, plane.line_size // kind.itemsize)
