"""Parts of a film that was made before, taken out of the finished file, so that only what changed is made anew.

The file says in its own metadata of which parts it was put together, and a digest of the work that made them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import av

from autochrome.media.films.parts import Packed, Part, Parts

PARTS_KEY = "autochrome_parts"
"""Under this key a film of ours names its parts."""
_NAL_CODECS = ("h264", "hevc")  # a file keeps their packets otherwise than encoders give them
_START = b"\x00\x00\x00\x01"


def digest(job: Mapping[str, Any]) -> str:
    """A short name for everything that decides how a film comes out."""
    return hashlib.sha256(json.dumps(job, sort_keys=True, default=str).encode()).hexdigest()[:16]


def describe(job: Mapping[str, Any], parts: Sequence[Part]) -> str:
    """What goes under `PARTS_KEY`."""
    return json.dumps([digest(job), [[p.first, p.stop, p.known] for p in parts]], separators=(",", ":"))


def reuse(old: Path, parts: Parts, job: Mapping[str, Any], known: Callable[[int, int], str]) -> None:
    """Take over from a finished film whatever was made by the same job and of which still the same is known."""
    if not old.is_file() or parts.finished:
        return
    try:
        with av.open(str(old)) as film:
            named = _named(film.metadata, digest(job))
            if not any(part.known == known(part.first, part.stop) for part in named):
                return
            packets = _packets(film)
            for part in named:
                _take(part, list(islice(packets, part.stop - part.first)), parts, known)
    except (av.FFmpegError, OSError, ValueError, IndexError):
        parts.drop()  # it is no film of ours after all, or damaged: everything is made anew


def _named(words: Mapping[str, str], job: str) -> list[Part]:
    """The parts that a film names, if this job made them."""
    text = next((value for key, value in words.items() if key.lower() == PARTS_KEY), "")
    if not text:
        return []
    by, rows = json.loads(text)
    return [Part(int(first), int(stop), str(known)) for first, stop, known in rows] if by == job else []


def _take(part: Part, packets: Sequence[Any], parts: Parts, known: Callable[[int, int], str]) -> None:
    if len(packets) != part.stop - part.first or part.known != known(part.first, part.stop):
        return
    rank = {pts: place for place, pts in enumerate(sorted(packet.pts for packet in packets))}
    for packet in packets:
        parts.add(Packed(part.first + rank[packet.pts], packet.is_keyframe, _as_encoded(packet)))
    parts.finish(part)


def _packets(film: Any) -> Iterator[Any]:
    """Those of the pictures, in the encoder's order."""
    return (packet for packet in film.demux(film.streams.video[0]) if packet.size)


def _as_encoded(packet: Any) -> bytes:
    """The packet as the encoder gave it: MP4 and Matroska put the length of each unit in place of its start code."""
    data = bytes(packet)
    if packet.stream.codec_context.name not in _NAL_CODECS:
        return data
    units, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        units += [_START, data[place + 4 : place + 4 + size]]
        place += 4 + size
    if place != len(data):
        raise ValueError("units of a packet are longer than the packet")
    return b"".join(units)
