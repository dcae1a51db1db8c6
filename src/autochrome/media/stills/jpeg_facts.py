"""What libvips does not read of a JPEG: long EXIF and XMP, a second picture, what follows the picture."""

from collections.abc import Iterator

from autochrome.media.stills.exif import EXIF_NAME, ORIENTATION, Read, number, read_block, read_directory
from autochrome.media.stills.file_facts import FileFacts, comment_chunk
from autochrome.media.stills.xmp_segments import EXTENSION, PACKET, join_extension

_MOST_SEGMENTS = 500  # before the pixels
_PICTURES = b"MPF\0"
_NUMBER_OF_IMAGES = 0xB001
_GAIN_MAPS = (b"http://ns.adobe.com/hdr-gain-map/", b"urn:iso:std:iso:ts:21496:-1", b"hdrgm:", b"HDRGainMap")
_FILMS = (b"MotionPhoto", b"MicroVideo")  # words of XMP: a film follows the picture
_APP1, _APP2, _APP12, _COMMENT, _START_OF_SCAN, _END = 0xE1, 0xE2, 0xEC, 0xFE, 0xDA, 0xD9
_OLD_CAMERA = (b"[picture info]", b"OLYMPUS", b"Agfa")  # words in APP12, before there was EXIF
_LAST_BYTES = 12
_FOLLOWING = (  # place in the last bytes, and what is there, if metadata of two old programs follow the picture
    (0, b"AXS!"),
    (0, b"AXS*"),
    (8, b"\xa1\xb2\xc3\xd4"),
)
_TIFF_HEADS = (b"II*\0", b"MM\0*")


def jpeg_facts(read: Read, name: str) -> FileFacts:
    """The facts of a JPEG."""
    pictures, gain_map = 1, False
    segments = list(_segments(read))
    words = [data for kind, data in segments if kind == _APP1]
    for kind, data in segments:
        if kind == _APP2 and data.startswith(_PICTURES):
            block = data[len(_PICTURES) :]
            directory = read_directory(lambda at, size, block=block: block[at : at + size])  # type: ignore[misc]  # a lambda
            pictures = number(directory, _NUMBER_OF_IMAGES)
        gain_map |= any(mark in data for mark in _GAIN_MAPS)
    notes = []
    if gain_map:
        notes.append("HDR gain map: left out")
    elif pictures > 1:
        notes.append(f"{pictures} pictures in the file: only the first was read")
    if any(mark in data for data in words for mark in _FILMS):
        notes.append("a short film follows the picture in the file: left out")
    if _words_follow(read):
        notes.append("metadata after the end of the picture: left out")
    if any(kind == _APP12 and any(mark in data for mark in _OLD_CAMERA) for kind, data in segments):
        notes.append("picture info of an old camera: left out of the metadata")
    exif, xmp = _long_exif(words), _long_xmp(words, notes)
    texts = tuple(comment_chunk(data) for kind, data in segments if kind == _COMMENT)
    turn = number(read_block(exif), ORIENTATION) if exif else None
    return FileFacts(notes=tuple(notes), exif=exif, xmp=xmp, texts=texts, orientation=turn or None)


def _words_follow(read: Read) -> bool:
    """Whether the file ends with metadata that stand after the picture."""
    low, high = 0, 1
    while read(high, 1):
        low, high = high, 2 * high
    while high - low > 1:  # the last byte is at `low` or after it, and before `high`
        middle = (low + high) // 2
        low, high = (middle, high) if read(middle, 1) else (low, middle)
    last = read(max(0, high - _LAST_BYTES), _LAST_BYTES)
    return any(last[place:].startswith(mark) for place, mark in _FOLLOWING)


def _long_exif(words: list[bytes]) -> bytes | None:
    """EXIF that goes on in further segments; None if it has only one."""
    blocks = [data for data in words if data.startswith(EXIF_NAME)]
    rest = [data.removeprefix(EXIF_NAME) for data in blocks[1:]]
    more = [data for data in rest if not data.startswith(_TIFF_HEADS)]  # else it is another block
    return blocks[0] + b"".join(more) if more else None


def _long_xmp(words: list[bytes], notes: list[str]) -> bytes | None:
    """XMP with its extension; None if it has none. Adds a note if the extension cannot be read."""
    extensions = [data.removeprefix(EXTENSION) for data in words if data.startswith(EXTENSION)]
    packet = next((data.removeprefix(PACKET) for data in words if data.startswith(PACKET)), None)
    if not extensions or packet is None:
        return None
    joined = join_extension(packet, extensions)
    if joined is None:
        notes.append("the extension of the XMP metadata is damaged: left out")
    return joined


def _segments(read: Read) -> Iterator[tuple[int, bytes]]:
    """The marker and the content of each segment of metadata before the pixels."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        head = read(at, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in (_START_OF_SCAN, _END):
            return
        size = int.from_bytes(head[2:], "big")
        if head[1] in (_APP1, _APP2, _APP12, _COMMENT):
            yield head[1], read(at + 4, size - 2)
        at += 2 + size
