"""Sound that Matroska stores under its name in Windows (A_MS/ACM), for example Windows Media and A-law.

FFmpeg's muxer can write it, but PyAV does not let it. So the stream is added as plain PCM with the header of a WAV file
as its private data, and its name in the finished file is replaced.
"""

import io
import struct
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import av

_STANDS_IN = "pcm_s16le"
_ITS_NAME, _NAME = b"A_PCM/INT/LIT", b"A_MS/ACM".ljust(13, b"\0")  # Matroska lets a name end in zeros
_SEGMENT, _TRACKS, _TRACK, _CODEC_ID, _CRC = 0x18538067, 0x1654AE6B, 0xAE, 0x86, 0xBF
_HEAD = 1 << 20  # bytes: the list of tracks lies in the first megabyte, before the sound


def wave_header(stream: Any, packet: Any) -> bytes | None:
    """The header (WAVEFORMATEX) that a WAV file of this sound has; None if there is no such WAV file."""
    file = io.BytesIO()
    try:
        with av.open(file, "w", format="wav") as output:
            packet.stream = output.add_stream_from_template(stream, opaque=True)
            output.mux(packet)
    except (av.FFmpegError, ValueError, TypeError):
        return None
    data, place = file.getvalue(), 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        if name == b"fmt ":
            header = data[place + 8 : place + 8 + size]
            return header if len(header) >= 18 else header.ljust(18, b"\0")
        place += 8 + size + size % 2
    return None


def add_stand_in(output: Any, stream: Any, header: bytes) -> Any:
    """Add a stream to a Matroska file that `name_sound` turns into the sound with this header."""
    channels, rate = struct.unpack_from("<HI", header, 2)
    made = output.add_stream(_STANDS_IN, rate=rate)
    made.layout = {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")
    made.codec_context.extradata = header
    made.time_base = stream.time_base
    made.metadata.update(stream.metadata)
    made.disposition = stream.disposition
    return made


def name_sound(file: Path, tracks: Collection[int]) -> None:
    """Give the sound its true name. tracks: places of the stand-ins among the streams of the file, from 0."""
    with file.open("r+b") as matroska:
        head = bytearray(matroska.read(_HEAD))
        segment, _ = _find(head, 0, len(head), _SEGMENT)[0]
        begin, end = _find(head, segment, len(head), _TRACKS)[0]
        for number, (first, stop) in enumerate(_find(head, begin, end, _TRACK)):
            name, name_end = _find(head, first, stop, _CODEC_ID)[0]
            if number in tracks and head[name:name_end] == _ITS_NAME:
                head[name:name_end] = _NAME
        for checksum, after in _find(head, begin, end, _CRC):
            head[checksum:after] = struct.pack("<I", zlib.crc32(head[after:end]))
        matroska.seek(0)
        matroska.write(head[:end])


def _find(data: bytearray, begin: int, end: int, wanted: int) -> list[tuple[int, int]]:
    """Begin and end of the contents of all elements with this number, among those between `begin` and `end`."""
    found = []
    while begin < end:
        number, begin = _read_number(data, begin, keep_marker=True)
        size, begin = _read_number(data, begin, keep_marker=False)
        if number == wanted:
            found.append((begin, min(begin + size, end)))
            if wanted in (_SEGMENT, _TRACKS):
                break  # what follows may lie outside of the data
        begin += size
    return found


def _read_number(data: bytearray, begin: int, *, keep_marker: bool) -> tuple[int, int]:
    """A number of Matroska, whose first bits say how many bytes it has, and the place after it."""
    length = 9 - data[begin].bit_length()
    number = int.from_bytes(data[begin : begin + length], "big")
    return number if keep_marker else number & ((1 << (7 * length)) - 1), begin + length
