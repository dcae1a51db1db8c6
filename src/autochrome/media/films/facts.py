"""What a film says about itself: size, planes, colour, times, codec."""

import sys
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from autochrome.errors import UsageError
from autochrome.media.films.clock import FROM_ZERO, ClockStart
from autochrome.media.films.fields import read_field_order
from autochrome.media.films.planes import layout_of
from autochrome.media.films.side_data import Mastering, read_mastering
from autochrome.media.timecode import Timecode
from autochrome.types import Matrix, PlaneFormat

_MATRICES: dict[int, Matrix] = {
    1: "bt709",
    4: "fcc",
    5: "bt601",
    6: "bt601",
    7: "smpte240m",
    9: "bt2020",
    10: "bt2020",
}
"""FFmpeg's AVColorSpace → our name of the matrix."""
SPACES: dict[Matrix, int] = {"bt709": 1, "fcc": 4, "bt601": 6, "smpte240m": 7, "bt2020": 9}
"""Our name of the matrix → FFmpeg's AVColorSpace."""
LIMITED, FULL = 1, 2  # FFmpeg's AVColorRange
_GREY_LIMITED = ("h264", "hevc", "mpeg1video", "mpeg2video")  # a missing range means the limited range here
_MOST = 100  # a frame may last so many times longer or shorter than the average
_HD = 720  # rows: a film without a matrix is read as bt709 from here on, as bt601 below


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What a film says about itself."""

    path: Path
    width: int
    height: int
    sampling: str  # "420", "422", "444", … as stored; "gray" without colour
    plane_format: PlaneFormat
    space: int  # FFmpeg's AVColorSpace, for the tag; two numbers can mean the same matrix
    centred: bool  # chroma samples sit in the middle of their luma pixels
    interlaced: bool
    field_order: int  # FFmpeg's AVFieldOrder
    primaries: int  # FFmpeg's AVColorPrimaries
    transfer: int  # FFmpeg's AVColorTransferCharacteristic
    aspect: Fraction  # of one pixel
    matrix_display: tuple[int, ...] | None  # nine numbers: how a player rotates the frames
    turn: int  # the same in degrees, counter-clockwise: 0, 90, 180 or 270
    time_base: Fraction  # seconds in a tick
    rate: Fraction  # frames in a second, about
    duration: float | None  # seconds, if known
    frames: int | None  # how many, about, if known
    codec: str
    container: str
    timecode: Timecode | None = None  # of the first frame that is read
    alpha: bool = False  # the frames have transparency
    rgb: bool = False  # they are stored as R′G′B′
    mastering: Mastering | None = None  # HDR10 data
    # the file with sound, subtitles and tags: the film itself; None: there is none
    others: Path | None = None
    clock: ClockStart = FROM_ZERO  # where our time 0 lies on the clock of the file

    @property
    def y_bytes(self) -> int:
        """Bytes of the Y′ plane of one frame."""
        return self.width * self.height * (1 if self.plane_format.depth == 8 else 2)


def read_facts(
    path: Path, container: Any, stream: Any, first: Any, start: ClockStart = FROM_ZERO
) -> FilmFacts:
    """The facts from an open container, its video stream and its first decoded frame. start: our time 0."""
    layout, codec = layout_of(first.format), stream.codec_context
    full = layout.rgb or first.color_range == FULL or first.format.name.startswith("yuvj")
    if layout.sampling == "gray" and first.color_range not in (LIMITED, FULL):
        full = codec.name not in _GREY_LIMITED
    guess: Matrix = "bt709" if first.height >= _HD else "bt601"
    plane_format = PlaneFormat(layout.depth, full, _MATRICES.get(first.colorspace, guess))
    space = first.colorspace if first.colorspace in _MATRICES else SPACES[plane_format.matrix]
    rate = frame_rate(stream, first.duration or 0)
    seconds = _seconds(container, stream)
    about = stream.frames or (round(seconds * rate) if seconds else None)
    return FilmFacts(
        path=path,
        width=first.width,
        height=first.height,
        sampling=layout.sampling,
        plane_format=plane_format,
        space=space,
        centred=full or codec.name in ("mjpeg", "mpeg1video"),
        interlaced=bool(first.interlaced_frame),
        field_order=read_field_order(first, codec.field_order),
        primaries=first.color_primaries,
        transfer=first.color_trc,
        aspect=stream.sample_aspect_ratio or Fraction(1),
        matrix_display=_display_matrix(first),
        turn=round(first.rotation / 90) * 90 % 360,
        time_base=stream.time_base,
        rate=rate,
        duration=seconds,
        frames=about,
        codec=codec.name,
        container=container.format.name,
        timecode=_read_timecode(container, stream, first, rate),
        alpha=layout.alpha,
        rgb=layout.rgb,
        mastering=read_mastering(first),
        others=path,
        clock=start,
    )


def frame_rate(stream: Any, duration: int) -> Fraction:
    """Frames in a second. duration: of the first frame, in ticks, 0 if unknown.

    An average that no frame lasts (FFmpeg says 60000 for raw DV) is not believed.
    """
    rates = [rate for rate in (stream.average_rate, stream.guessed_rate) if rate]
    shown = duration * stream.time_base  # seconds
    believed = [rate for rate in rates if not shown or 1 / _MOST < rate * shown < _MOST]
    return Fraction(min(next(iter(believed or rates), Fraction(25)), 1 / stream.time_base))


def _read_timecode(container: Any, stream: Any, first: Any, rate: Fraction) -> Timecode | None:
    """The timecode of the first frame: of a timecode track, a tag, or the frame itself. None if no place has one."""
    tags = (stream.metadata, container.metadata, *(other.metadata for other in container.streams.data))
    for metadata in tags:
        text = next((value for key, value in metadata.items() if key.lower() == "timecode"), None)
        with suppress(UsageError):
            if text:
                return Timecode.parse(text, rate)
    data = read_side_data(first, "GOP_TIMECODE")
    return None if data is None else _gop_timecode(int.from_bytes(data[:4], sys.byteorder), rate)


def _gop_timecode(bits: int, rate: Fraction) -> Timecode | None:
    """The timecode of a group of pictures in MPEG-2. Most encoders write zeros there, which say nothing."""
    hours, minutes, seconds, frames = bits >> 19 & 31, bits >> 13 & 63, bits >> 6 & 63, bits & 63
    mark = ";" if bits >> 24 & 1 else ":"
    with suppress(UsageError):
        found = Timecode.parse(f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}", rate)
        return found if found.frame else None
    return None


def _seconds(container: Any, stream: Any) -> float | None:
    """The length of the film, if the file stores it."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _display_matrix(frame: Any) -> tuple[int, ...] | None:
    data = read_side_data(frame, "DISPLAYMATRIX")
    return None if data is None else tuple(int(n) for n in np.frombuffer(data, np.int32))


def read_side_data(frame: Any, name: str) -> bytes | None:
    """Data beside a frame, by PyAV's name of its kind; None if there is none.

    PyAV refuses all of it if one kind is new to it, as in films with two views (MV-HEVC).
    """
    try:
        data = frame.side_data.get(name)
    except ValueError:
        return None
    return None if data is None else bytes(data)
