"""What is missing in a damaged film: counted while it is read, and compared with what the file says of itself."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from autochrome.media.films.clock import Clock, ClockStart
from autochrome.media.films.container_end import find_cut
from autochrome.media.films.containers import open_container
from autochrome.media.films.facts import frame_rate
from autochrome.media.films.hidden_frames import hides_frame
from autochrome.media.films.structure import find_break

_SURE = ("matroska", "mov", "avi", "flv", "asf", "mxf", "nut", "rm", "ivf", "wtv")
"""Containers that store a duration. For others FFmpeg guesses it from the size, or reads it at the end of the file."""
_WITHOUT_END = ("mpegts", "mpeg", "h264", "hevc", "mpegvideo", "m4v", "nut")
"""Containers in which only the last frame itself can tell that the file was cut short."""
_SLACK = 0.5  # seconds by which a duration of the whole file may be wrong
_REGULAR = 0.9  # part of the frames outside gaps that come at the frame rate
_EACH_GAP = 4  # so many for each gap; less of either: the rate is variable, and a gap says nothing
_GAP = 1.5  # frames
_UNKNOWN = 1 << 30  # frames: what FFmpeg writes into AVI when it cannot go back to the header
_KEPT = 1 << 26  # bytes of the last packets that are decoded once more


class Completeness:
    """Counts the packets and frames of one film. `losses` and `notes` are complete after the last frame."""

    def __init__(self, path: Path, container: Any, stream: Any, start: ClockStart) -> None:
        self._path, self._stream, self._format = path, stream, str(container.format.name)
        self._codec = stream.codec_context.name
        self._start, self._time_base = start, Fraction(stream.time_base)
        self._rate = frame_rate(stream, 0)
        self._clock = Clock(start, stream.time_base)
        self._stated, self._of_frames = _stated_end(container, stream, start)
        self._entries = self._count_entries(container)
        self._packets = self._frames = self._broken = self._corrupt = self._before = self._torn = (
            self._hidden
        ) = 0
        self._first: int | None = None
        self._last, self._last_duration = 0, 0
        self._begins_inside = False  # the first packet needs others before it
        self._fields = False  # a packet may be half a frame
        self._regular = self._gaps = 0
        self._gap_frames, self._gap_at = 0.0, 0.0
        self._times: list[int] = []  # of the packets before the first frame
        self._group: list[Any] = []  # the packets since the last key frame, if only they can tell a cut
        self._group_bytes = 0
        self._watch_end = any(name in self._format.split(",") for name in _WITHOUT_END)

    def add_packet(self, packet: Any) -> None:
        """A packet with data that goes into the decoder."""
        if packet.is_discard:
            return
        self._torn += packet.is_corrupt
        self._begins_inside |= not self._packets and not packet.is_keyframe
        self._packets += 1
        self._hidden += hides_frame(self._codec, packet)
        if self._first is None and (pts := self._clock.ticks(packet.pts)) is not None:
            self._times.append(pts)
        if self._watch_end:
            if packet.is_keyframe:
                self._group, self._group_bytes = [], 0
            self._group_bytes += packet.size
            if self._group_bytes <= _KEPT:
                self._group.append(packet)

    def add_broken(self) -> None:
        """The decoder refused a packet."""
        self._broken += 1

    def add_frame(self, av_frame: Any) -> None:
        """A frame that is shown."""
        pts = av_frame.pts
        if self._first is None:
            self._first = pts
            self._before = sum(time < pts for time in self._times)
            self._times.clear()
        else:
            self._add_interval(pts)
        self._frames += 1
        self._corrupt += bool(av_frame.is_corrupt)
        self._fields |= bool(av_frame.interlaced_frame)
        self._last, self._last_duration = pts, av_frame.duration or 0

    def _add_interval(self, pts: int) -> None:
        frames = float((pts - self._last) * self._time_base * self._rate)
        stated = float(self._last_duration * self._time_base * self._rate)
        if abs(frames - 1) < 0.2 or abs(pts - self._last - 1 / self._rate / self._time_base) <= 1:
            self._regular += 1
        elif frames > _GAP and frames > _GAP * stated:
            self._gaps += 1
            self._gap_frames += frames - 1
            self._gap_at = self._gap_at or float(self._last * self._time_base)

    def describe(self, *, whole: bool) -> tuple[list[str], list[str]]:
        """Losses and notes, after the last frame of the film. whole: it was read from its beginning."""
        losses, notes = [], []
        if self._broken:
            losses.append(f"broken packets that are left out: {self._broken}")
        missing = self._missing_frames(whole)
        if missing and not self._broken:
            losses.append(f"frames that cannot be decoded and are missing: {missing}")
        if self._torn:
            losses.append(f"packets that are not whole in the file: {self._torn}")
        if self._corrupt:
            losses.append(f"damaged frames: {self._corrupt}")
        if self._begins_inside and whole and not self._start.running:
            losses.append("the film begins without a key frame: frames before it are missing")
        if self._before and whole:
            notes.append(
                "frames at the beginning that need others before the beginning of the file, and are left out: "
                f"{self._before}"
            )
        place = find_break(self._path, self._format)
        if place is not None:
            losses.append(f"the file is damaged from byte {place} on: frames or sound may be missing there")
        if self._gaps and self._is_regular():
            text = (
                f"gaps in the times of the frames: {self._gaps}, as long as {round(self._gap_frames)} frames, "
                f"the first after {self._gap_at:.1f} s"
            )
            (losses if losses or self._start.running else notes).append(text)
        if cut := self._describe_cut():
            losses.append(cut)
        return losses, notes

    def _is_regular(self) -> bool:
        """Whether all but a few frames come at the frame rate."""
        others = self._frames - 1 - self._gaps
        return self._regular >= max(_REGULAR * others, _EACH_GAP * self._gaps)

    def _missing_frames(self, whole: bool) -> int:
        """Frames of which there is a packet, and which did not come out of the decoder."""
        entries = self._entries if whole else 0
        packets = max(self._packets, entries)
        if self._fields:
            packets = entries if self._packets < entries else 0
        return max(0, packets - self._hidden - self._frames - self._before)

    def _count_entries(self, container: Any) -> int:
        """Frames in the index of an MP4 file, which is complete from the beginning."""
        if "mov" not in self._format.split(","):
            return 0
        entries = self._stream.index_entries
        lost = max(0, self._stream.frames - len(entries)) if len(entries) else 0  # one table is shorter
        return lost + sum(not entry.is_discard for entry in entries)

    def _describe_cut(self) -> str | None:
        """How much is missing at the end of the film."""
        frame = self._last_duration or 1 / self._rate / self._time_base
        end = float((self._last + frame) * self._time_base)
        missing = 0.0 if self._stated is None else self._stated - end
        cut = find_cut(self._path, self._format)
        if cut is None and self._watch_end and self._is_last_broken():
            cut = "it ends in the middle of a frame"
        slack = 1.5 / float(self._rate) if self._of_frames or cut else max(_SLACK, 2 / float(self._rate))
        too_short = missing > slack
        if not cut and (not too_short or (not self._of_frames and not self._others_end_early(slack))):
            return None
        parts = [f": {cut}"] if cut else []
        if too_short:
            parts.append(f"{';' if cut else ':'} the last {missing:.1f} of {self._stated:.1f} s are missing")
        return "the file is cut short" + "".join(parts)

    def _others_end_early(self, slack: float) -> bool:
        """Whether no other stream lasts as long as the file says: only then is the end missing."""
        with open_container(self._path) as container:
            others = [s for s in container.streams if s.type in ("audio", "subtitle")]
            ends = (
                _end(packet, Clock(self._start, packet.time_base))
                for packet in _packets(container, others)
                if packet.pts is not None
            )
            return max(ends, default=0.0) + slack < (self._stated or 0.0)

    def _is_last_broken(self) -> bool:
        """Whether a strict decoder refuses the last packet, which is whole in a whole file."""
        if not self._group or self._group_bytes > _KEPT:
            return False
        try:
            context = av.CodecContext.create(self._stream.codec_context.codec.name, "r")
            context.extradata = self._stream.codec_context.extradata
            context.options = {"err_detect": "explode", "threads": "1"}
        except (av.FFmpegError, ValueError, TypeError):
            return False
        refused = False
        for packet in [*self._group, None]:
            try:
                context.decode(packet)
                refused &= packet is None
            except (av.FFmpegError, ValueError):
                refused = True
        return refused


def _stated_end(container: Any, stream: Any, start: ClockStart) -> tuple[float | None, bool]:
    """Seconds of our time at which the film ends as the file says it; and whether that is said of the frames alone."""
    names = container.format.name.split(",")
    if not any(name in _SURE for name in names):
        return None, False
    if "matroska" in names:
        text = next((v for k, v in stream.metadata.items() if k.upper() == "DURATION"), "")
        if match := re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", text.strip("\0 ")):
            return int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3]), True
        return (container.duration / av.time_base, False) if container.duration else (None, False)
    if "mov" in names and len(stream.index_entries):
        return None, False  # the index says it better
    begins = (stream.start_time or 0) * stream.time_base - start.seconds
    if "avi" in names and stream.frames and stream.average_rate:  # FFmpeg shortens the duration to the file
        end = float(begins + stream.frames / stream.average_rate)
        return (None if stream.frames >= _UNKNOWN else end), True
    if stream.duration:
        return float(begins + stream.duration * stream.time_base), "mxf" in names
    if container.duration:
        return float((container.start_time or 0) / av.time_base + container.duration / av.time_base), False
    return None, False


def _packets(container: Any, streams: list[Any]) -> Iterator[Any]:
    try:
        if streams:
            yield from (packet for packet in container.demux(streams) if packet.size)
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return


def _end(packet: Any, clock: Clock) -> float:
    """Seconds at which a packet ends."""
    return float(((clock.ticks(packet.pts) or 0) + (packet.duration or 0)) * Fraction(packet.time_base))
