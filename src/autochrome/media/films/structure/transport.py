"""A transport stream has packets of one size; in each of its streams they count from 0 to 15 and again."""

from autochrome.media.films.structure.pieces import FileBytes

_SYNC = 0x47  # the first byte of a packet
_FORMS = ((188, 0), (192, 4), (204, 0))  # bytes from packet to packet, and bytes in front of the first byte
_SURE = 4  # so many packets in a row are no accident
_SEARCHED = 1 << 16  # bytes at the beginning in which the first packet is looked for
_AT_ONCE = 1 << 12  # packets
_EMPTY, _LIST = 0x1FFF, 0  # the streams of filling, and of the list of programs
_STARTS, _BROKEN = 0x40, 0x80  # flags: a unit starts here; the receiver met an error
_PAYLOAD, _FIELDS, _JUMP = 0x10, 0x20, 0x80  # flags: there are data; there are fields; the counter jumps


def find_break_in_transport(data: FileBytes) -> int | None:
    """The first packet that is damaged, or does not follow the last one of its stream."""
    found = _find_packets(data)
    if found is None:
        return None
    place, size = found
    if place >= size:
        return 0
    counters = _Counters()
    while place + 188 <= data.size:
        packets = data.at(place, size * _AT_ONCE)
        for start in range(0, len(packets) - 187, size):
            if packets[start] != _SYNC or not counters.follows(packets, start):
                return place + start
        place += size * _AT_ONCE
    return None


def _find_packets(data: FileBytes) -> tuple[int, int] | None:
    """Where the first packet begins, and bytes from packet to packet. A recording may begin inside a packet."""
    head = data.at(0, _SEARCHED)
    for place in range(len(head)):
        for size, before in _FORMS:
            row = head[place : place + _SURE * size : size]
            if place >= before and row == bytes((_SYNC,)) * _SURE:
                return place, size
    return None


class _Counters:
    """The counters of all streams. Recordings that are joined begin anew: with the list of programs, and a new unit."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}
        self._repeated: set[int] = set()
        self._excused: set[int] = set()  # streams that have not gone on since the recording began anew

    def follows(self, packets: bytes, start: int) -> bool:
        """Whether the packet that begins at `start` is sound and follows the last one of its stream."""
        flags, control = packets[start + 1], packets[start + 3]
        stream = (flags & 0x1F) << 8 | packets[start + 2]
        if flags & _BROKEN:
            return False
        if stream == _EMPTY or not control & _PAYLOAD:
            return True
        jumps = control & _FIELDS and packets[start + 4] and packets[start + 5] & _JUMP
        counter = control & 15
        last = self._last.get(stream)
        self._last[stream] = counter
        excused = stream in self._excused and flags & _STARTS
        self._excused.discard(stream)
        if last is None or jumps or excused or counter == (last + 1) & 15:
            self._repeated.discard(stream)
            return True
        if stream == _LIST:
            self._excused = set(self._last) - {_LIST}
            return True
        if counter == last and stream not in self._repeated:
            self._repeated.add(stream)
            return True
        return False
