"""The sequence header of AV1: whether a grey picture uses the full range."""

_DELIMITER = b"\x12\0"  # may stand before the header
_SEQUENCE = 1  # the type of the header among the units of a stream


class _Bits:
    """Reads numbers of some bits from bytes. Zeros follow the end."""

    def __init__(self, data: bytes) -> None:
        self._number, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def read(self, count: int = 1) -> int:
        self._left -= count
        if self._left < 0:
            return 0
        return self._number >> self._left & ((1 << count) - 1)


def grey_is_full_range(data: bytes) -> bool | None:
    """data: the beginning of an AV1 stream. None if its header is missing, has colour, or has times of a film."""
    data = data.removeprefix(_DELIMITER)
    if len(data) < 3 or data[0] >> 3 & 15 != _SEQUENCE or data[0] & 4:
        return None
    bits = _Bits(data[2:130] if data[0] & 2 else data[1:129])  # with or without a size, of one byte
    profile, _, reduced = bits.read(3), bits.read(), bits.read()
    if reduced:
        bits.read(5)
    elif not _skip_operating_points(bits):
        return None
    widths = bits.read(4), bits.read(4)
    for count in widths:
        bits.read(count + 1)
    if not reduced and bits.read():
        bits.read(7)
    bits.read(3)
    if not reduced:
        _skip_tools(bits)
    bits.read(3)
    deep = bits.read()
    if profile == 2 and deep:
        bits.read()
    if profile == 1 or not bits.read():
        return None
    if bits.read():  # a description of the colours
        bits.read(24)
    return bool(bits.read())


def _skip_operating_points(bits: _Bits) -> bool:
    """False if the header has times, which stills do not have."""
    if bits.read():
        return False
    delays = bits.read()
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > 7:
            bits.read()
        if delays and bits.read():
            bits.read(4)
    return True


def _skip_tools(bits: _Bits) -> None:
    bits.read(4)
    ordered = bits.read()
    if ordered:
        bits.read(2)
    screen = 2 if bits.read() else bits.read()
    if screen and not bits.read():
        bits.read()
    if ordered:
        bits.read(3)
