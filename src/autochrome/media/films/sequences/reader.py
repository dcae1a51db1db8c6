"""Read a sequence of pictures as a film."""

import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from autochrome.errors import FilmDamaged, InputMissing, InputUnreadable, UsageError
from autochrome.files import Closeable
from autochrome.media.films.facts import SPACES, FilmFacts
from autochrome.media.films.index import FilmIndex
from autochrome.media.films.sequences.dpx import DpxHeader, read_header
from autochrome.media.films.sequences.names import (
    ImageSequence,
    Transfer,
    describe_gaps,
    find_pattern,
    list_sequences,
)
from autochrome.media.films.sequences.pixels import Codes, Picture, unpack
from autochrome.media.films.sequences.transfer import CURVES
from autochrome.media.timecode import Timecode
from autochrome.types import CodeValues, Frame, Matrix, PlaneFormat

RATE = Fraction(24)  # frames in a second, where neither the files nor the user say
DECODERS = {
    ".dpx": "dpx",
    ".exr": "exr",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".png": "png",
    ".jpg": "mjpeg",
    ".jpeg": "mjpeg",
}
_TOLERANCE = 1e-3  # seconds: people write times with three digits
_DEEP = 16  # bits of Y′ where code values are not made for a display


class SequenceReader(Closeable):
    """The pictures of a sequence, once from beginning to end. It has the interface of `FilmReader`.

    Frames are numbered from 0 in the order of the files. A missing file leaves a gap in time.
    """

    def __init__(
        self,
        source: str | os.PathLike[str],
        keys_only: bool = False,
        start: float | None = None,
        end: float | None = None,
    ) -> None:
        """keys_only: about one picture for each second. start, end: seconds, as in `open_film`."""
        self.source = source if isinstance(source, ImageSequence) else ImageSequence(source)
        self.pattern = find_pattern(source)
        self.path = self.pattern.path
        self._notes: dict[str, None] = {}
        self.numbers = self.pattern.numbers()
        if not self.numbers:
            others = ", ".join(found.path.name for found in list_sequences(self.pattern.folder)[:4])
            there = f"; the folder holds {others}" if others else "; check the pattern"
            raise InputMissing(f"{self.path}: there is no picture with such a name{there}.")
        if gaps := describe_gaps(self.numbers):
            self._note(gaps)
        self.header = self._header(self.numbers[0])
        picture = self._first_picture()
        self.shape, self.depth, self.grey = picture.shape, picture.depth, len(picture.channels) == 1
        self.transfer = self._choose_transfer(picture)
        rate = self.source.rate or (self.header.rate if self.header else None)
        if rate is None:
            self._note(
                f"the pictures do not say their frame rate; {RATE} frames in a second are taken (--rate)"
            )
        self.rate = rate or RATE
        self._times = np.array(self.numbers, np.int64) - self.numbers[0]
        self._chosen = self._choose(keys_only, start, end)
        self.facts = self._facts(picture)

    def _choose_transfer(self, picture: Picture) -> Transfer:
        known = self.source.transfer
        if known is None:
            known = "linear" if picture.floating else self.header.transfer if self.header else "video"
        if picture.floating and known != "linear":
            raise UsageError(f"{self.path}: floating-point pictures hold linear light; leave --transfer out.")
        if known != "video":
            self._note(f"the code values are {known}; colours are chosen as a display shows them")
        return known

    def _choose(self, keys_only: bool, start: float | None, end: float | None) -> range:
        """The positions of the pictures that are read."""
        rate = float(self.rate)
        first = 0 if start is None else math.ceil((start - _TOLERANCE) * rate)
        stop = math.inf if end is None else math.ceil((end - _TOLERANCE) * rate)
        begin = int(np.searchsorted(self._times, first))
        after = len(self._times) if stop == math.inf else int(np.searchsorted(self._times, stop))
        return range(begin, after, max(1, round(rate)) if keys_only else 1)

    def _facts(self, picture: Picture) -> FilmFacts:
        matrix: Matrix = "bt601" if self._jpeg else "bt709"
        depth = picture.depth if self.transfer == "video" else _DEEP
        chosen = len(self._chosen)
        return FilmFacts(
            path=self.path,
            width=picture.shape[1],
            height=picture.shape[0],
            sampling="gray",
            plane_format=PlaneFormat(depth, True, matrix),
            space=SPACES[matrix],
            centred=True,
            interlaced=False,
            field_order=0,
            primaries=1,
            transfer=1,
            aspect=Fraction(1),
            matrix_display=None,
            turn=self.header.turn if self.header else 0,
            time_base=1 / self.rate,
            rate=self.rate,
            duration=float(chosen / self.rate),
            frames=chosen,
            codec=f"{DECODERS[self.pattern.suffix]} {self.transfer}",
            container="image2",
            timecode=self._timecode(),
            others=self.source.sound,
        )

    def _timecode(self) -> Timecode | None:
        """The timecode of the first picture that is read, from its own header."""
        header = self.header_of(self._chosen[0]) if self._chosen else None
        return header.timecode(self.rate) if header else None

    @property
    def _jpeg(self) -> bool:
        return DECODERS[self.pattern.suffix] == "mjpeg"

    def close(self) -> None:
        """Nothing stays open between two pictures."""

    def index(self) -> FilmIndex:
        """The times of all pictures; every one is a key frame."""
        return FilmIndex(self._times, self._times)

    @property
    def first(self) -> int:
        """The number of the first frame that is read."""
        return self._chosen.start

    losses: tuple[str, ...] = ()
    """What is missing of a damaged film; a picture that is missing in a sequence is a note."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts about the reading for the person; complete after the last frame."""
        return tuple(self._notes)

    def path_of(self, frame: int) -> Path:
        """The file of a frame."""
        return self.pattern.path_of(self.numbers[frame])

    def header_of(self, frame: int) -> DpxHeader | None:
        """The DPX header of a frame."""
        return self._header(self.numbers[frame])

    def _header(self, number: int) -> DpxHeader | None:
        return read_header(self.pattern.path_of(number)) if self.pattern.suffix == ".dpx" else None

    def __iter__(self) -> Iterator[Frame]:
        """Every picture in order. One that cannot be read leaves a gap, and a note names it."""
        for position in self._chosen:
            picture = self._read(position)
            if picture is not None:
                yield self._frame(position, picture)

    def _frame(self, position: int, picture: Picture) -> Frame:
        facts, pts = self.facts, int(self._times[position])
        return Frame(
            position,
            pts,
            float(pts * facts.time_base),
            self._y_plane(picture),
            facts.plane_format,
            False,
            SequenceFrame(picture),
        )

    def _y_plane(self, picture: Picture) -> CodeValues:
        """(H, W) Y′ as a display shows it: the code values themselves, if they are made for a display."""
        codes = picture.luma_codes(self.facts.plane_format.matrix)
        if self.transfer == "video":
            plane: CodeValues = codes
            return plane
        largest = 1.0 if picture.floating else float((1 << picture.depth) - 1)
        shown = CURVES[self.transfer].to_display(codes.astype(np.float32) / np.float32(largest))
        deep: CodeValues = np.rint(shown.clip(0, 1) * ((1 << _DEEP) - 1)).astype(np.uint16)
        return deep

    def _first_picture(self) -> Picture:
        """The first picture that can be read."""
        for position in range(len(self.numbers)):
            if picture := self._decode(position):
                return picture
        raise FilmDamaged(f"{self.path}: no picture of this sequence can be read.")

    def _read(self, position: int) -> Picture | None:
        picture = self._decode(position)
        if picture is None:
            return None
        if picture.shape != self.shape or picture.depth != self.depth:
            height, width = picture.shape
            raise FilmDamaged(
                f"{self.path_of(position)}: this picture has {width}×{height} pixels of {picture.depth} bits, the ones "
                f"before it {self.shape[1]}×{self.shape[0]} of {self.depth}; colour them apart."
            )
        if picture.alpha:
            self._note("transparency of the pictures is left out")
        return picture

    def _decode(self, position: int) -> Picture | None:
        """One picture; None, with a note, if its file is damaged."""
        path = self.path_of(position)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputUnreadable(f"{path}: the picture cannot be read ({error.strerror}).") from error
        frames = decode_picture(data, self.pattern.suffix)
        if not frames or frames[0].is_corrupt:
            self._note(f"{path.name} is damaged and left out")
            return None
        return unpack(frames[0])

    def _note(self, text: str) -> None:
        self._notes[text] = None


class SequenceFrame:
    """The picture behind a frame, for the writers: code values as the file stores them."""

    duration = 1  # ticks

    def __init__(self, picture: Picture) -> None:
        self.picture = picture


def decode_picture(data: bytes, suffix: str) -> list[Any]:
    """The decoded picture in the bytes of a file; empty if it is damaged."""
    context: Any = av.CodecContext.create(DECODERS[suffix], "r")
    context.thread_count = 1
    try:
        frames = list(context.decode(av.Packet(data))) if data else []
        return frames or list(context.decode(None))
    except (av.FFmpegError, ValueError, EOFError):
        return []


def codes_of(frame: Frame) -> Codes | None:
    """(H, W) Y′ code values as the file of a sequence stores them; None for frames of film files."""
    decoded = frame.decoded
    if not isinstance(decoded, SequenceFrame):
        return None
    return decoded.picture.luma_codes(frame.plane_format.matrix)
