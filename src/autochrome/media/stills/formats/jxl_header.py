"""The first bits of a JPEG XL: its size and depth, before any pixel is decoded; and its boxes."""

from collections.abc import Iterator
from dataclasses import dataclass

_BOXES = b"\0\0\0\x0cJXL \r\n\x87\n"
_CODESTREAM = b"\xff\x0a"
_HEADER = 64  # bytes of the codestream that hold what we read
_RATIOS = ((0, 0), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(frozen=True, slots=True)
class JxlHeader:
    """The facts of the codestream."""

    width: int
    height: int
    bits: int  # a sample; 0 if the header does not say it in the bits that we read
    floats: bool
    animated: bool


class _Bits:
    """Reads bits, the lowest of each byte first. After the end there are zeros."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        found = self._value & ((1 << count) - 1)
        self._value >>= count
        return found

    def choose(self, *ways: tuple[int, int]) -> int:
        """Two bits choose a way: (offset, bits that are added to it)."""
        offset, count = ways[self.take(2)]
        return offset + self.take(count)


def read_header(data: bytes) -> JxlHeader | None:
    """The facts of a file; None if it has no codestream."""
    stream = _codestream(data)
    if not stream.startswith(_CODESTREAM):
        return None
    bits = _Bits(stream[2:])
    width, height = _size(bits)
    if bits.take(1):  # everything has its usual value
        return JxlHeader(width, height, 8, False, False)
    animated = False
    if bits.take(1):
        bits.take(3)  # the orientation: libjxl turns the picture
        if bits.take(1):
            _size(bits)  # of the picture on a screen
        if bits.take(1):  # a preview, whose header we do not read
            return JxlHeader(width, height, 0, False, False)
        if animated := bool(bits.take(1)):
            _skip_animation(bits)
    floats = bool(bits.take(1))
    depth = (
        bits.choose((32, 0), (16, 0), (24, 0), (1, 6))
        if floats
        else bits.choose((8, 0), (10, 0), (12, 0), (1, 6))
    )
    return JxlHeader(width, height, depth, floats, animated)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, content) of every box; none if the file is a bare codestream."""
    at = 0
    while data.startswith(_BOXES) and at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        head = 16 if size == 1 else 8
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        end = at + size if size else len(data)
        if end < at + head:
            return
        yield kind, data[at + head : end]
        at = end


def _codestream(data: bytes) -> bytes:
    """Its first bytes."""
    for kind, content in boxes(data):
        if kind in (b"jxlc", b"jxlp"):
            start = 4 if kind == b"jxlp" else 0  # the number of the part
            first = content[start : start + _HEADER]
            if kind == b"jxlc" or len(first) == _HEADER:
                return first
            rest = (part[4:] for name, part in boxes(data) if name == b"jxlp")
            return b"".join(rest)[:_HEADER]
    return data[:_HEADER]


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return 8 * (1 + bits.take(5)) if small else bits.choose((1, 9), (1, 13), (1, 18), (1, 30))

    height = side()
    across, down = _RATIOS[bits.take(3)]
    return (height * across // down if down else side()), height


def _skip_animation(bits: _Bits) -> None:
    bits.choose((100, 0), (1000, 0), (1, 10), (1, 30))
    bits.choose((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.choose((0, 0), (0, 3), (0, 16), (0, 32))
    bits.take(1)
