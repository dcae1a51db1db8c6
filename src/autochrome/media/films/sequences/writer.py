"""Write a film as a sequence of pictures: Y′ of the original exactly, and new colour."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from types import TracebackType
from typing import Any, Self

import av

from autochrome.errors import OutputExists, SameFile
from autochrome.files import write_errors
from autochrome.media.films.content import digest_content
from autochrome.media.films.ffmpeg_errors import encoder_errors
from autochrome.media.films.parts import HintsDigest
from autochrome.media.films.reader import FilmReader
from autochrome.media.films.sequences.dpx import with_header, with_place
from autochrome.media.films.sequences.encode import PictureEncoder
from autochrome.media.films.sequences.names import SequencePattern
from autochrome.media.films.sequences.reader import SequenceReader
from autochrome.media.films.sequences.recolor import CHROMA_DEPTH, Recolor
from autochrome.media.films.sequences.staging import Staging
from autochrome.media.timecode import Timecode
from autochrome.options import FilmOptions
from autochrome.types import CodeValues, Frame


@dataclass(frozen=True, slots=True)
class SequencePlan:
    """What the writer takes."""

    depth: int = CHROMA_DEPTH  # bits of Cb and Cr


class SequenceWriter:
    """Takes the frames and their colour in order, with the interface of `FilmWriter`.

    All pictures appear when the block ends without an error, and none before. Each shot is finished by itself, so
    interrupted work continues after the last complete shot.
    """

    def __init__(
        self,
        pattern: SequencePattern,
        like: FilmReader | SequenceReader,
        options: FilmOptions,
        job: Mapping[str, Any],
        overwrite: bool,
        restart: bool,
        hints_digest: HintsDigest,
    ) -> None:
        self.pattern, self.target = pattern, pattern.path
        self.facts = like.facts
        self.plan = SequencePlan()
        self._source = like if isinstance(like, SequenceReader) else None
        if self._source and self._source.path.resolve() == self.target.resolve():
            raise SameFile(f"{self.target}: the output would replace its own input; choose another folder.")
        self._recolor = Recolor(pattern.suffix, self.facts.plane_format, self._source)
        self._encoder = PictureEncoder(
            self.facts.height, self.facts.width, self._recolor.format, self.facts.rate
        )
        self._own_timecode = options.timecode is not None
        self._timecode = (
            Timecode.parse(options.timecode, self.facts.rate) if options.timecode else self.facts.timecode
        )
        self._hints_digest = hints_digest
        self._began: int | None = None  # the first frame of the shot that is being written
        self._newest = -1
        self._first_pts: int | None = None
        self._numbers: list[int] = []  # of the pictures, in order
        self._notes: list[str] = []
        self._open_staging(dict(job), overwrite, restart)

    def _open_staging(self, job: dict[str, Any], overwrite: bool, restart: bool) -> None:
        whole = {
            "film": digest_content(self.facts.path),
            "facts": asdict(self.facts) | {"path": None, "others": None},
            "encoder": [*self._recolor.format.options, self._recolor.format.pixel_format, av.__version__],
            "job": job,
        }
        if not overwrite and not Staging.holds(self.pattern, whole) and self._existing():
            raise OutputExists(
                f"{self.target}: there are pictures with such names already; allow overwriting or choose another name."
            )
        with write_errors(self.target):
            self._staging = Staging(self.pattern, whole, restart, self._hints_digest)

    def _existing(self) -> list[int]:
        return self.pattern.numbers() if self.pattern.folder.is_dir() else []

    losses: tuple[str, ...] = ()
    """What of the film is missing in the pictures: nothing that `notes` does not say."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts about the written pictures for the person; complete after the block."""
        return (*self._recolor.notes, *self._notes)

    @property
    def chroma_shape(self) -> tuple[int, int]:
        """(h, w) of the Cb and Cr planes that `write` takes: the size of the frame."""
        return self.facts.height, self.facts.width

    def has_frame(self, frame: int) -> bool:
        """Whether a finished shot holds this frame, so that it is only skipped."""
        return self._staging.has_frame(frame)

    def write(self, frame: Frame, blue: CodeValues, red: CodeValues) -> None:
        """Encode the next frame. blue, red: (H, W) Cb and Cr, code values of 16 bits in the range of the film."""
        number = self._remember(frame)
        self._began = frame.index if self._began is None else self._began
        with encoder_errors(self.target):
            data = self._encoder.encode(self._recolor.merge(frame, blue, red))
            if self.pattern.suffix == ".dpx":
                data = self._with_fields(data, frame)
            self._staging.path_of(number).write_bytes(data)

    def skip(self, frame: Frame) -> None:
        """The next frame is in a finished shot."""
        self._end_shot()
        self._remember(frame)

    def has_shot(self, first: int) -> bool:
        """Whether the shot that begins with this frame is finished. Shots are finished as a whole."""
        return self.has_frame(first)

    def end_part_before(self, frame: Frame, begins_shot: bool) -> bool:
        """Finish the shot before `frame`, the first of the next one. True if no shot is unfinished now."""
        if begins_shot:
            self._end_shot()
        return self._began is None

    def _remember(self, frame: Frame) -> int:
        """The number of the picture of a frame: that of the original, or of the frame in the film."""
        number = self._source.numbers[frame.index] if self._source else frame.index
        self._newest = frame.index
        self._first_pts = frame.pts if self._first_pts is None else self._first_pts
        self._numbers.append(number)
        return number

    def _end_shot(self) -> None:
        if self._began is None:
            return
        first, stop = self._began, self._newest + 1
        with encoder_errors(self.target):
            numbers = self._numbers[-(stop - first) :]
            self._staging.finish_shot(first, stop, self._hints_digest(first, stop), numbers)
        self._began = None

    def _with_fields(self, data: bytes, frame: Frame) -> bytes:
        """The DPX file with the header fields of its original, or with its number, rate and timecode."""
        header = self._source.header_of(frame.index) if self._source else None
        passed = Fraction(frame.pts - (self._first_pts or 0)) * self.facts.time_base
        timecode = self._timecode.after(passed) if self._timecode else None
        if header is None:
            return with_place(data, frame.index, self.facts.rate, timecode)
        data = with_header(data, header)
        if self._own_timecode or (self._source and self._source.source.rate):
            return with_place(data, None, self.facts.rate, timecode if self._own_timecode else None)
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._staging.abandon()
            return
        try:
            self._end_shot()
            others = set(self._existing()) - set(self._numbers)
            if others:
                self._notes.append(f"{len(others)} other pictures with such names were there before and stay")
            with encoder_errors(self.target):
                self._staging.place(self._numbers)
        except BaseException:
            self._staging.abandon()
            raise
