"""Which streams of a film besides its frames a container can hold. Decided before the work, by trying it."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av

from autochrome.media.films.codecs import CONTAINERS
from autochrome.media.films.containers import is_cover, open_container
from autochrome.media.films.covers import Cover, fitting_covers, read_covers
from autochrome.media.films.mxf import add_picture
from autochrome.media.films.riff_sound import add_stand_in, wave_header

_KINDS = {"audio": "sound", "subtitle": "subtitles", "video": "second video", "attachment": "attachment"}
_TRIED = 4  # packets of each stream that are stored in a trial
_READ = 1000  # packets of the film that are read for that
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""FFmpeg's usual layout of a number of channels, for files that say the number alone."""


@dataclass(slots=True)
class StreamChoice:
    """What becomes of the streams of a film besides its frames."""

    copied: list[int] = field(default_factory=list)  # numbers of the streams that fit
    wave_headers: dict[int, bytes] = field(default_factory=dict)  # of those that `riff_sound` writes
    covers: list[Cover] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)  # sound that does not fit

    def add_stream(self, output: Any, stream: Any) -> Any:
        """Add a stream like one that is copied to the output."""
        header = self.wave_headers.get(stream.index)
        return add_stand_in(output, stream, header) if header else _add_like(output, stream)


def prefer_container(path: Path, suffix: str) -> str:
    """The suffix, or Matroska's if a film would lose streams in the container of this suffix, and fewer in Matroska."""
    try:
        here = choose_streams(path, CONTAINERS[suffix.lower()])
        if not here.notes and not here.losses:
            return suffix
        there = choose_streams(path, "matroska")
    except (av.FFmpegError, OSError, ValueError, KeyError):
        return suffix  # the reader says what is wrong with the film
    fewer = len(there.notes) + len(there.losses) < len(here.notes) + len(here.losses)
    return ".mkv" if fewer else suffix


def choose_streams(path: Path, container: str) -> StreamChoice:
    """Try every stream of a film in a container (FFmpeg's name), with its first packets, up to the end of a file."""
    choice = StreamChoice()
    with open_container(path) as source:
        covers = read_covers(source)
        choice.covers = fitting_covers(covers, container)
        frames = next((s.index for s in source.streams.video if not is_cover(s)), None)
        others = [s for s in source.streams if s.index != frames and not is_cover(s)]
        packets = _first_packets(path, [s.index for s in others if s.type != "attachment"])
        for stream in others:
            if _is_chapter_titles(stream, source):
                continue
            if stream.type in _KINDS and _fits(stream, packets.get(stream.index, ()), container):
                choice.copied.append(stream.index)
            elif header := _riff_header(stream, packets.get(stream.index, ()), container):
                choice.copied.append(stream.index)
                choice.wave_headers[stream.index] = header
            else:
                _leave_out(choice, stream, container)
    choice.notes += [
        f"the cover picture (image/{cover.kind}) does not fit into {container} and is left out"
        for cover in covers
        if cover not in choice.covers
    ]
    return choice


def _leave_out(choice: StreamChoice, stream: Any, container: str) -> None:
    kind, name = _KINDS.get(stream.type, "data"), getattr(stream, "name", None) or "unknown"
    text = f"stream {stream.index} ({kind}, {name}) does not fit into {container} and is left out"
    if stream.type == "audio":
        choice.losses.append(text)
    else:
        choice.notes.append(text)


def _is_chapter_titles(stream: Any, source: Any) -> bool:
    """MP4 stores the titles of chapters in such a stream; they are copied as chapters."""
    return bool(stream.type == "data" and getattr(stream, "name", None) == "bin_data" and source.chapters())


def _first_packets(path: Path, streams: Sequence[int]) -> dict[int, list[Any]]:
    """The first packets of these streams, as far as they come soon."""
    found: dict[int, list[Any]] = {index: [] for index in streams}
    with open_container(path) as source:
        try:
            for _, packet in zip(range(_READ if found else 0), source.demux(), strict=False):
                kept = found.get(packet.stream.index)
                if kept is not None and packet.size and (packet.dts is not None or packet.pts is not None):
                    kept += [packet] * (len(kept) < _TRIED)
                if all(len(kept) >= _TRIED for kept in found.values()):
                    break
        except (av.FFmpegError, OSError, ValueError, IndexError):
            pass  # the reader of the frames reports a damaged file
    return found


def _fits(stream: Any, packets: Sequence[Any], container: str) -> bool:
    """Whether a file of this stream alone can be written. FFmpeg's tables of codecs are not complete."""
    try:
        with av.open(io.BytesIO(), "w", format=container) as trial:
            if container == "mxf":
                add_picture(trial)
            made = _add_like(trial, stream)
            trial.start_encoding()
            stored = container == "mxf" or sum(_store(trial, made, packet) for packet in packets)
    except av.error.UnknownError:
        return container == "mxf"  # it takes the stream, and misses the packets at its end
    except (av.FFmpegError, ValueError, TypeError):
        return False
    return bool(stored or not packets)


def _store(trial: Any, made: Any, packet: Any) -> bool:
    """Store a copy of a packet; False if it is refused."""
    copy = av.Packet(bytes(packet))
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, made
    try:
        trial.mux(copy)
    except (av.FFmpegError, ValueError):
        return False  # one damaged packet says nothing about the stream
    return True


def _riff_header(stream: Any, packets: Sequence[Any], container: str) -> bytes | None:
    if stream.type != "audio" or container != "matroska" or not packets or stream.codec_context is None:
        return None
    return wave_header(stream, packets[0])


def _add_like(output: Any, stream: Any) -> Any:
    """Add a stream like this one to the output."""
    made = output.add_stream_from_template(stream, opaque=True)
    made.metadata.update(stream.metadata)
    if stream.type == "attachment":
        return made
    made.disposition = stream.disposition
    match = re.match(r"(\d+) channels", stream.codec_context.layout.name) if stream.type == "audio" else None
    if match and int(match[1]) in _LAYOUTS:
        made.codec_context.layout = _LAYOUTS[int(match[1])]  # MP4 needs to know where each channel sounds
    return made
