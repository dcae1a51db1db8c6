"""What frames carry beside their planes: HDR mastering data, captions, Dolby Vision; and what a note names.

Kept is what the encoder takes from the frames or from its options.
"""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

_CHROMATICITY, _LUMINANCE = (
    50000,
    10000,
)  # units in which encoders count x and y, and candela per square metre
_RATIONALS = struct.Struct(
    "=22i"
)  # FFmpeg's AVMasteringDisplayMetadata: ten fractions, and which of them are there
_LIGHT = struct.Struct("=2I")  # AVContentLightMetadata
_OPTIONS = {
    "libx264": ("x264-params", "mastering-display", "cll"),
    "libx265": ("x265-params", "master-display", "max-cll"),
}
_KINDS = {
    "A53_CC": "closed captions inside its frames",
    "DYNAMIC_HDR_PLUS": "HDR10+ metadata",
    "DYNAMIC_HDR_VIVID": "HDR Vivid metadata",
    "DOVI_RPU_BUFFER": "Dolby Vision metadata",
    "DOVI_METADATA": "Dolby Vision metadata",
}
_FIRST, _EVERY = 2, 64  # frames that are looked at
_KEPT = {"A53_CC": ("libx264", "libx265")}  # encoders that write them from the frames


class Mastering(NamedTuple):
    """For which display an HDR film was made, and how bright it is, in the words of the encoders."""

    display: str | None  # "G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)"
    light: str | None  # "MaxCLL,MaxFALL", candela per square metre


def read_mastering(av_frame: Any) -> Mastering | None:
    """The HDR10 data of a film from its first frame; None if it has none."""
    found = dict(_side_data(av_frame))
    display, light = found.get("MASTERING_DISPLAY_METADATA"), found.get("CONTENT_LIGHT_LEVEL")
    mastering = Mastering(
        _display(bytes(display)) if display is not None else None,
        "{},{}".format(*_LIGHT.unpack(bytes(light)[:8])) if light is not None else None,
    )
    return mastering if any(mastering) else None


def _display(data: bytes) -> str | None:
    numbers = _RATIONALS.unpack(data[: _RATIONALS.size])
    values = [
        Fraction(a, b) if b else Fraction(0) for a, b in zip(numbers[:20:2], numbers[1:20:2], strict=True)
    ]
    if not (numbers[20] and numbers[21]):
        return None
    red, green, blue, white = (
        (values[n] * _CHROMATICITY, values[n + 1] * _CHROMATICITY) for n in (0, 2, 4, 6)
    )
    least, most = (value * _LUMINANCE for value in values[8:])
    pairs = {"G": green, "B": blue, "R": red, "WP": white, "L": (most, least)}
    return "".join(f"{name}({round(a)},{round(b)})" for name, (a, b) in pairs.items())


def mastering_settings(mastering: Mastering, encoder: str) -> tuple[str, str] | None:
    """The option of an encoder that stores the HDR10 data, and its value; None if the encoder cannot store it."""
    if encoder not in _OPTIONS:
        return None
    option, display, light = _OPTIONS[encoder]
    pairs = zip((display, light), mastering, strict=True)
    return option, ":".join(f"{name}={value}" for name, value in pairs if value)


class SideDataCheck:
    """Looks at frames that are written, and names what the encoder leaves out.

    Only at some: a frame whose side data PyAV has shown refers to itself, and stays in memory until Python collects
    such circles, which may be hundreds of frames later. Films have these data in all their frames.
    """

    def __init__(self, encoder: str, codec: str) -> None:
        self._encoder, self._codec = encoder, codec
        self._lost: set[str] = set()
        self._count = 0

    def look_at(self, av_frame: Any) -> None:
        """Look at the next frame, or pass it over."""
        self._count += 1
        if self._count > _FIRST and self._count % _EVERY:
            return
        for kind, _ in _side_data(av_frame):
            if kind in _KINDS and self._encoder not in _KEPT.get(kind, ()):
                self._lost.add(_KINDS[kind])

    @property
    def notes(self) -> list[str]:
        return [
            f"the film has {what}, which {self._codec} cannot store here; they are left out"
            for what in sorted(self._lost)
        ]


def _side_data(av_frame: Any) -> Iterator[tuple[str, Any]]:
    """(name of the kind, data) of one frame."""
    try:
        yield from ((data.type.name, data) for data in getattr(av_frame, "side_data", ()))
    except ValueError:  # a kind that PyAV does not know
        return
