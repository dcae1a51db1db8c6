"""The blocks of a GIF: how many frames it has, its profile, XMP, and comments. libvips reads none of these words."""

from collections.abc import Iterator

from autochrome.media.stills.exif import Read
from autochrome.media.stills.file_facts import FileFacts, TextChunk, comment_chunk

_HEADER = 13  # bytes: the signature and the logical screen
_IMAGE, _EXTENSION, _COMMENT, _APPLICATION = 0x2C, 0x21, 0xFE, 0xFF
_XMP = b"XMP DataXMP"
_TRAILER = 257  # bytes after XMP, which lead programs that know no XMP to its end
_PROFILE = b"ICCRGBG1012"
_MOST_BLOCKS = 100_000
_LARGEST = 1_000_000  # bytes of all words


def gif_facts(read: Read, name: str) -> FileFacts:
    """The facts of a GIF. What is damaged is left out."""
    frames, notes = 0, []
    xmp = profile = None
    texts: list[TextChunk] = []
    for kind, start, end in _blocks(read):
        frames += kind == _IMAGE
        size = end - start
        if kind == _COMMENT and size <= _LARGEST:
            texts.append(comment_chunk(b"".join(_parts(read, start))))
        if kind == _APPLICATION and size <= _LARGEST:
            block = read(start, size)
            if block[1:12] == _XMP:
                xmp = block[12 : -_TRAILER - 1] or None
            elif block[1:12] == _PROFILE:
                profile = b"".join(list(_parts(read, start))[1:]) or None
    if frames > 1:
        notes.append(f"{frames} frames: only the first was read")
    return FileFacts(notes=tuple(notes), profile=profile, xmp=xmp, texts=tuple(texts))


def _blocks(read: Read) -> Iterator[tuple[int, int, int]]:
    """(kind, start and end of the parts of its data) of every frame and extension."""
    screen = read(0, _HEADER)
    at = _HEADER + _colors(screen[10:11])
    for _ in range(_MOST_BLOCKS):
        head = read(at, 2)
        if len(head) < 2:
            return
        if head[0] == 0:  # some programs end a block twice
            at += 1
            continue
        if head == b"GI":  # several files, one after the other, are shown as one
            at += _HEADER + _colors(read(at + 10, 1))
            continue
        if head[0] == _EXTENSION:
            kind, start = head[1], at + 2
        elif head[0] == _IMAGE:
            flags = read(at + 9, 1)
            kind, start = _IMAGE, at + 11 + _colors(flags)
        else:
            return
        at = start
        for part in _parts(read, start):
            at += 1 + len(part)
        at += 1
        yield kind, start, at


def _parts(read: Read, at: int) -> Iterator[bytes]:
    """The parts of the data of a block, each with its size before it; an empty one ends them."""
    while (size := int.from_bytes(read(at, 1))) and (part := read(at + 1, size)):
        yield part
        at += 1 + size


def _colors(flags: bytes) -> int:
    """Bytes of a table of colours."""
    value = int.from_bytes(flags)
    return 3 << ((value & 7) + 1) if value & 0x80 else 0
