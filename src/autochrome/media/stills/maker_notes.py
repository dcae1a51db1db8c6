"""Maker notes: what a camera says about itself, in the EXIF. libvips drops them, so we write such a block ourselves."""

import struct
import zlib

from autochrome.media.stills.exif import (
    EXIF,
    EXIF_NAME,
    Entry,
    block_of,
    correct_entries,
    descriptive,
    read_block,
)

_MAKER_NOTE = 37500
_X_RESOLUTION, _Y_RESOLUTION, _UNIT = 282, 283, 296
_SHORT, _FRACTION = 3, 5
_INCH = 2
_MOST = 2**32 - 1
_LARGEST_SEGMENT = 65533  # bytes of a JPEG's segment
_APP1 = b"\xff\xe1"


def exif_with_maker_note(
    exif: bytes | None, size: tuple[int, int], resolution: tuple[float, float]
) -> bytes | None:
    """The EXIF block for a written picture, if the original's has a maker note; else None.

    size: height and width; resolution: pixels per millimetre, across and down.
    """
    if not exif or not has_maker_note(exif):
        return None
    directory = read_block(exif)
    across, down = (
        Entry(_FRACTION, 1, struct.pack("<2I", min(round(254_000 * each), _MOST), 10_000))
        for each in resolution
    )
    stored = {_X_RESOLUTION: across, _Y_RESOLUTION: down, _UNIT: Entry(_SHORT, 1, struct.pack("<H", _INCH))}
    return block_of(correct_entries(descriptive(directory), *size) | stored)


def has_maker_note(exif: bytes | None) -> bool:
    """Whether an EXIF block holds a maker note."""
    directory = read_block(exif) if exif else {}
    below = directory[EXIF].below if EXIF in directory else None
    return below is not None and _MAKER_NOTE in below


def jpeg_segment(block: bytes) -> bytes:
    """The segment of a JPEG that holds an EXIF block; b"" if it is too large for one."""
    if len(block) > _LARGEST_SEGMENT:
        return b""
    return app1_segment(block)


def app1_segment(data: bytes) -> bytes:
    """The segment of a JPEG that holds these bytes of metadata."""
    return _APP1 + struct.pack(">H", len(data) + 2) + data


def comment_segment(comment: bytes) -> bytes:
    """The segment of a JPEG that holds a comment, cut to what fits."""
    comment = comment[:_LARGEST_SEGMENT]
    return b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment


def png_chunk(block: bytes) -> bytes:
    """The chunk of a PNG that holds an EXIF block."""
    data = block.removeprefix(EXIF_NAME)
    return struct.pack(">I", len(data)) + b"eXIf" + data + struct.pack(">I", zlib.crc32(b"eXIf" + data))
