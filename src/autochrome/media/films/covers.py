"""Cover pictures: an attachment in Matroska, an entry of the metadata in MP4 and MOV."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autochrome.media.films.containers import is_cover

_KINDS = {"mjpeg": "jpeg", "png": "png", "bmp": "bmp", "gif": "gif", "tiff": "tiff", "webp": "webp"}
_ENDINGS = {"jpeg": "jpg", "tiff": "tif"}
_FIRST = 8  # packets in which FFmpeg hands on the covers: they come before all others
_ARTWORK = "com.apple.quicktime.artwork"
_TYPES = {"jpeg": 13, "png": 14, "bmp": 27}  # of such an entry
_PLACE = "place of the cover picture "  # the entry is written with this text, as long as the picture


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover picture."""

    name: str  # of a file
    kind: str  # as in image/jpeg
    data: bytes

    def add_to(self, output: Any, container: str) -> None:
        """Add it to the output, before anything is written there."""
        if container == "matroska":
            output.add_attachment(self.name, f"image/{self.kind}", self.data)
        else:
            # FFmpeg writes a cover only where it does not write metadata of our own, and only as text otherwise.
            output.metadata[_ARTWORK] = _PLACE.ljust(len(self.data), ".")

    def finish(self, file: Path, container: str) -> None:
        """Put the picture into its place in a finished MP4 or MOV file."""
        if container == "matroska":
            return
        with file.open("r+b") as film:
            moov, size = _find_box(film, b"moov")
            film.seek(moov)
            place = film.read(size).find(_PLACE.encode())
            if place >= 0:
                film.seek(moov + place - 8)
                film.write(struct.pack(">II", _TYPES[self.kind], 0) + self.data)


def _find_box(film: Any, name: bytes) -> tuple[int, int]:
    """Place and size of a box at the highest level of an MP4 file; (0, 0) if there is none."""
    place = 0
    while header := film.read(16):
        size, kind = struct.unpack_from(">I4s", header)
        size = struct.unpack_from(">Q", header, 8)[0] if size == 1 else size
        if kind == name:
            return place, size
        if size < 8:
            break
        place += size
        film.seek(place)
    return 0, 0


def read_covers(source: Any) -> list[Cover]:
    """The cover pictures of a film that was just opened."""
    waiting = {stream.index: stream for stream in source.streams.video if is_cover(stream)}
    covers = []
    for _, packet in zip(range(len(waiting) and len(waiting) + _FIRST), source.demux(), strict=False):
        stream = waiting.pop(packet.stream.index, None)
        if stream is not None and packet.size:
            covers.append(_cover(stream, bytes(packet)))
        if not waiting:
            break
    return covers


def _cover(stream: Any, data: bytes) -> Cover:
    codec = stream.codec_context.name if stream.codec_context else ""
    kind = stream.metadata.get("mimetype", "").removeprefix("image/") or _KINDS.get(codec, "jpeg")
    name = stream.metadata.get("filename", "") or f"cover.{_ENDINGS.get(kind, kind)}"
    return Cover(name, kind, data)


def fitting_covers(covers: Sequence[Cover], container: str) -> list[Cover]:
    """Those that the container can hold: in MP4 and MOV only one."""
    if container == "matroska":
        return [cover for cover in covers if cover.kind in _KINDS.values()]
    fitting = [cover for cover in covers if cover.kind in _TYPES and len(cover.data) > len(_PLACE)]
    return fitting[:1] if container in ("mp4", "mov") else []
