"""What the chunks of a PNG say that libvips does not read whole: words, EXIF anywhere in the file, gamma.

libvips reads no EXIF after the pixels, takes words for UTF-8, and unpacks all of them into memory.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from autochrome.media.stills.exif import EXIF_NAME, ORIENTATION, Read, number, read_block
from autochrome.media.stills.file_facts import FileFacts, TextChunk
from autochrome.media.stills.iptc import PHOTOSHOP_NAME, records, wrapped
from autochrome.media.stills.made_profile import ColorCode, gamma_profile

_SIGNATURE = 8  # bytes
_LARGEST = 8_000_000  # bytes of all unpacked words, and of one chunk of metadata
_LONGEST_TEXT = 1_000_000  # bytes of one text, unpacked: many programs refuse a file with a longer one
_MAX_CHUNKS = 100_000  # that are not pixels
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP = b"XML:com.adobe.xmp"
_RAW_PROFILE = re.compile(rb"Raw profile type (\w+)")
_WANTED = (*_TEXTS, b"eXIf", b"iCCP", b"gAMA", b"cHRM", b"cICP", b"sRGB", b"acTL")


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    facts: FileFacts = field(default_factory=FileFacts)
    texts: list[TextChunk] = field(default_factory=list)
    left_out: int = 0  # texts
    too_large: bool = False  # libvips must not see the metadata of this file
    room: int = _LARGEST
    gamma: float | None = None
    primaries: tuple[float, ...] | None = None
    code: ColorCode | None = None
    profiled: bool = False  # iCCP or sRGB
    frames: int = 1
    order: list[bytes] = field(
        default_factory=list
    )  # fcTL (a frame begins) and IDAT (pixels), the first of each


def png_facts(read: Read, name: str) -> FileFacts:
    """The facts of a PNG. Damaged chunks are left out."""
    found = _Found()
    for kind, start, size in _chunks(read):
        if kind in (b"fcTL", b"IDAT") and kind not in found.order:
            found.order.append(kind)
        if kind in _WANTED:
            _take(found, kind, read(start, min(size, _LARGEST)), size)
    notes = []
    if found.left_out:
        notes.append(f"{found.left_out} texts of the file are damaged or too large: left out")
    beside = found.order == [b"IDAT", b"fcTL"]  # the still picture is none of the frames
    if found.frames + beside > 1:
        notes.append(f"{found.frames + beside} frames: only the first was read")
    profile = _profile(found, notes)
    block = read_block(found.facts.exif) if found.facts.exif else {}
    return replace(
        found.facts,
        notes=tuple(notes),
        texts=tuple(found.texts),
        profile=profile,
        orientation=number(block, ORIENTATION) or None,
        content=_pixels_only(read) if found.too_large else None,
    )


def _chunks(read: Read) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of its data, size) of every chunk, up to the end."""
    at, others = _SIGNATURE, 0
    while len(head := read(at, 8)) == 8 and others < _MAX_CHUNKS:
        size, kind = struct.unpack(">I4s", head)
        yield kind, at + 8, size
        others += kind != b"IDAT"
        at += size + 12
        if kind == b"IEND":
            return


def _take(found: _Found, kind: bytes, data: bytes, size: int) -> None:
    if kind in _TEXTS:
        _take_text(found, kind, data, size)
    elif kind == b"eXIf" and size <= _LARGEST:
        found.facts = replace(found.facts, exif=EXIF_NAME + data.removeprefix(EXIF_NAME))
    elif kind in (b"iCCP", b"sRGB"):
        found.profiled = True
        if kind == b"iCCP":
            found.too_large |= _unpack(data.partition(b"\0")[2][1:], _LARGEST) is None or size > _LARGEST
    elif kind == b"gAMA" and len(data) == 4 and any(data):
        found.gamma = 1e5 / int.from_bytes(data, "big")
    elif kind == b"cHRM" and len(data) == 32:
        found.primaries = tuple(value / 1e5 for value in struct.unpack(">8I", data))
    elif kind == b"cICP" and len(data) == 4:
        found.code = ColorCode(data[0], data[1])
    elif kind == b"acTL" and len(data) == 8:
        found.frames = int.from_bytes(data[:4], "big")


