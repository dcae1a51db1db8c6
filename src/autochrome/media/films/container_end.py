"""Whether a file ends where its container says: a copy that was cut short does not."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeAlias

_TAIL = 1 << 17  # bytes at the end in which the last page or packet is looked for
_M2TS, _FEC = 192, 204  # its packets with a time before them, or with check bytes behind
_DV = (144000, 120000)  # bytes of a frame in PAL and NTSC
_UNKNOWN_RIFF = (1 << 32) - 1
_IN_A_BOX = "it ends in the middle of a piece"
_UNKNOWN = 1 << 56  # bytes: such a size of Matroska or ASF, mostly ones, is not known

Check: TypeAlias = Callable[[IO[bytes], int], str | None]


def find_cut(path: Path, container: str) -> str | None:
    """How a file ends too early, as the end of a sentence; None if it does not, or if nothing can tell.

    container: FFmpeg's name of the format.
    """
    check = next((check for name, check in _CHECKS.items() if name in container.split(",")), None)
    if check is None:
        return None
    try:
        with path.open("rb") as file:
            return check(file, path.stat().st_size)
    except (OSError, struct.error, IndexError):
        return None


def _missing(end: int, size: int) -> str | None:
    """The sentence for a file of `size` bytes that should have `end`."""
    return f"{end - size} of its {end} bytes are missing" if end > size else None


def _check_mp4(file: IO[bytes], size: int) -> str | None:
    place, in_pieces = 0, False
    while place < size:
        file.seek(place)
        header = file.read(16)
        if len(header) < 8:
            return _IN_A_BOX
        length, kind = struct.unpack_from(">I4s", header)
        in_pieces |= kind == b"moof"
        if length == 1:
            length = int(struct.unpack_from(">Q", header, 8)[0])
        if length == 0:
            return None  # this box goes to the end of the file
        if length < 8:
            return None  # something behind the film that is no box
        place += length
    return _missing(place, size) and (_IN_A_BOX if in_pieces else _missing(place, size))


def _check_matroska(file: IO[bytes], size: int) -> str | None:
    place = 0
    while place < size:
        file.seek(place)
        header = file.read(12)
        id_length = 9 - header[0].bit_length()
        length = 9 - header[id_length].bit_length()
        value = int.from_bytes(header[id_length : id_length + length], "big")
        content = value & ((1 << (7 * length)) - 1)
        if content == (1 << (7 * length)) - 1 or content >= _UNKNOWN:
            return None  # written live: the size is not known
        place += id_length + length + content
    return _missing(place, size)


def _check_riff(file: IO[bytes], size: int) -> str | None:
    place = 0
    while place + 12 <= size:
        file.seek(place)
        name, length = struct.unpack("<4sI", file.read(8))
        if name != b"RIFF" or length == _UNKNOWN_RIFF:
            return None
        place += 8 + length + length % 2
    return _missing(place - (place - size == 1), size)


def _check_ogg(file: IO[bytes], size: int) -> str | None:
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or page + 27 > len(tail):
        return "it ends in the middle of a page"
    segments = tail[page + 26]
    sizes = tail[page + 27 : page + 27 + segments]
    if len(sizes) < segments or page + 27 + segments + sum(sizes) > len(tail):
        return "it ends in the middle of a page"
    return None if tail[page + 5] & 4 else "its last page is not marked as the end"


def _check_transport(file: IO[bytes], size: int) -> str | None:
    head = file.read(2 * _FEC + 5)
    if head[:1] == b"\x47" and len(head) > _FEC:
        packet = next((n for n in (188, _FEC) if head[n] == 0x47), 0)
    else:
        packet = _M2TS if head[4:5] == b"\x47" else 0
    return "it ends in the middle of a packet" if packet and size % packet else None


def _check_program(file: IO[bytes], size: int) -> str | None:
    """Packets after the last pack header say how long they are."""
    start = max(0, size - _TAIL)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(b"\0\0\1\xba")
    if place < 0:
        return None
    mpeg2 = tail[place + 4 : place + 5] and tail[place + 4] >> 6 == 1
    place += 14 + (tail[place + 13] & 7 if len(tail) > place + 13 else 0) if mpeg2 else 12
    while place + 6 <= len(tail):
        if tail[place : place + 3] != b"\0\0\1":
            return None
        if tail[place + 3] == 0xB9:
            return None
        place += 6 + int.from_bytes(tail[place + 4 : place + 6], "big")
    return "it ends in the middle of a packet" if place != len(tail) else None


def _check_flash(file: IO[bytes], size: int) -> str | None:
    """The last four bytes say how long the last tag is, and that tag says it too."""
    file.seek(size - 4)
    length = int.from_bytes(file.read(4), "big")
    if 11 <= length <= size - 13:
        file.seek(size - 4 - length)
        tag = file.read(4)
        if tag[0] & 31 in (8, 9, 18) and int.from_bytes(tag[1:4], "big") == length - 11:
            return None
    return "it ends in the middle of a tag"


def _check_dv(file: IO[bytes], size: int) -> str | None:
    pal = file.read(4)[3] & 0x80
    return "it ends in the middle of a frame" if size % _DV[0 if pal else 1] else None


def _check_mxf(file: IO[bytes], size: int) -> str | None:
    """A file is a row of keys of 16 bytes, each with the length of what follows."""
    place = 0
    while place < size:
        file.seek(place)
        header = file.read(25)
        if len(header) < 17:
            return _IN_A_BOX
        if not header.startswith(b"\x06\x0e\x2b\x34"):
            return None
        length, used = header[16], 17
        if length & 0x80:
            used += length & 0x7F
            length = int.from_bytes(header[17:used], "big")
        place += used + length
    return _IN_A_BOX if place > size else None


def _check_asf(file: IO[bytes], size: int) -> str | None:
    place = 0
    while place + 24 <= size:
        file.seek(place + 16)
        length = int.from_bytes(file.read(8), "little")
        if length < 24 or length >= _UNKNOWN:
            return None
        place += length
    return _missing(place, size)


def _check_gif(file: IO[bytes], size: int) -> str | None:
    file.seek(max(0, size - _TAIL))
    return None if file.read().rstrip(b"\0").endswith(b"\x3b") else "it has no end mark"


_CHECKS: dict[str, Check] = {
    "mov": _check_mp4,
    "matroska": _check_matroska,
    "avi": _check_riff,
    "ogg": _check_ogg,
    "mpegts": _check_transport,
    "mpeg": _check_program,
    "flv": _check_flash,
    "dv": _check_dv,
    "mxf": _check_mxf,
    "asf": _check_asf,
    "gif": _check_gif,
}
"""FFmpeg's name of a format → how its end is checked."""
