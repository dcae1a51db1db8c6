"""Read the frames of a film: Y′ as the file stores it, with the time of each frame."""

import math
import os
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av

from autochrome.errors import FilmDamaged, InputUnreadable
from autochrome.files import Closeable
from autochrome.media.films.clock import Clock, DisplayOrder, find_start
from autochrome.media.films.completeness import Completeness
from autochrome.media.films.containers import find_frames, open_readable
from autochrome.media.films.conversion import Converter
from autochrome.media.films.decoding import decode_frames
from autochrome.media.films.facts import FilmFacts, read_facts
from autochrome.media.films.frame_budget import frames_held_back, thread_count
from autochrome.media.films.hidden_frames import may_hide_frames
from autochrome.media.films.index import FilmIndex, index_film
from autochrome.media.films.planes import plane
from autochrome.media.films.unreadable import explain
from autochrome.types import Frame

_TOLERANCE = 1e-3  # seconds: people write times with three digits


class FilmReader(Closeable):
    """The frames of a film, once from beginning to end. A context manager; made by `open_film`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        keys_only: bool = False,
        start: float | None = None,
        end: float | None = None,
        index: FilmIndex | None = None,
    ) -> None:
        """keys_only: only key frames, one every few seconds: a quick way through a long film.

        start, end: seconds; only frames shown from `start` on and before `end`. They keep their numbers.
        """
        self.path = Path(path)
        self._notes: dict[str, int] = {}
        self._losses: list[str] = []
        self._found: tuple[list[str], list[str]] = [], []  # losses and notes, when all frames are read
        self._from_beginning = False
        self._start, self._end = start, end
        self._keys_only = keys_only
        self._container = open_readable(self.path)
        try:
            self._stream = self._open_stream()
            self._clock_start = find_start(self._container, self._stream)
            self._clock = Clock(self._clock_start, self._stream.time_base)
            self._index = index or (self.index() if start else None)
            self._number, self._first = self._begin()
            self._first.make_writable()  # later, this would move the side data that PyAV has shown
            self._shape = (self._first.height, self._first.width, self._first.format.name)
            self.facts = self._limit_facts(
                read_facts(self.path, self._container, self._stream, self._first, self._clock_start)
            )
            self._converter = self._new_converter(self._first.format)
        except BaseException:
            self._container.close()
            raise

    def _open_stream(self) -> Any:
        stream = find_frames(self._container, self.path)
        stream.thread_type = "AUTO"
        context = stream.codec_context
        # With several threads, PyAV passes over an error that comes together with a frame.
        single = may_hide_frames(context.name)
        context.thread_count = 1 if single else thread_count(context.width * context.height)
        if self._keys_only:
            stream.codec_context.skip_frame = "NONKEY"
        return stream

    def _begin(self) -> tuple[int, Any]:
        """The first frame to decode and its number: near the start if we can jump there, else frame 0."""
        found = self._jump() if self._index else None
        if found is None:
            self._decoded = self._decode()
            found = 0, next(self._decoded, None)
            self._from_beginning = True
        if found[1] is None:
            why = explain(self.path) or "no frame of this film can be read; get the file again."
            raise FilmDamaged(f"{self.path}: {why}")
        return found

    def _jump(self) -> tuple[int, Any] | None:
        """Jump to the last key frame before the start. If that fails: None, and the film is at its beginning again."""
        index = self._index
        assert index is not None
        start = self._ticks(self._start or 0.0)
        key = index.key_before(start)
        if key is None or key == index.keys[0]:
            return None
        try:
            self._container.seek(self._clock.raw_ticks(key), stream=self._stream)
            self._decoded = self._decode()
            first = next(self._decoded, None)
            if first is not None and first.pts is not None and first.pts <= start:
                number = index.frame_at(first.pts)
                if number is not None:
                    return number, first
        except (av.FFmpegError, OSError):
            pass  # some containers do not allow a jump
        self._container.close()
        self._container = open_readable(self.path)
        self._stream = self._open_stream()
        return None

    def _ticks(self, seconds: float) -> int:
        """The first tick that is not before this time, with a tolerance for times of three digits."""
        return math.ceil((seconds - _TOLERANCE) / float(self._stream.time_base))

    def _limit_facts(self, facts: FilmFacts) -> FilmFacts:
        """The facts, with the number of frames and seconds between start and end, and the timecode at the start."""
        if self._start is None and self._end is None:
            return facts
        if facts.timecode and self._start:
            facts = replace(facts, timecode=facts.timecode.later(self._frames_before_start(facts)))
        first = facts.duration or 0.0
        length = max(0.0, min(first, self._end or first) - (self._start or 0.0)) if first else None
        return replace(facts, duration=length, frames=None if length is None else round(length * facts.rate))

    def _frames_before_start(self, facts: FilmFacts) -> int:
        """How many frames of constant rate lie between the beginning of the film and the start."""
        if self._index is None or not self.first < len(self._index.times):
            return round((self._start or 0.0) * facts.rate)
        times = self._index.times
        return round(int(times[self.first] - times[0]) * facts.time_base * facts.rate)

    def close(self) -> None:
        self._decoded.close()
        self._container.close()

    def index(self) -> FilmIndex | None:
        """The times of all frames, from the packets alone; None if these have no times."""
        return index_film(self.path, self._stream.index, self._clock_start)

    @property
    def first(self) -> int:
        """The number of the first frame that is read, if it is known before decoding; else 0."""
        return self._index.first_from(self._ticks(self._start or 0.0)) if self._index else 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts about the reading for the person; complete after the last frame."""
        return (*(text.format(count) for text, count in self._notes.items()), *self._found[1])

    @property
    def losses(self) -> tuple[str, ...]:
        """What is missing of a damaged film; complete after the last frame."""
        return (*self._losses, *self._found[0])

    def __iter__(self) -> Iterator[Frame]:
        """Every frame in the order of display. Works once."""
        first = None if self._start is None else self._ticks(self._start)
        end = None if self._end is None else self._ticks(self._end)
        for frame in self._frames():
            if end is not None and frame.pts >= end:
                return
            if first is None or frame.pts >= first:
                yield frame

    def _frames(self) -> Iterator[Frame]:
        av_frame, index, last = self._first, self._number, None
        self._first = None
        following = _delayed(self._decoded, frames_held_back(self.facts.y_bytes))
        while av_frame is not None:
            if (av_frame.height, av_frame.width, av_frame.format.name) != self._shape:
                seconds = float((last or 0) * self.facts.time_base)
                self._losses.append(
                    f"the frames change their size or format after {seconds:.1f} s; the film ends there"
                )
                return
            pts = av_frame.pts
            if pts is None or (last is not None and pts <= last):
                self._note("{} frames had no time, or a time in the past, and follow the frame before them")
                pts = 0 if last is None else last + max(1, av_frame.duration or 1)
            last = av_frame.pts = pts
            self._count.add_frame(av_frame)
            yield self._frame(av_frame, index, pts)
            index += 1
            av_frame = next(following, None)
        if not self._keys_only:
            self._found = self._count.describe(whole=self._from_beginning)

    def _decode(self) -> Generator[Any]:
        """Decoded frames, whose times are ticks from our time 0."""
        self._count = Completeness(self.path, self._container, self._stream, self._clock_start)
        order = DisplayOrder(self._container, keys_only=self._keys_only)
        return decode_frames(
            self._container, self._stream, self._clock, order, self._count, self._losses.append
        )

    def _new_converter(self, pixel_format: Any) -> Converter:
        try:
            return Converter(pixel_format, self.facts.plane_format)
        except (av.FFmpegError, ValueError) as error:
            raise InputUnreadable(
                f"{self.path}: the frames are stored as {pixel_format.name}, which cannot be read here; "
                "convert the film with FFmpeg first."
            ) from error

    def _note(self, text: str) -> None:
        self._notes[text] = self._notes.get(text, 0) + 1

    def _frame(self, av_frame: Any, index: int, pts: int) -> Frame:
        facts = self.facts
        av_frame = self._converter.convert(av_frame)
        # The writer puts colour into this frame. If the decoder still needs it, this copies it.
        av_frame.make_writable()
        av_frame.pict_type = 0  # else the encoder would copy the key frames of the original
        y_plane = plane(av_frame, 0, facts.plane_format.depth)
        return Frame(
            index,
            pts,
            float(pts * facts.time_base),
            y_plane,
            facts.plane_format,
            bool(av_frame.interlaced_frame),
            av_frame,
        )


def _delayed(av_frames: Iterator[Any], count: int) -> Iterator[Any]:
    """The same frames, `count` frames behind the decoder."""
    queue: deque[Any] = deque()
    for av_frame in av_frames:
        queue.append(av_frame)
        if len(queue) > count:
            yield queue.popleft()
    yield from queue
