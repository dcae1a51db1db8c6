"""GIF is a row of blocks: a picture or an extension, whose data are chains of sub-blocks that end with an empty one."""

from autochrome.media.films.structure.pieces import FileBytes

_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B
_SCREEN = 13  # bytes before the table of colours
_TABLE = 0x80  # this flag says that one follows
_MOST_BITS, _LONGEST, _MOST_CODES = 11, 12, 4096  # bits of a pixel and of a code; codes
_COUNTED = 1 << 24  # bytes of a file whose pixels are counted: that takes half a second a megabyte
_CONTROL = b"\x21\xf9\x04"  # the extension in front of each picture of a film


def find_break_in_gif(data: FileBytes) -> int | None:
    """The first byte that begins no block, or lies behind the end mark and begins more pictures."""
    place = before = _SCREEN + _table_size(data.byte(10))
    while place < data.size:
        kind = data.byte(place)
        before = place
        if kind == _END:
            return _find_more_pictures(data, place + 1)
        if kind == _EXTENSION:
            place = _skip_chain(data, place + 2)
        elif kind == _PICTURE:
            start = place + 10 + _table_size(data.byte(place + 9))
            stop = _skip_chain(data, start + 1)
            if stop <= min(data.size, _COUNTED) and not _is_picture(data, place, start):
                return place
            place = stop
        else:
            rest = data.at(place, data.size - place).strip(b"\0")  # zeros before the end mark do no harm
            return None if rest == bytes((_END,)) else place
    # A last byte that looks like the end mark hides from `container_end` that the last block has no end.
    return before if place > data.size and data.byte(data.size - 1) == _END else None


def _table_size(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & _TABLE else 0


def _skip_chain(data: FileBytes, place: int) -> int:
    """The place behind a chain of sub-blocks; behind the end of the file if the chain goes on there."""
    while place < data.size:
        size = data.byte(place)
        place += 1 + size
        if size == 0:
            return place
    return data.size + 1


def _find_more_pictures(data: FileBytes, place: int) -> int | None:
    """`place`, if a picture follows it somewhere; None if only other data do."""
    found = data.find(_CONTROL, place)
    while found is not None:
        if data.at(found + 7, 2) in (b"\0\x21", b"\0\x2c"):
            return place
        found = data.find(_CONTROL, found + 1)
    return None


def _is_picture(data: FileBytes, place: int, start: int) -> bool:
    """Whether a picture has data for each of its pixels. place: of the block; start: of its data."""
    width, height = data.number(place + 5, 2, little=True), data.number(place + 7, 2, little=True)
    return _count_pixels(_read_chain(data, start + 1), data.byte(start)) == width * height


def _read_chain(data: FileBytes, place: int) -> bytes:
    """The content of a chain of sub-blocks."""
    parts = []
    while size := data.byte(place):
        parts.append(data.at(place + 1, size))
        place += 1 + size
    return b"".join(parts)


def _count_pixels(data: bytes, bits: int) -> int:
    """How many pixels LZW codes give; -1 if they are no such codes. bits: of a pixel.

    After a code that clears the table, each code but the first adds one that gives a pixel more than the code before.
    """
    if not 1 <= bits <= _MOST_BITS:
        return -1
    clear = 1 << bits
    lengths, size, before = (
        [1] * (clear + 2),
        bits + 1,
        0,
    )  # pixels of each code; bits of a code; pixels of the last
    buffer = held = pixels = 0
    for byte in data:
        buffer |= byte << held
        held += 8
        while held >= size:
            code = buffer & (1 << size) - 1
            buffer >>= size
            held -= size
            if code == clear:
                lengths, size, before = lengths[: clear + 2], bits + 1, 0
                continue
            if code == clear + 1:
                return pixels
            if before and len(lengths) < _MOST_CODES:
                lengths.append(before + 1)
                size += len(lengths) == 1 << size and size < _LONGEST
            if code >= len(lengths):
                return -1
            before = lengths[code]
            pixels += before
    return pixels
