"""Why a file like a film has no frames that can be read: a segment of a stream, a bare header, encryption."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SEGMENT, _HEADER, _PIXELS = {b"styp", b"sidx", b"moof", b"emsg", b"prft"}, b"moov", {b"moof", b"mdat"}
_ENCRYPTION = "this film is encrypted; decrypt it first."
_PART = "this is a segment of a streamed film, without its header; join it with the init segment first."
_BARE = (
    "this is the header (init segment) of a streamed film, without frames; join it with the segments first."
)
_MOST_BOXES = 50
_LARGEST = 4 << 20  # bytes of a header that are read
_ENCRYPTED = (b"encv", b"enca")  # sample entries of MP4
_MATROSKA, _MATROSKA_ENCRYPTED = b"\x1aE\xdf\xa3", b"\x47\xe1\x81\x05"  # ContentEncAlgo: AES


def explain(path: Path) -> str | None:
    """A clause on what the file is, and what to do; None if nothing special is found."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
            if head.startswith(_MATROSKA):
                return _ENCRYPTION if _MATROSKA_ENCRYPTED in head else None
            boxes = list(_boxes(file))
            place, size = next(((at, size) for kind, at, size in boxes if kind == _HEADER), (0, 0))
            file.seek(place)
            return _explain_boxes([kind for kind, _, _ in boxes], file.read(min(size, _LARGEST)))
    except OSError:
        return None


def _explain_boxes(kinds: list[bytes], header: bytes) -> str | None:
    """kinds: of all boxes. header: the one that says how to read the others; empty if it is missing."""
    if not header:
        return _PART if kinds and kinds[0] in _SEGMENT else None
    if any(entry in header for entry in _ENCRYPTED):
        return _ENCRYPTION
    return _BARE if b"mvex" in header and not _PIXELS & {*kinds} else None


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(kind, offset, size) of the boxes of an MP4 on the outermost level."""
    at = 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or not head[4:8].isalnum():
            return
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        yield head[4:8], at, size
        if size < 8:  # up to the end of the file
            return
        at += size
