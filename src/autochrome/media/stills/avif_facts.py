"""What the boxes of an AVIF say that libheif does not apply: the range of grey, primaries, and HDR."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autochrome.errors import NotAPicture
from autochrome.media.stills.av1_header import grey_is_full_range
from autochrome.media.stills.exif import Read
from autochrome.media.stills.file_facts import Convert, FileFacts
from autochrome.media.stills.made_profile import ColorCode

_LARGEST = 1_000_000  # bytes of the box with the metadata
_HEVC = {b"hvc1", b"hev1"}
_CODECS = {
    b"vvc1": "VVC",
    b"avc1": "H.264",
    b"jpeg": "JPEG",
    b"j2k1": "JPEG 2000",
}
_HEADER = 64  # bytes of a stream that hold its header
_TOP_BOXES = 20  # before the metadata; real files have one


@dataclass(slots=True)
class _Properties:
    """The properties of the main picture."""

    item_types: dict[int, bytes] = field(default_factory=dict)
    boxes: list[tuple[bytes, bytes]] = field(default_factory=list)  # all properties of the file
    of_item: dict[int, list[int]] = field(default_factory=dict)  # item → numbers of properties, from 1
    places: dict[int, int] = field(default_factory=dict)  # item → where its data begin in the file
    main: int = 0


def avif_facts(read: Read, name: str) -> FileFacts:
    """The facts of an AVIF. Damaged boxes are left out."""
    found = _properties(read)
    _refuse_codec(found, name)
    own = [found.boxes[n - 1] for n in found.of_item.get(found.main, []) if 0 < n <= len(found.boxes)]
    colors = next((data for kind, data in own if kind == b"colr" and data[:4] == b"nclx"), b"")
    coded = next((data for kind, data in own if kind == b"av1C"), b"")
    notes = ["HDR gain map: left out"] if b"tmap" in found.item_types.values() else []
    frames = _count_frames(read)
    if frames > 1:
        notes.append(f"{frames} frames: only the first was read")
    profile = convert = None
    if len(colors) >= 11:
        code = ColorCode(int.from_bytes(colors[4:6], "big"), int.from_bytes(colors[6:8], "big"))
        profile = code.profile()
        if code.hdr:
            notes.append(f"the file is HDR ({code.hdr}): its light was read as that of an ordinary picture")
    if len(coded) >= 4 and coded[2] & 0x10 and not _is_full(read, found, colors, coded):  # without chroma
        convert = _stretch(12 if coded[2] & 0x20 else 10 if coded[2] & 0x40 else 8)
    return FileFacts(notes=tuple(notes), profile=profile, convert=convert)


def _is_full(read: Read, found: _Properties, colors: bytes, coded: bytes) -> bool:
    """Whether a grey picture has the full range: by its box, else by the header of its stream."""
    if len(colors) >= 11:
        return bool(colors[10] & 0x80)
    places = [coded[4:], read(found.places[found.main], _HEADER) if found.main in found.places else b""]
    stated = [full for data in places if (full := grey_is_full_range(data)) is not None]
    return stated[0] if stated else True


def holds_hevc(read: Read) -> bool:
    """Whether the main picture is HEVC: then the file is HEIC, whatever its brands say."""
    found = _properties(read)
    return found.item_types.get(found.main) in _HEVC or (
        b"av01" not in found.item_types.values() and bool(_HEVC & {*found.item_types.values()})
    )


def needs_png(read: Read) -> bool:
    """Whether a HEIC has alpha, or more than 8 bits: then JPEG would lose something."""
    found = _properties(read)
    own = [found.boxes[n - 1] for n in found.of_item.get(found.main, []) if 0 < n <= len(found.boxes)]
    bits = [max(data[5 : 5 + data[4]], default=8) for kind, data in own if kind == b"pixi" and len(data) > 5]
    alpha = any(
        kind == b"auxC" and (b"alpha" in data or b"hevc:2015:auxid:1" in data) for kind, data in found.boxes
    )
    return alpha or max(bits, default=8) > 8


def _properties(read: Read) -> _Properties:
    found = _Properties()
    for kind, data in _boxes(_metadata(read)[4:]):
        _take(found, kind, data)
    return found


def _metadata(read: Read) -> bytes:
    """The content of the first 'meta' box of the file."""
    return _top_box(read, b"meta")


def _count_frames(read: Read) -> int:
    """Of a sequence of pictures: the number of samples of its first track. 0: there is none."""
    film = _top_box(read, b"moov")
    place = film.find(b"stsz")
    return int.from_bytes(film[place + 12 : place + 16], "big") if place >= 0 else 0


def _top_box(read: Read, wanted: bytes) -> bytes:
    """The content of the first box of this kind at the top level of the file."""
    at = 0
    for _ in range(_TOP_BOXES):
        head = read(at, 8)
        size = int.from_bytes(head[:4], "big")
        if len(head) < 8 or size < 8:
            break
        if head[4:] == wanted:
            return read(at + 8, min(size - 8, _LARGEST))
        at += size
    return b""


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            return
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _take(found: _Properties, kind: bytes, data: bytes) -> None:
    if kind == b"pitm":
        found.main = int.from_bytes(data[4 : 6 if data[:1] == b"\0" else 8], "big")
    elif kind == b"iloc":
        found.places = _places(data)
    elif kind == b"iinf":
        for inner, entry in _boxes(data[6 if data[:1] == b"\0" else 8 :]):
            if inner == b"infe" and entry[:1] in (b"\2", b"\3"):
                wide = 2 if entry[:1] == b"\2" else 4
                number = int.from_bytes(entry[4 : 4 + wide], "big")
                found.item_types[number] = entry[6 + wide : 10 + wide]
    elif kind == b"iprp":
        for inner, content in _boxes(data):
            if inner == b"ipco":
                found.boxes = list(_boxes(content))
            elif inner == b"ipma":
                found.of_item |= _associations(content)


def _places(data: bytes) -> dict[int, int]:
    """Item → the offset of its first piece in the file."""
    version, sizes = data[0], int.from_bytes(data[4:6], "big")
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    at, result = 6 + wide, {}

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(data[at - size : at], "big")

    for _ in range(int.from_bytes(data[6:at], "big")):
        if at >= len(data):
            break
        item, method = number(wide), number(2) if version else 0
        number(2)
        base, pieces = number(of_base), number(2)
        for piece in range(pieces if at < len(data) else 0):
            if version:
                number(of_index)
            offset = number(of_offset)
            number(of_length)
            if piece == 0 and not method & 15:
                result[item] = base + offset
    return result


def _associations(data: bytes) -> dict[int, list[int]]:
    """Item → the numbers of its properties."""
    wide_item, wide_number = data[:1] != b"\0", bool(data[3:4] and data[3] & 1)
    count = int.from_bytes(data[4:8], "big")
    at, result = 8, {}
    while count and at < len(data):
        size = 4 if wide_item else 2
        item, number = (
            int.from_bytes(data[at : at + size], "big"),
            int.from_bytes(data[at + size : at + size + 1], "big"),
        )
        at += size + 1
        step = 2 if wide_number else 1
        values = [int.from_bytes(data[n : n + step], "big") for n in range(at, at + number * step, step)]
        result[item] = [value & (0x7FFF if wide_number else 0x7F) for value in values]
        at += number * step
        count -= 1
    return result


def _refuse_codec(found: _Properties, name: str) -> None:
    codec = _CODECS.get(found.item_types.get(found.main, b""))
    inside = {_CODECS[kind] for kind in found.item_types.values() if kind in _CODECS}
    if codec or (inside and b"av01" not in found.item_types.values()):
        codec = codec or min(inside)
        raise NotAPicture(
            f"{name}: this is a HEIF file with {codec} inside, which is not supported; save it as JPEG or AVIF first."
        )


def _stretch(bits: int) -> Convert:
    """Grey values of limited range (16…235 at 8 bits) → the full range. libvips has them in the upper bits of 16."""

    def convert(image: Any) -> Any:
        deep = image.format == "ushort"
        unit = 1 << (16 - 8) if deep else 1
        white = ((1 << bits) - 1) << (16 - bits) if deep else 255
        colors = 3 if image.bands > 2 else 1
        grey = image.extract_band(0, n=colors)
        grey = (grey - 16 * unit) * (white / (219 * unit))
        grey = grey.rint().cast("ushort" if deep else "uchar")
        if image.bands > colors:
            grey = grey.bandjoin(image.extract_band(colors, n=image.bands - colors))
        return grey.copy(interpretation=image.interpretation)

    return convert
