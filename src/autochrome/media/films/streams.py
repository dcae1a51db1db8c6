"""Everything in a film but its frames: sound, subtitles, attachments, chapters. It is copied without a change."""

import io
from collections.abc import Generator
from contextlib import suppress
from fractions import Fraction
from typing import Any, TypeAlias

import av

from autochrome.media.films.facts import FilmFacts
from autochrome.media.films.mxf import add_picture
from autochrome.media.films.reuse import PARTS_KEY

_KINDS = {"audio": "sound", "subtitle": "subtitles", "video": "second video", "attachment": "attachment"}
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

    def __init__(self, facts: FilmFacts, output: Any, container: str, span: Span = (None, None)) -> None:
        """span: only packets in it are copied, and their times begin at 0."""
        self.notes: list[str] = []
        self._start, self._end = span
        self._lost = 0
        assert facts.others is not None
        self._source = av.open(str(facts.others), metadata_errors="replace")
        self._output = output
        self._pairs: dict[int, Any] = {}
        try:
            self._pair(container)
            self._copy_metadata()
        except BaseException:
            self._source.close()
            raise
        self._packets = self._read()
        self._next: Any = next(self._packets, None)

    def close(self) -> None:
        self._packets.close()
        self._source.close()
        if self._lost:
            self.notes.append(f"{self._lost} packets of sound or subtitles are damaged and were left out")

    def until(self, seconds: float | None) -> None:
        """Copy the packets up to this time of the original; None: all that are left."""
        while self._next is not None and (seconds is None or _time(self._next) <= seconds):
            packet = self._next
            if self._start:
                shift = round(self._start / packet.time_base)
                packet.pts = None if packet.pts is None else packet.pts - shift
                packet.dts = None if packet.dts is None else packet.dts - shift
            packet.stream = self._pairs[packet.stream.index]
            try:
                self._output.mux(packet)
            except (av.error.InvalidDataError, av.error.ArgumentError):
                self._lost += 1
            self._next = next(self._packets, None)

    def _pair(self, container: str) -> None:
        """Add a stream to the output for each stream that the container can hold."""
        frames = next((s.index for s in self._source.streams.video if not _is_cover(s)), None)
        for stream in self._source.streams:
            if stream.index == frames:
                continue
            name = getattr(stream, "name", None) or "unknown"
            if stream.type in _KINDS and _fits(stream, container):
                self._pairs[stream.index] = _add(self._output, stream)
            elif not (stream.type == "data" and name == "bin_data" and self._source.chapters()):
                # MP4 stores chapter titles in such a stream; they are copied as chapters.
                kind = _KINDS.get(stream.type, "data")
                self.notes.append(
                    f"stream {stream.index} ({kind}, {name}) does not fit into {container} and is left out"
                )
        for stream in self._source.streams:
            if stream.index not in self._pairs:
                stream.discard = av.stream.Discard.all

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
        if not streams:
            return
        # The reader of the frames has already noted a broken file.
        with suppress(av.FFmpegError, OSError, ValueError):
            if self._start:
                self._source.seek(max(0, int((self._start - 1) * av.time_base)))
            for packet in self._source.demux(streams):
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

    notes: tuple[str, ...] = ()

    def until(self, seconds: float | None) -> None:
        """There is nothing to copy."""

    def close(self) -> None:
        """Nothing is open."""


def video_metadata(facts: FilmFacts) -> dict[str, str]:
    """The metadata of the video stream: language and title."""
    if facts.others is None:
        return {}
    with av.open(str(facts.others), metadata_errors="replace") as source:
        stream = next((s for s in source.streams.video if not _is_cover(s)), None)
        return {
            k: v
            for k, v in (stream.metadata.items() if stream else ())
            if k.lower() not in (*_FILE_KEYS, "vendor_id", "rotate")
        }


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _time(packet: Any) -> float:
    """Seconds at which the packet must be decoded."""
    ticks = packet.dts if packet.dts is not None else packet.pts
    return float(ticks * Fraction(packet.time_base))


def _add(output: Any, stream: Any) -> Any:
    """Add a stream like this one to the output."""
    made = output.add_stream_from_template(stream, opaque=True)
    made.metadata.update(stream.metadata)
    if stream.type != "attachment":
        made.disposition = stream.disposition
    return made


def _fits(stream: Any, container: str) -> bool:
    """Whether the container can hold this stream. We try it, because FFmpeg's tables are not complete."""
    try:
        with av.open(io.BytesIO(), "w", format=container) as trial:
            if container == "mxf":
                add_picture(trial)
            _add(trial, stream)
            trial.start_encoding()
    except av.error.UnknownError:
        return container == "mxf"  # it takes the stream, and misses the packets at its end
    except (av.FFmpegError, ValueError, TypeError):
        return False
    return True
