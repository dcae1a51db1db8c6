"""ASF has packets of one size; each holds payloads, which are pieces of numbered media objects."""

from collections.abc import Iterator
from dataclasses import dataclass

from autochrome.media.films.structure.pieces import FileBytes

_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # properties of the file
_OBJECT = 24  # bytes of the header of an object
_CORRECTION = 0x80  # this flag says that data for the correction of errors follow


@dataclass(frozen=True, slots=True)
class _Payload:
    stream: int
    number: int  # of the media object
    number_range: int  # it begins again at 0 here
    offset: int  # bytes of the object before this payload
    size: int
    object_size: int
    more: int  # further objects in this payload


def find_break_in_asf(data: FileBytes) -> int | None:
    """The first packet that cannot be read, or lacks the payloads that should follow those before it."""
    packets, size, count = _find_packets(data)
    if not size:
        return None
    expected: dict[int, tuple[int, int, int]] = {}  # stream → the next object, its offset, and its size or 0
    for number in range(count):
        place = packets + number * size
        if place + size > data.size:
            return None
        try:
            payloads = list(_read_payloads(data.at(place, size)))
        except IndexError:
            return place
        for payload in payloads:
            following = _follow(payload, expected.get(payload.stream))
            if following is None:
                return place
            expected[payload.stream] = following
    unfinished = any(offset for _, offset, _ in expected.values())
    return packets + (count - 1) * size if unfinished else None


def _follow(payload: _Payload, expected: tuple[int, int, int] | None) -> tuple[int, int, int] | None:
    """What must come next in the stream of a payload; None if the payload itself is not what was expected."""
    number, offset, size = expected or (payload.number, 0, 0)
    stop = payload.offset + payload.size
    if (payload.number, payload.offset) != (number, offset) or size not in (0, payload.object_size):
        return None
    if payload.object_size and stop > payload.object_size:
        return None
    if stop < payload.object_size:
        return number, stop, payload.object_size
    return (number + 1 + payload.more) % payload.number_range, 0, 0


def _find_packets(data: FileBytes) -> tuple[int, int, int]:
    """Where the first packet lies, the bytes of one, and how many there are; zeros if there is no such list."""
    place, size = 30, 0
    header = data.number(16, 8, little=True)
    while place + _OBJECT <= min(header, data.size):
        if data.at(place, 16) == _FILE:
            size = data.number(place + 92, 4, little=True)
        place += max(_OBJECT, data.number(place + 16, 8, little=True))
    if data.at(header, 16) != _DATA or size == 0:
        return 0, 0, 0
    length = data.number(header + 16, 8, little=True)
    stop = header + length if length > 50 else data.size  # 0 or 50 in a live recording
    return header + 50, size, (stop - header - 50) // size


class _Fields:
    """Fields of a packet, one after the other. IndexError behind its end."""

    def __init__(self, packet: bytes) -> None:
        self.packet, self.place, self.stop = packet, 0, len(packet)

    def take(self, count: int) -> int:
        self.skip(count)
        return int.from_bytes(self.packet[self.place - count : self.place], "little")

    def take_typed(self, kind: int) -> int:
        """A field whose size a type of two bits tells."""
        return self.take((0, 1, 2, 4)[kind & 3])

    def skip(self, count: int) -> None:
        self.place += count
        if self.place > self.stop:
            raise IndexError(self.place)


def _read_payloads(packet: bytes) -> Iterator[_Payload]:
    fields = _Fields(packet)
    flags = fields.take(1)
    if flags & _CORRECTION:
        fields.skip(flags & 0x0F)
        flags = fields.take(1)
    kinds = fields.take(1)
    length = fields.take_typed(flags >> 5) or len(packet)
    fields.take_typed(flags >> 1)
    padding = fields.take_typed(flags >> 3)
    fields.skip(6)  # the time at which the packet is sent
    fields.stop = length - padding
    if not fields.place <= fields.stop <= len(packet):
        raise IndexError(length)
    several = fields.take(1) if flags & 1 else None
    for _ in range(1 if several is None else several & 0x3F):
        yield _read_payload(fields, kinds, None if several is None else several >> 6)


def _read_payload(fields: _Fields, kinds: int, length_kind: int | None) -> _Payload:
    """length_kind: the type of the field with the size; None: the payload goes on to the end of the packet."""
    stream = fields.take(1) & 0x7F
    if stream == 0:
        raise IndexError(stream)
    number = fields.take_typed(kinds >> 4)
    offset = fields.take_typed(kinds >> 2)
    replicated = fields.take_typed(kinds)
    object_size = 0
    if replicated == 1:
        fields.skip(1)
    elif replicated:
        before = fields.place
        object_size = fields.take(4)
        fields.skip(replicated - 4)
        assert fields.place == before + replicated
    size = fields.stop - fields.place if length_kind is None else fields.take_typed(length_kind)
    more = 0
    if replicated == 1:
        offset = 0  # the field holds a time
        more = _count_objects(fields.packet[fields.place : fields.place + size]) - 1
    fields.skip(size)
    return _Payload(stream, number, 1 << 8 * (0, 1, 2, 4)[kinds >> 4 & 3], offset, size, object_size, more)


def _count_objects(payload: bytes) -> int:
    """How many whole objects a payload holds."""
    place = count = 0
    while place < len(payload):
        place += 1 + payload[place]
        count += 1
    return count
