"""What we read from the header of a file ourselves, because libvips does not say it, or says it wrongly."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from numpy.typing import NDArray

from autochrome.media.stills.exif import Directory

Convert: TypeAlias = Callable[[Any], Any]
"""Stored pixels of libvips → pixels as all other files store them."""

_COMMENT = b"Comment\0"
Decode: TypeAlias = Callable[[bytes, str], NDArray[Any]]
"""The bytes of a file and its name → (H, W, channels) uint8 or uint16."""


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A text of a PNG as it is stored."""

    kind: bytes  # tEXt, zTXt or iTXt
    data: bytes


def comment_chunk(comment: bytes) -> TextChunk:
    """The comment of a JPEG or GIF, in no known encoding, as a text of a PNG."""
    comment = comment.replace(b"\0", b"")
    with suppress(UnicodeDecodeError):
        if not comment.isascii() and comment.decode():
            return TextChunk(b"iTXt", _COMMENT + bytes(4) + comment)  # not packed, no language
    return TextChunk(b"tEXt", _COMMENT + comment)


def comment_of(text: TextChunk) -> bytes | None:
    """The comment in a text of a PNG that is not packed; None if it is another text."""
    head = _COMMENT + bytes(4) if text.kind == b"iTXt" else _COMMENT
    return text.data.removeprefix(head) if text.kind != b"zTXt" and text.data.startswith(head) else None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts of one file. The defaults say: as libvips reads it."""

    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    directory: Directory = field(default_factory=dict)  # of the page of a TIFF that is read
    page: int = 0  # of a TIFF, from 0
    extra_is_alpha: bool = True  # whether the first channel after the colours is alpha
    convert: Convert | None = None
    decode: Decode | None = None  # into memory, what libvips cannot
    content: bytes | None = field(default=None, repr=False)  # the file, without what libvips must not see
    profile: bytes | None = None  # made from what the file says in other words; one in the file counts more
    exif: bytes | None = None
    iptc: bytes | None = None  # bare records
    xmp: bytes | None = None
    texts: tuple[TextChunk, ...] = ()  # of a PNG; comments of other formats
    orientation: int | None = None  # None: what libvips says