def _take_text(found: _Found, kind: bytes, data: bytes, size: int) -> None:
    keyword, separator, rest = data.partition(b"\0")
    value = _unpacked(kind, rest, found.room) if size <= found.room else None
    if value is None:
        found.too_large = True
    if not separator or not 1 <= len(keyword) <= 79 or value is None:
        found.left_out += 1
        return
    found.room -= len(value) + len(keyword)
    profile = _RAW_PROFILE.fullmatch(keyword)
    if keyword == _XMP:
        found.facts = replace(found.facts, xmp=value)
    elif profile and _take_profile(found, profile[1].lower(), value):
        pass
    elif len(value) > _LONGEST_TEXT:
        found.left_out += 1
    else:
        found.texts.append(TextChunk(kind, data))


def _unpacked(kind: bytes, rest: bytes, room: int) -> bytes | None:
    """The text of a chunk, after its keyword; None if it has more than `room` bytes."""
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _unpack(rest[1:], room)
    packed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.split(b"\0", 2)[-1]  # after the language and the translated keyword
    return _unpack(text, room) if packed else text


def _unpack(data: bytes, room: int) -> bytes | None:
    """The unpacked bytes, b'' if they are damaged; None if they are more than `room`."""
    unpacker = zlib.decompressobj()
    try:
        value = unpacker.decompress(data, room + 1)
    except zlib.error:
        return b""
    return value if len(value) <= room else None


def _take_profile(found: _Found, kind: bytes, value: bytes) -> bool:
    """Metadata that ImageMagick and others store as hexadecimal text: two lines of heading, then the digits."""
    lines = value.strip().split(b"\n", 2)
    try:
        data = bytes.fromhex(lines[2].decode("ascii")) if len(lines) == 3 else b""
    except ValueError:
        return False
    if kind in (b"exif", b"app1") and data.startswith((EXIF_NAME, b"II*\0", b"MM\0*")):
        if found.facts.exif is None:
            found.facts = replace(found.facts, exif=EXIF_NAME + data.removeprefix(EXIF_NAME))
    elif kind in (b"iptc", b"8bim") and (bare := records(data)):
        found.facts = replace(found.facts, iptc=bare)
    elif kind == b"xmp" and found.facts.xmp is None:
        found.facts = replace(found.facts, xmp=data)
    else:
        return False
    return True


def _profile(found: _Found, notes: list[str]) -> bytes | None:
    """The profile that cICP, or gAMA and cHRM, describe. cICP comes first, then iCCP and sRGB, then gAMA."""
    if found.code is not None:
        if found.code.hdr:
            notes.append(
                f"the file is HDR ({found.code.hdr}): its light was read as that of an ordinary picture"
            )
        return found.code.profile()
    if found.profiled:
        return None
    profile = gamma_profile(found.gamma, found.primaries)
    if profile is not None and found.gamma is not None:
        notes.append(f"the file says gamma {found.gamma:.2f}: it was converted to sRGB")
    return profile


def _pixels_only(read: Read) -> bytes:
    """The file without metadata."""
    kept = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs")
    parts = [read(start - 8, size + 12) for kind, start, size in _chunks(read) if kind in kept]
    return read(0, _SIGNATURE) + b"".join(parts)


def packed_texts(texts: tuple[TextChunk, ...], xmp: bytes | None, iptc: bytes | None = None) -> bytes:
    """The chunks of a PNG that hold these texts, an XMP packet, and IPTC records in the form of ImageMagick."""
    if iptc is not None:
        digits = wrapped(iptc).removeprefix(PHOTOSHOP_NAME).hex().encode()
        text = b"\niptc\n%8d\n%s\n" % (len(digits) // 2, digits)
        texts = (*texts, TextChunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text)))
    if xmp is not None:
        texts = (*texts, TextChunk(b"iTXt", _XMP + bytes(5) + xmp))  # not packed, no language
    return b"".join(
        struct.pack(">I4s", len(text.data), text.kind)
        + text.data
        + struct.pack(">I", zlib.crc32(text.kind + text.data))
        for text in texts
    )
