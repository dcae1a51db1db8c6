"""Headers of DPX files (SMPTE 268M): what a scanner writes about a frame, carried from file to file."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Literal

from autochrome.media.films.sequences.names import Transfer
from autochrome.media.timecode import Timecode, timecode_from_bcd, timecode_to_bcd

_SIZE = 2048  # bytes: general, film and television headers
_BIG, _LITTLE = b"SDPX", b"XPDS"
_GENERAL = 1664  # bytes of the general header alone
_IMAGE_OFFSET = 4
_SIZES = (
    _IMAGE_OFFSET,
    16,
    24,
    28,
    32,
    808,
)  # begin of the pixels, file, general, industry, user data, first element
_TRANSFER = 801
_RATE, _FILM_COUNT = 1724, 1712
_TIMECODE, _TV_RATE = 1920, 1940
_LOG = (1, 3)  # printing density, logarithmic

# (offset, size of a number, how many numbers); 1: text or single bytes. The layout of the pixels is not among them.
_CARRIED = (
    (36, 1, 624),  # name, time, creator, project, copyright
    (768, 2, 1),  # orientation
    *((801 + 72 * element, 1, 2) for element in range(8)),  # transfer, colorimetry
    (1408, 4, 6),  # offsets, centre, size of the original
    (1432, 1, 188),  # name and time of the source, input device and its number
    (1620, 2, 4),  # border
    (1628, 4, 2),  # shape of a pixel
    (1636, 4, 2),  # size of the scan
    (1664, 1, 48),  # manufacturer, type, offset, prefix and count (the key code), format
    (1712, 4, 5),  # frame position, length, held frames, frame rate, shutter
    (1732, 1, 132),  # identification and slate
    (1920, 4, 2),  # timecode, user bits
    (1928, 1, 4),  # interlace, field, signal
    (1932, 4, 10),  # sampling rates, frame rate, levels
)


@dataclass(frozen=True, slots=True)
class DpxHeader:
    """The header of one file, and the user data behind it."""

    data: bytes  # 2048
    user: bytes

    @property
    def big(self) -> bool:
        """Whether numbers begin with their highest byte."""
        return self.data[:4] == _BIG

    def _float(self, offset: int) -> float | None:
        """A number of the header; None if the file leaves it undefined."""
        (value,) = struct.unpack_from((">" if self.big else "<") + "f", self.data, offset)
        return float(value) if isfinite(value) else None

    @property
    def turn(self) -> int:
        """Degrees counter-clockwise from the stored picture to the upright one; other orientations count as 0."""
        return 180 if int.from_bytes(self.data[768:770], _order(self.data)) == 3 else 0

    @property
    def rate(self) -> Fraction | None:
        """Frames in a second, if the film or television header says."""
        for offset in (_RATE, _TV_RATE):
            rate = self._float(offset)
            if rate and 1 <= rate <= 1000:
                return _exact_rate(rate)
        return None

    @property
    def transfer(self) -> Transfer:
        """Printing density counts as log. "Linear" is what many writers put for video, so it counts as video."""
        return "log" if self.data[_TRANSFER] in _LOG else "video"

    def timecode(self, rate: Fraction) -> Timecode | None:
        word = int.from_bytes(self.data[_TIMECODE : _TIMECODE + 4], _order(self.data))
        return timecode_from_bcd(word, rate)


def read_header(path: Path) -> DpxHeader | None:
    """The header of a file; None if it is not DPX or shorter than a header."""
    with path.open("rb") as file:
        data = file.read(_SIZE)
        if len(data) < _GENERAL or data[:4] not in (_BIG, _LITTLE):
            return None
        begins = min(_number(data, _IMAGE_OFFSET), path.stat().st_size)
        if begins < _SIZE:  # FFmpeg leaves out the film and television headers
            return DpxHeader(data[: max(begins, _GENERAL)].ljust(_SIZE, b"\xff"), b"")
        return DpxHeader(data, file.read(begins - _SIZE))


def with_header(encoded: bytes, header: DpxHeader) -> bytes:
    """The same picture with the fields of another file. Fields about the layout of the pixels stay its own."""
    data = bytearray(with_all_headers(encoded, header.user))
    swap = (data[:4] == _BIG) != header.big
    for offset, size, count in _CARRIED:
        for place in range(offset, offset + size * count, size):
            field = header.data[place : place + size]
            data[place : place + size] = field[::-1] if swap else field
    return bytes(data)


def with_all_headers(encoded: bytes, user: bytes = b"") -> bytes:
    """The same picture with film and television headers (all undefined) and user data, if it has none."""
    begins = _number(encoded, _IMAGE_OFFSET)
    if begins >= _SIZE:
        return encoded
    header = bytearray(encoded[:begins].ljust(_SIZE, b"\xff") + user)
    size = len(header) + len(encoded) - begins
    values = (len(header), size, _GENERAL, _SIZE - _GENERAL, len(user), len(header))
    for place, value in zip(_SIZES, values, strict=True):
        header[place : place + 4] = value.to_bytes(4, _order(encoded))
    return bytes(header) + encoded[begins:]


def with_place(encoded: bytes, frame: int | None, rate: Fraction, timecode: Timecode | None) -> bytes:
    """The same picture with its number in the film, the frame rate and the timecode. None keeps what is there."""
    data = bytearray(with_all_headers(encoded))
    order = ">" if data[:4] == _BIG else "<"
    if frame is not None:
        struct.pack_into(f"{order}I", data, _FILM_COUNT, frame)
    struct.pack_into(f"{order}f", data, _RATE, float(rate))
    struct.pack_into(f"{order}f", data, _TV_RATE, float(rate))
    if timecode is not None:
        struct.pack_into(f"{order}I", data, _TIMECODE, timecode_to_bcd(timecode))
    return bytes(data)


def carried_bytes() -> Iterator[range]:
    """The places of the numbers that `with_header` carries; the step is the size of one."""
    return (range(offset, offset + size * count, size) for offset, size, count in _CARRIED)


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], _order(data))


def _order(data: bytes | bytearray) -> Literal["big", "little"]:
    """Where the highest byte of a number stands."""
    return "big" if data[:4] == _BIG else "little"


def _exact_rate(rate: float) -> Fraction:
    """23.976 is 24000/1001: the header stores 32 bits."""
    for exact in (Fraction(round(rate)), Fraction(round(rate) * 1000, 1001)):
        if abs(float(exact) - rate) < 2e-3:
            return exact
    return Fraction(rate).limit_denominator(1001)
