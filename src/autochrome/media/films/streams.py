"""Everything in a film but its frames: sound, subtitles, attachments, chapters. It is copied without a change."""

from collections.abc import Generator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av

from autochrome.media.films.clock import Clock
from autochrome.media.films.containers import is_cover, open_container
from autochrome.media.films.facts import FilmFacts
from autochrome.media.films.reuse import PARTS_KEY
from autochrome.media.films.riff_sound import name_sound
from autochrome.media.films.stream_choice import StreamChoice

_FILE_KEYS = (
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "duration",
    "timecode",
    PARTS_KEY,
)
"""Metadata about the original file itself, which would be wrong in another file; the writer sets the timecode."""


Span: TypeAlias = tuple[Fraction | None, Fraction | None]
"""Start and end in seconds; None: the start or the end of the film."""


class OtherStreams:
    """Copies the other streams of a film from one container into another. Opens the original a second time."""

    def __init__(
        self,
        facts: FilmFacts,
        output: Any,
        container: str,
        choice: StreamChoice,
        span: Span = (None, None),
    ) -> None:
        """choice: which streams are copied. span: only packets in it are copied, and their times begin at its start."""
        self.lost = 0  # packets of sound and subtitles that are left out
        self.damaged = 0  # those that are copied, but not whole
        self._clock = facts.clock
        self._start, self._end = span
        assert facts.others is not None
        self._source = open_container(facts.others)
        self._output, self._choice, self._container = output, choice, container
        try:
            self._pairs = {n: choice.add_stream(output, self._source.streams[n]) for n in choice.copied}
            for cover in choice.covers:
                cover.add_to(output, container)
            self._copy_metadata()
        except BaseException:
            self._source.close()
            raise
        self._packets = self._read()
        self._next: Any = next(self._packets, None)

    def close(self) -> None:
        self._packets.close()
        self._source.close()

    def finish(self, file: Path) -> None:
        """What can only be done in the finished file."""
        for cover in self._choice.covers:
            cover.finish(file, self._container)
        stand_ins = {self._pairs[n].index for n in self._choice.wave_headers}
        if stand_ins:
            name_sound(file, stand_ins)

    def until(self, seconds: float | None) -> None:
        """Copy the packets up to this time of the original; None: all that are left."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            packet = self._next
            if self._start:
                shift = round(self._start / packet.time_base)
                packet.pts = None if packet.pts is None else packet.pts - shift
                packet.dts = None if packet.dts is None else packet.dts - shift
            self.damaged += packet.is_corrupt
            packet.stream = self._pairs[packet.stream.index]
            try:
                self._output.mux(packet)
            except (av.error.InvalidDataError, av.error.ArgumentError):
                self.lost += 1
            self._next = next(self._packets, None)

    def _copy_metadata(self) -> None:
        """Copy the metadata of the file, and its chapters."""
        metadata = {k: v for k, v in self._source.metadata.items() if k.lower() not in _FILE_KEYS}
        self._output.metadata.update(metadata)
        chapters = [kept for one in self._source.chapters() if (kept := self._clip_chapter(one))]
        if chapters:
            self._output.set_chapters(chapters)

    def _clip_chapter(self, chapter: Any) -> Any:
        """The part of a chapter that lies in the span; None if no part does."""
        tick = Fraction(chapter["time_base"])
        start = round(self._start / tick) if self._start else 0
        end = chapter["end"] if self._end is None else min(chapter["end"], round(self._end / tick))
        begin = max(chapter["start"], start)
        return {**chapter, "start": begin - start, "end": end - start} if end > begin or not start else None

    def _read(self) -> Generator[Any]:
        streams = [
            self._source.streams[index] for index, made in self._pairs.items() if made.type != "attachment"
        ]
        for stream in self._source.streams:
            if stream not in streams:
                stream.discard = av.stream.Discard.all
        if not streams:
            return
        # The reader of the frames has already noted a broken file. IndexError: PyAV meets a stream that begins late.
        with suppress(av.FFmpegError, OSError, ValueError, IndexError):
            if self._start and self._start > 1:
                self._source.seek(int((self._clock.seconds + self._start - 1) * av.time_base))
            clocks = {stream.index: Clock(self._clock, stream.time_base) for stream in streams}
            for packet in self._source.demux(streams):
                clock = clocks[packet.stream.index]
                packet.dts, packet.pts = clock.ticks(packet.dts), clock.ticks(packet.pts)
                if (
                    packet.size
                    and (packet.dts is not None or packet.pts is not None)
                    and self._in_span(packet)
                ):
                    yield packet

    def _in_span(self, packet: Any) -> bool:
        shown = (packet.dts if packet.pts is None else packet.pts) * Fraction(packet.time_base)
        return (not self._start or shown >= self._start) and (self._end is None or shown < self._end)


class NoStreams:
    """In the place of `OtherStreams` where only frames are written."""

    lost = damaged = 0

    def finish(self, file: Path) -> None:
        """Nothing is left to do."""

    def until(self, seconds: float | None) -> None:
        """There is nothing to copy."""

    def close(self) -> None:
        """Nothing is open."""


def video_metadata(facts: FilmFacts) -> dict[str, str]:
    """The metadata of the video stream: language and title."""
    if facts.others is None:
        return {}
    with open_container(facts.others) as source:
        stream = next((s for s in source.streams.video if not is_cover(s)), None)
        return {
            k: v
            for k, v in (stream.metadata.items() if stream else ())
            if k.lower() not in (*_FILE_KEYS, "vendor_id", "rotate")
        }


def _time(packet: Any) -> float:
    """Seconds at which the packet must be decoded."""
    ticks = packet.dts if packet.dts is not None else packet.pts
    return float(ticks * Fraction(packet.time_base))
