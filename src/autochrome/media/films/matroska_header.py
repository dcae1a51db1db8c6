"""Put the shape of pixels into the header of a finished Matroska or WebM file.

FFmpeg's muxer takes that shape from a field that PyAV does not set. So `DisplayWidth` and `DisplayHeight` are added
here: the tracks grow, and the empty space in front of them, which the muxer leaves for its list of elements, shrinks by
as much. Everything after the tracks stays where it is.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

_SEGMENT, _SEEK_HEAD, _VOID, _TRACKS = 0x18538067, 0x114D9B74, 0xEC, 0x1654AE6B
_SEEK, _SEEK_POSITION, _CRC = 0x4DBB, 0x53AC, 0xBF
_TRACK, _VIDEO = 0xAE, 0xE0
_PIXEL_WIDTH, _PIXEL_HEIGHT, _DISPLAY_WIDTH, _DISPLAY_HEIGHT = 0xB0, 0xBA, 0x54B0, 0x54BA
_DISPLAY_UNIT = 0x54B2  # the muxer writes "unknown"; without this field, the size is in pixels
_HEADER = 1 << 20  # bytes: the tracks end before this


class _Element(NamedTuple):
    """One element: its number, and where it, its content and the next element begin."""

    number: int
    start: int
    content: int
    stop: int


def write_pixel_shape(path: Path, shape: Fraction) -> bool:
    """Store the width of a pixel divided by its height. False if the header has no room, or not the form we know."""
    with path.open("r+b") as file:
        header = file.read(_HEADER)
        changed = _with_shape(header, shape)
        if changed is None:
            return False
        file.seek(0)
        file.write(changed)
    return True


def _with_shape(header: bytes, shape: Fraction) -> bytes | None:
    segment = next((e for e in _elements(header, 0, len(header)) if e.number == _SEGMENT), None)
    if segment is None:
        return None
    found: dict[int, _Element] = {}
    for element in _elements(header, segment.content, len(header)):
        found.setdefault(element.number, element)
        if element.number == _TRACKS:
            break
    if not found.keys() >= {_SEEK_HEAD, _VOID, _TRACKS}:
        return None
    seek_head, void, tracks = found[_SEEK_HEAD], found[_VOID], found[_TRACKS]
    larger = _replace(header, tracks, lambda data: _grown_tracks(data, shape))
    growth = len(larger) - (tracks.stop - tracks.start)
    room = void.stop - void.start - growth
    if not seek_head.start < void.start < tracks.start < tracks.stop <= len(header) or room < 2:
        return None
    moved = range(void.stop - segment.content, tracks.stop - segment.content)
    return b"".join(
        (
            header[: seek_head.start],
            _replace(header, seek_head, lambda data: _shifted_positions(data, moved, growth)),
            header[seek_head.stop : void.start],
            _void(room),
            header[void.stop : tracks.start],
            larger,
            header[tracks.stop :],
        )
    )


def _grown_tracks(data: bytes, shape: Fraction) -> bytes:
    """The content of Tracks; the first track with pixels has the display size too."""
    done = False
    parts = []
    for track in _elements(data, 0, len(data)):
        raw = data[track.start : track.stop]
        inner = data[track.content : track.stop]
        video = next((e for e in _elements(inner, 0, len(inner)) if e.number == _VIDEO), None)
        if track.number == _TRACK and video and not done:
            done = True
            grown = _replace(inner, video, lambda fields: _with_display_size(fields, shape))
            raw = _element(_TRACK, inner[: video.start] + grown + inner[video.stop :])
        parts.append(raw)
    return b"".join(parts)


def _with_display_size(fields: bytes, shape: Fraction) -> bytes:
    """The content of Video with a display size: whole numbers near the size of the frame, whose ratio is exact."""
    found = {e.number: e for e in _elements(fields, 0, len(fields))}
    if _DISPLAY_WIDTH in found:
        return fields
    sizes = (found[number] for number in (_PIXEL_WIDTH, _PIXEL_HEIGHT))
    width, height = (int.from_bytes(fields[e.content : e.stop], "big") for e in sizes)
    ratio = Fraction(width * shape / height).limit_denominator(1 << 15)
    times = max(1, -(-height // ratio.denominator))
    added = (_DISPLAY_WIDTH, ratio.numerator * times), (_DISPLAY_HEIGHT, ratio.denominator * times)
    kept = (fields[e.start : e.stop] for e in found.values() if e.number != _DISPLAY_UNIT)
    return b"".join(kept) + b"".join(_element(number, _number(value)) for number, value in added)


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def _shifted_positions(data: bytes, moved: range, shift: int) -> bytes:
    """The content of SeekHead: positions in `moved` become smaller by `shift`."""
    changed = bytearray(data)
    for seek in _elements(data, 0, len(data)):
        if seek.number == _SEEK:
            for field in _elements(data, seek.content, seek.stop):
                position = int.from_bytes(data[field.content : field.stop], "big")
                if field.number == _SEEK_POSITION and position in moved:
                    size = field.stop - field.content
                    changed[field.content : field.stop] = (position - shift).to_bytes(size, "big")
    return bytes(changed)


def _replace(data: bytes, element: _Element, change: Callable[[bytes], bytes]) -> bytes:
    """An element with changed content, and with a new checksum if it begins with one."""
    content = data[element.content : element.stop]
    first = next(_elements(content, 0, len(content)), None)
    begin = first.stop if first is not None and first.number == _CRC else 0
    rest = change(content[begin:])
    checksum = _element(_CRC, crc32(rest).to_bytes(4, "little")) if begin else b""
    return _element(element.number, checksum + rest)


def _elements(data: bytes, start: int, stop: int) -> Iterator[_Element]:
    """The elements between two places; the last one may go on behind the data."""
    while start + 2 <= stop:
        number_size = 9 - data[start].bit_length()
        place = start + number_size
        size_size = 9 - data[place].bit_length()
        content = place + size_size
        number = int.from_bytes(data[start:place], "big")
        size = int.from_bytes(data[place:content], "big") & ((1 << 7 * size_size) - 1)
        yield _Element(number, start, content, content + size)
        start = content + size


def _element(number: int, content: bytes) -> bytes:
    """An element with a size field of the smallest length."""
    length = next(n for n in range(1, 9) if len(content) < (1 << 7 * n) - 1)
    size = (len(content) | 1 << 7 * length).to_bytes(length, "big")
    return _number(number) + size + content


def _void(size: int) -> bytes:
    """An empty element of `size` bytes, from 2 on."""
    if size < 10:
        return bytes((_VOID, 0x80 | size - 2)) + bytes(size - 2)
    return bytes((_VOID, 0x01)) + (size - 9).to_bytes(7, "big") + bytes(size - 9)
