"""A film as its frames: Y′ as the file has it, when each is shown, and what the numbers mean."""

import math
import os
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from autochrome.errors import (
    ExtraMissing,
    FilmDamaged,
    InputEmpty,
    InputMissing,
    InputUnreadable,
    NotAFilm,
)
from autochrome.types import CodeValues, Frame, Matrix, PlaneFormat

try:
    import av
    from av.video.reformatter import ColorRange, Colorspace

    from autochrome.media.films.index import FilmIndex, index_film
except ImportError as missing:
    raise ExtraMissing(
        "Film needs more packages; install them with: pip install 'autochrome[film]'"
    ) from missing

_MATRICES: dict[int, Matrix] = {
    1: "bt709",
    4: "fcc",
    5: "bt601",
    6: "bt601",
    7: "smpte240m",
    9: "bt2020",
    10: "bt2020",
}
"""FFmpeg's AVColorSpace numbers."""
SPACES: dict[Matrix, int] = {"bt709": 1, "fcc": 4, "bt601": 6, "smpte240m": 7, "bt2020": 9}
LIMITED, FULL = 1, 2  # FFmpeg's AVColorRange
_PLANAR = {
    f"yuv{sampling}p{tail}": sampling
    for sampling in ("410", "411", "420", "422", "440", "444")
    for tail in ("", "9le", "10le", "12le", "14le", "16le")
} | {f"yuvj{sampling}p": sampling for sampling in ("411", "420", "422", "440", "444")}
_GREY = {"gray", "gray9le", "gray10le", "gray12le", "gray14le", "gray16le"}
_GREY_LIMITED = ("h264", "hevc", "mpeg1video", "mpeg2video")  # where nothing said means limited range
_SHORT = 1e-3  # seconds: people write times with three digits
_HELD = 4  # pictures that come later than the decoder has them: by then it seldom needs them itself
_HD = 720  # rows: from here on a film that does not say is taken for bt709, below for bt601


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """What a film says about itself."""

    path: Path
    width: int
    height: int
    sampling: str  # "420", "422", "444", … as stored; "gray" without colour
    plane_format: PlaneFormat
    centred: bool  # chroma samples sit in the middle of their luma pixels
    interlaced: bool
    field_order: int  # FFmpeg's AVFieldOrder
    primaries: int  # FFmpeg's AVColorPrimaries
    transfer: int  # FFmpeg's AVColorTransferCharacteristic
    aspect: Fraction  # of one pixel
    matrix_display: tuple[int, ...] | None  # nine numbers: how a player turns the picture
    turn: int  # the same in degrees, counter-clockwise: 0, 90, 180 or 270
    time_base: Fraction  # seconds in a tick
    rate: Fraction  # frames in a second, about
    duration: float | None  # seconds, where the file says
    frames: int | None  # about how many, where it can be told
    codec: str
    container: str


