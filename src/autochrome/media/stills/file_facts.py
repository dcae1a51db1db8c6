"""What we read from the header of a file ourselves, because libvips does not say it, or says it wrongly."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from autochrome.media.stills.exif import Directory

Convert: TypeAlias = Callable[[Any], Any]
"""Stored pixels of libvips → pixels as all other files store them."""


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A text of a PNG as it is stored."""

    kind: bytes  # tEXt, zTXt or iTXt
    data: bytes


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts of one file. The defaults say: as libvips reads it."""

    notes: tuple[str, ...] = ()
    directory: Directory = field(default_factory=dict)  # of the page of a TIFF that is read
    page: int = 0  # of a TIFF, from 0
    extra_is_alpha: bool = True  # whether the first channel after the colours is alpha
    convert: Convert | None = None
    content: bytes | None = field(default=None, repr=False)  # the file, without what libvips must not see
    profile: bytes | None = None  # made from what the file says in other words; one in the file counts more
    exif: bytes | None = None
    iptc: bytes | None = None  # bare records
    xmp: bytes | None = None
    texts: tuple[TextChunk, ...] = ()  # of a PNG
    orientation: int | None = None  # None: what libvips says
