"""FLV is a row of tags; behind each stands its size once more."""

from autochrome.media.films.structure.pieces import FileBytes

_TAG = 11  # bytes of its header
_KINDS = (8, 9, 18)  # sound, pictures, data
_FLAGS = 0x1F  # the bits of the kind


def find_break_in_flash(data: FileBytes) -> int | None:
    """The first tag that is none, or behind which another size stands."""
    place = data.number(5, 4) + 4
    while place + _TAG <= data.size:
        if data.byte(place) & _FLAGS not in _KINDS:
            return place
        size = _TAG + data.number(place + 1, 3)
        if place + size + 4 > data.size:
            return None
        if data.number(place + size, 4) not in (
            size,
            size - _TAG,
            0,
        ):  # some programs do not count the header
            return place
        place += size + 4
    return None
