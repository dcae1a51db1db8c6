"""Hashes of what a film holds, in the forms of FFmpeg, so that FFmpeg can confirm them.

Y′ of every frame: the muxer `framemd5` behind the filter `extractplanes=y`. The packets of every stream: the muxer
`streamhash`.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np

from autochrome.media.films.facts import FilmFacts
from autochrome.media.films.reader import FilmReader
from autochrome.types import Frame

LUMA_COMMAND = (
    "ffmpeg -noautorotate -copyts -i FILE -map 0:v:0 -vf extractplanes=y -fps_mode passthrough "
    "-enc_time_base -1 -f framemd5 -"
)
"""Prints the same lines as `luma_lines`."""
STREAM_COMMAND = "ffmpeg -i FILE -map 0 -c copy -f streamhash -hash sha256 -"
"""Prints the same lines as `hash_streams`."""
_KINDS = {"video": "v", "audio": "a", "subtitle": "s", "data": "d", "attachment": "t"}
_BLOCK = 1 << 20


def luma_header(facts: FilmFacts, software: str) -> list[str]:
    """The lines before the hashes of Y′."""
    return [
        "#format: frame checksums",
        "#version: 2",
        "#hash: MD5",
        f"#software: {software}",
        f"#tb 0: {facts.time_base.numerator}/{facts.time_base.denominator}",
        "#media_type 0: video",
        "#codec_id 0: rawvideo",
        f"#dimensions 0: {facts.width}x{facts.height}",
        f"#sar 0: {facts.aspect.numerator}/{facts.aspect.denominator}",
        "#stream#, dts,        pts, duration,     size, hash",
    ]


def luma_line(frame: Frame) -> str:
    """The hash of Y′ of one frame: code values row by row, two bytes each above 8 bits, the lower one first."""
    codes = np.ascontiguousarray(frame.y_plane)
    data = (codes if codes.dtype == np.uint8 else codes.astype("<u2", copy=False)).tobytes()
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    duration = frame.decoded.duration or 0
    return f"0, {frame.pts:10d}, {frame.pts:10d}, {duration:8d}, {len(data):8d}, {digest}"


def luma_lines(path: str | os.PathLike[str], software: str) -> Iterator[str]:
    """All lines for one film."""
    with FilmReader(path) as film:
        yield from luma_header(film.facts, software)
        yield from map(luma_line, film)


def hash_streams(path: str | os.PathLike[str]) -> list[str]:
    """One line for each stream: its number, its kind, and the SHA-256 of all its packets in order."""
    with av.open(os.fspath(path), metadata_errors="replace") as film:
        digests: dict[int, Any] = {}
        for packet in film.demux():
            if packet.size:
                digests.setdefault(packet.stream.index, hashlib.sha256()).update(packet)
        kinds = {stream.index: _KINDS.get(stream.type, "d") for stream in film.streams}
    return [f"{number},{kinds[number]},SHA256={digests[number].hexdigest()}" for number in sorted(digests)]


def hash_file(path: Path) -> str:
    """The SHA-256 of a whole file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