class FilmReader:
    """The frames of a film, once from beginning to end. A context manager; made by `open_film`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        keys_only: bool = False,
        start: float | None = None,
        end: float | None = None,
        index: FilmIndex | None = None,
    ) -> None:
        """keys_only: only frames that stand for themselves, every few seconds one: a quick look at a long film.

        start, end: seconds; only the frames shown from start on and before end. They keep their numbers.
        """
        self.path = Path(path)
        self._notes: dict[str, int] = {}
        self._start, self._end = start, end
        self._keys_only = keys_only
        self._container = _open(self.path)
        try:
            self._stream = self._pictures()
            self._index = index or (self.index() if start else None)
            self._number, self._first = self._begin()
            self._shape = (self._first.height, self._first.width, self._first.format.name)
            self.facts = self._between(_facts(self.path, self._container, self._stream, self._first))
        except BaseException:
            self._container.close()
            raise

    def _pictures(self) -> Any:
        stream = _video(self._container, self.path)
        stream.thread_type = "AUTO"
        if self._keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        return stream

    def _begin(self) -> tuple[int, Any]:
        """Number of the first frame that is decoded, and the frame: near the start, if that can be found, or 0."""
        found = self._jump() if self._index else None
        if found is None:
            self._decoded = self._decode()
            found = 0, next(self._decoded, None)
        if found[1] is None:
            raise FilmDamaged(f"{self.path}: no frame of this film can be read.")
        return found

    def _jump(self) -> tuple[int, Any] | None:
        """Go to the last frame before the start that needs no other; None, and back again, where that fails."""
        index = self._index
        assert index is not None
        wanted = self._ticks(self._start or 0.0)
        key = index.key_before(wanted)
        if key is None or key == index.keys[0]:
            return None
        try:
            self._container.seek(key, stream=self._stream)
            self._decoded = self._decode()
            first = next(self._decoded, None)
            if first is not None and first.pts is not None and first.pts <= wanted:
                number = index.place(first.pts)
                if number is not None:
                    return number, first
        except (av.FFmpegError, OSError):
            pass  # some containers cannot be entered in the middle
        self._container.close()
        self._container = _open(self.path)
        self._stream = self._pictures()
        return None

    def _ticks(self, seconds: float) -> int:
        """The first tick that is not before this time, with the tolerance of a person's three digits."""
        return math.ceil((seconds - _SHORT) / float(self._stream.time_base))

    def _between(self, facts: FilmFacts) -> FilmFacts:
        """The facts, with as many frames and seconds as lie between start and end."""
        if self._start is None and self._end is None:
            return facts
        first = facts.duration or 0.0
        length = max(0.0, min(first, self._end or first) - (self._start or 0.0)) if first else None
        return replace(facts, duration=length, frames=None if length is None else round(length * facts.rate))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._decoded.close()
        self._container.close()

    def index(self) -> FilmIndex | None:
        """When every frame is shown, from the packets alone; None where these do not say."""
        return index_film(self.path, self._stream.index)

    @property
    def first(self) -> int:
        """The number of the first frame that there will be, as far as it can be told beforehand."""
        return self._index.first_from(self._ticks(self._start or 0.0)) if self._index else 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about how the film was read; complete after the last frame."""
        return tuple(text.format(count) for text, count in self._notes.items())

    def __iter__(self) -> Iterator[Frame]:
        """Every frame in the order they are shown. May be gone through once."""
        first = None if self._start is None else self._ticks(self._start)
        end = None if self._end is None else self._ticks(self._end)
        for frame in self._frames():
            if end is not None and frame.pts >= end:
                return
            if first is None or frame.pts >= first:
                yield frame

    def _frames(self) -> Iterator[Frame]:
        picture, index, last = self._first, self._number, None
        self._first = None
        following = _later(self._decoded, _HELD)
        while picture is not None:
            if (picture.height, picture.width, picture.format.name) != self._shape:
                seconds = float((last or 0) * self.facts.time_base)
                self._note(f"the picture changes its size or kind after {seconds:.1f} s; the film ends there")
                return
            pts = picture.pts
            if pts is None or (last is not None and pts <= last):
                self._note("{} frames had no time of their own, or one already past, and were put in line")
                pts = 0 if last is None else last + max(1, picture.duration or 1)
            last = picture.pts = pts
            if picture.is_corrupt:
                self._note("{} frames are damaged")
            yield self._frame(picture, index, pts)
            index += 1
            picture = next(following, None)

    def _note(self, text: str) -> None:
        self._notes[text] = self._notes.get(text, 0) + 1

    def _frame(self, picture: Any, index: int, pts: int) -> Frame:
        facts = self.facts
        picture = _planar(picture, facts.plane_format)
        # The writer puts colour into it. What the decoder still needs is copied, before anybody looks at its memory.
        picture.make_writable()
        picture.pict_type = 0  # else the encoder would copy the old film's choice of key frames
        light = plane(picture, 0, facts.plane_format.depth)
        return Frame(
            index,
            pts,
            float(pts * facts.time_base),
            light,
            facts.plane_format,
            bool(picture.interlaced_frame),
            picture,
        )

    def _decode(self) -> Generator[Any]:
        """Pictures; packets that cannot be read are counted and passed over."""
        packets = self._container.demux(self._stream)
        end = False
        while not end:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError, ValueError):
                self._note("the film cannot be read to its end")
                packet = None
            end = packet is None or packet.size == 0
            try:
                yield from self._stream.decode(None if packet is None or end else packet)
            except EOFError:
                return
            except (av.FFmpegError, ValueError):
                self._note("{} broken packets were left out")


def _later(pictures: Iterator[Any], count: int) -> Iterator[Any]:
    """The same, so many behind."""
    held: deque[Any] = deque()
    for picture in pictures:
        held.append(picture)
        if len(held) > count:
            yield held.popleft()
    yield from held


def plane(picture: Any, number: int, depth: int) -> CodeValues:
    """One plane of a PyAV frame as an array over its own memory: writing there writes into the frame."""
    data = picture.planes[number]
    kind = np.uint8 if depth == 8 else np.uint16
    rows: Any = np.frombuffer(data, kind).reshape(-1, data.line_size // np.dtype(kind).itemsize)
    codes: CodeValues = rows[: data.height, : data.width]
    return codes


def _open(path: Path) -> Any:
    if not path.exists():
        raise InputMissing(f"{path}: there is no such file.")
    if path.is_dir():
        raise InputUnreadable(f"{path}: this is a folder, not a film.")
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise InputEmpty(f"{path}: the file is empty.")
        return av.open(str(path), metadata_errors="replace")
    except PermissionError as refused:
        raise InputUnreadable(f"{path}: reading it is not allowed.") from refused
    except (av.FFmpegError, ValueError) as unknown:
        raise NotAFilm(
            f"{path}: this is no film that can be read; it may be cut short or be another kind of file."
        ) from unknown


def _video(container: Any, path: Path) -> Any:
    """The first stream of moving pictures; a cover picture is none."""
    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams:
        raise NotAFilm(f"{path}: there are no moving pictures in this file.")
    if streams[0].codec_context is None:
        raise NotAFilm(f"{path}: its pictures are packed in a way that cannot be read here.")
    return streams[0]


def _facts(path: Path, container: Any, stream: Any, first: Any) -> FilmFacts:
    name = _planar_name(first.format)
    sampling = "gray" if name in _GREY else _PLANAR[name]
    codec = stream.codec_context
    full = first.color_range == FULL or name.startswith("yuvj")
    if sampling == "gray" and first.color_range not in (LIMITED, FULL):
        full = codec.name not in _GREY_LIMITED
    guess: Matrix = "bt709" if first.height >= _HD else "bt601"
    plane_format = PlaneFormat(
        _bits(first.format), full and not first.format.is_rgb, _MATRICES.get(first.colorspace, guess)
    )
    rate = min(stream.average_rate or stream.guessed_rate or Fraction(25), 1 / stream.time_base)
    seconds = _seconds(container, stream)
    about = stream.frames or (round(seconds * rate) if seconds else None)
    return FilmFacts(
        path=path,
        width=first.width,
        height=first.height,
        sampling=sampling,
        plane_format=plane_format,
        centred=full or codec.name in ("mjpeg", "mpeg1video"),
        interlaced=bool(first.interlaced_frame),
        field_order=codec.field_order,
        primaries=first.color_primaries,
        transfer=first.color_trc,
        aspect=stream.sample_aspect_ratio or Fraction(1),
        matrix_display=_display_matrix(first),
        turn=round(first.rotation / 90) * 90 % 360,
        time_base=stream.time_base,
        rate=Fraction(rate),
        duration=seconds,
        frames=about,
        codec=codec.name,
        container=container.format.name,
    )


def _seconds(container: Any, stream: Any) -> float | None:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _display_matrix(picture: Any) -> tuple[int, ...] | None:
    data = picture.side_data.get("DISPLAYMATRIX")
    return None if data is None else tuple(int(n) for n in np.frombuffer(bytes(data), np.int32))


def _bits(kind: Any) -> int:
    """Bits of a code once the picture is planar Y′CbCr."""
    bits = int(max(part.bits for part in kind.components))
    return bits if _known(kind.name) else 8 if bits <= 8 else 10 if bits <= 10 else 16


def _known(name: str) -> bool:
    return name in _PLANAR or name in _GREY


def _planar_name(kind: Any) -> str:
    """The planar Y′CbCr (or grey) format that holds everything a format holds but its transparency."""
    if _known(kind.name):
        return str(kind.name)
    depth = _bits(kind)
    tail = "" if depth == 8 else f"{depth}le"
    if kind.is_rgb or kind.has_palette:
        return f"yuv444p{tail}"
    if not any(part.is_chroma for part in kind.components):
        return f"gray{tail}"
    across, down = kind.chroma_width(16), kind.chroma_height(16)
    sampling = {(16, 16): "444", (8, 16): "422", (8, 8): "420", (4, 16): "411", (4, 4): "410"}
    return f"yuv{sampling.get((across, down), '444')}p{tail}"


def _planar(picture: Any, plane_format: PlaneFormat) -> Any:
    """The picture as it is, or unpacked into planes; RGB turns into Y′CbCr of limited range."""
    name = _planar_name(picture.format)
    if name == picture.format.name:
        return picture
    space = {"bt709": Colorspace.ITU709, "bt2020": Colorspace.BT2020}.get(
        plane_format.matrix, Colorspace.ITU601
    )
    pts, lasts = picture.pts, picture.duration
    side = ColorRange.JPEG if plane_format.full else ColorRange.MPEG
    if picture.format.is_rgb or picture.format.has_palette:
        planar = picture.reformat(format=name, dst_colorspace=space, dst_color_range=side)
    else:
        planar = picture.reformat(
            format=name,
            src_colorspace=space,
            dst_colorspace=space,
            src_color_range=side,
            dst_color_range=side,
        )
    planar.pts, planar.duration = pts, lasts
    return planar
