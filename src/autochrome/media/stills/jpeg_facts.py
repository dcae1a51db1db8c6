"""Pictures inside a JPEG that are not read: a second picture, a gain map for HDR screens."""

from collections.abc import Iterator

from autochrome.media.stills.exif import Read, number, read_directory
from autochrome.media.stills.file_facts import FileFacts

_MOST_SEGMENTS = 500  # before the pixels
_PICTURES = b"MPF\0"
_NUMBER_OF_IMAGES = 0xB001
_GAIN_MAPS = (b"http://ns.adobe.com/hdr-gain-map/", b"urn:iso:std:iso:ts:21496:-1", b"hdrgm:", b"HDRGainMap")
_APP1, _APP2, _START_OF_SCAN, _END = 0xE1, 0xE2, 0xDA, 0xD9


def jpeg_facts(read: Read, name: str) -> FileFacts:
    """The facts of a JPEG."""
    pictures, gain_map = 1, False
    for kind, data in _segments(read):
        if kind == _APP2 and data.startswith(_PICTURES):
            block = data[len(_PICTURES) :]
            directory = read_directory(lambda at, size, block=block: block[at : at + size])  # type: ignore[misc]
            pictures = number(directory, _NUMBER_OF_IMAGES)
        if kind in (_APP1, _APP2):
            gain_map |= any(mark in data for mark in _GAIN_MAPS)
    notes = []
    if gain_map:
        notes.append("HDR gain map: left out")
    elif pictures > 1:
        notes.append(f"{pictures} pictures in the file: only the first was read")
    return FileFacts(notes=tuple(notes))


def _segments(read: Read) -> Iterator[tuple[int, bytes]]:
    """The marker and the content of each segment before the pixels."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        head = read(at, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (_START_OF_SCAN, _END):
            return
        size = int.from_bytes(head[2:], "big")
        if head[1] in (_APP1, _APP2):
            yield head[1], read(at + 4, size - 2)
        at += 2 + size
