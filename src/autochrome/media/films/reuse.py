"""Take parts out of a finished film that is made again, so that only the changed parts are encoded.

The metadata of the film lists its parts and a digest of the job that made them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import av

from autochrome.media.films.parts import EncodedFrame, HintsDigest, Part, Parts

PARTS_KEY = "autochrome_parts"
"""The key in the metadata of a film under which its parts are listed."""
_NAL_CODECS = ("h264", "hevc")  # a file stores their packets in another form than the encoder returns
_START_CODE = b"\x00\x00\x00\x01"


def job_digest(job: Mapping[str, Any]) -> str:
    """A short digest of everything that decides how a film looks."""
    return hashlib.sha256(json.dumps(job, sort_keys=True, default=str).encode()).hexdigest()[:16]


def describe_parts(job: Mapping[str, Any], parts: Sequence[Part]) -> str:
    """The text to store under `PARTS_KEY`."""
    rows = [[part.first, part.stop, part.digest, int(part.ends_shot)] for part in parts]
    return json.dumps([job_digest(job), rows], separators=(",", ":"))


def reuse_parts(old: Path, parts: Parts, job: Mapping[str, Any], hints_digest: HintsDigest) -> None:
    """Copy parts from the finished film `old` if the same job made it: those whose hints are still the same."""
    if not old.is_file() or parts.finished:
        return
    try:
        with av.open(str(old)) as film:
            listed = _listed_parts(film.metadata, job_digest(job))
            if not any(part.digest == hints_digest(part.first, part.stop) for part in listed):
                return
            packets = _video_packets(film)
            for part in listed:
                _copy_part(part, list(islice(packets, part.stop - part.first)), parts, hints_digest)
    except (av.FFmpegError, OSError, ValueError, IndexError):
        parts.drop()  # the file is damaged or not one of ours: every part is made again


def _listed_parts(metadata: Mapping[str, str], job: str) -> list[Part]:
    """The parts in the metadata of a film, if the job with this digest made them."""
    text = next((value for key, value in metadata.items() if key.lower() == PARTS_KEY), "")
    if not text:
        return []
    made_by, rows = json.loads(text)
    if made_by != job:
        return []
    return [Part(int(first), int(stop), str(digest), bool(ends)) for first, stop, digest, ends in rows]


def _copy_part(part: Part, packets: Sequence[Any], parts: Parts, hints_digest: HintsDigest) -> None:
    if len(packets) != part.stop - part.first or part.digest != hints_digest(part.first, part.stop):
        return
    rank = {pts: number for number, pts in enumerate(sorted(packet.pts for packet in packets))}
    for packet in packets:
        parts.add(EncodedFrame(part.first + rank[packet.pts], packet.is_keyframe, _encoder_form(packet)))
    parts.finish(part)


def _video_packets(film: Any) -> Iterator[Any]:
    """The packets of the first video stream, in the encoder's order."""
    return (packet for packet in film.demux(film.streams.video[0]) if packet.size)


def _encoder_form(packet: Any) -> bytes:
    """The packet as the encoder returned it: MP4 and Matroska replace the start code of each unit by its length."""
    data = bytes(packet)
    if packet.stream.codec_context.name not in _NAL_CODECS:
        return data
    units, offset = [], 0
    while offset < len(data):
        size = int.from_bytes(data[offset : offset + 4], "big")
        units += [_START_CODE, data[offset + 4 : offset + 4 + size]]
        offset += 4 + size
    if offset != len(data):
        raise ValueError("units of a packet are longer than the packet")
    return b"".join(units)
