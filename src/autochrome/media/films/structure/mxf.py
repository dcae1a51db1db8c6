"""MXF is a row of keys of 16 bytes, each with the length of what follows."""

from autochrome.media.films.structure.pieces import FileBytes

_LABEL = b"\x06\x0e\x2b\x34"  # each key begins with it
_BEFORE = 1 << 16  # bytes that may lie in front of the first key


def find_break_in_mxf(data: FileBytes) -> int | None:
    """The first place where a key should be and is not."""
    place = data.find(_LABEL, 0)
    if place is None or place > _BEFORE:
        return None
    while place + 17 <= data.size:
        if data.at(place, 4) != _LABEL:
            return place
        length, used = data.byte(place + 16), 17
        if length & 0x80:
            used += length & 0x7F
            length = data.number(place + 17, length & 0x7F)
        place += used + length
    return None
