"""Write strips of pixels as a picture file, with the metadata of the original.

libvips encodes in a thread of its own. The strips are made in the caller's thread and pass through a short queue. So
decoding and colouring continue while the encoder works, and an error in making strips comes out unchanged.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import NoMemory, OutputNotWritable
from autochrome.files import atomic_path, write_errors
from autochrome.media.stills.encoder_thread import EncoderThread
from autochrome.media.stills.exif import add_to_tiff, tiff_metadata
from autochrome.media.stills.file_facts import comment_of
from autochrome.media.stills.maker_notes import (
    app1_segment,
    comment_segment,
    exif_with_maker_note,
    jpeg_segment,
    png_chunk,
)
from autochrome.media.stills.metadata import Metadata, prepare_image, resolution_of
from autochrome.media.stills.output_file import OutputFile
from autochrome.media.stills.png_facts import packed_texts
from autochrome.media.stills.reader import complaint
from autochrome.media.stills.tiff_stream import TiffStream
from autochrome.media.stills.xmp_segments import xmp_segments

WRITTEN = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".tif": "tif",
    ".tiff": "tif",
    ".webp": "webp",
    ".avif": "avif",
}
LIKE = {"raw": ".tif"}
"""Formats that are not written → the suffix of one that keeps as much; the others become .png."""
_FULL_CHROMA = 90  # quality of JPEG from which chroma is stored at full size
_SIDE_LIMITS = {"jpg": 65500, "webp": 16383, "avif": 16384}  # pixels
# bytes of a PNG before its second chunk; words before the pixels are found by all programs
_AFTER_HEADER = 33
_AFTER_START = 2  # bytes of a JPEG before its first segment
_CLASSIC_TIFF = 4_000_000_000  # bytes of pixels; above, offsets need 64 bits
_COMPRESSIONS = {5: "lzw", 6: "jpeg", 7: "jpeg", 8: "deflate", 32946: "deflate", 32773: "packbits"}
_COMPRESSIONS |= dict.fromkeys((2, 3, 4), "deflate")  # fax compression stores one bit a pixel


def write_still(
    path: Path,
    strips: Iterable[NDArray[Any]],
    size: tuple[int, int],
    metadata: Metadata,
    *,
    alpha: Callable[[], Any] | None,
    quality: int,
    compression: int,
    replace: bool = True,
) -> Path:
    """Write (R, W, 3) strips of a picture of `size` (height, width), with metadata.

    quality: 1…100. compression: TIFF's number for the compression of the original; 0 if it was not a TIFF.
    """
    kind = _kind(path, size)
    strips = iter(strips)
    first = next(strips, np.empty((0, size[1], 3), np.uint8))
    strips = _checked(chain([first], strips), size, first.dtype)
    encoder = EncoderThread()
    stream = TiffStream((*size, 3), first.dtype.itemsize * 8, encoder.take)
    source = pyvips.SourceCustom()  # libvips keeps no reference to it: this variable does
    source.on_read(stream.read)
    source.on_seek(stream.seek)

    def encode() -> None:
        with _encoder_errors(path):
            image = pyvips.Image.tiffload_source(source, access="sequential", fail_on="error")
            image = prepare_image(image, metadata, kind, alpha() if alpha else None)
            inserted = _inserted(kind, metadata, size)
            _save(image, kind, temporary, quality, compression, inserted)
            if kind == "tif":
                add_to_tiff(temporary, tiff_metadata(metadata.exif, metadata.iptc), *size)

    with atomic_path(path, replace=replace) as temporary:
        encoder.run(encode, strips)
    return path


def _kind(path: Path, size: tuple[int, int]) -> str:
    kind = WRITTEN.get(path.suffix.lower())
    if path.suffix.lower() == ".pdf":
        raise OutputNotWritable(
            f"{path}: a PDF is made only from a PDF, without hints and variations; choose another format."
        )
    if kind is None:
        names = ", ".join(WRITTEN)
        raise OutputNotWritable(
            f"{path}: this format cannot be written; choose a name that ends in one of {names}."
        )
    if max(size) > (limit := _SIDE_LIMITS.get(kind, max(size))):
        raise OutputNotWritable(
            f"{path}: {size[1]}×{size[0]} pixels are too many, this format allows {limit} a side; write .tif or .png."
        )
    return kind


def _checked(
    strips: Iterable[NDArray[Any]], size: tuple[int, int], dtype: np.dtype[Any]
) -> Iterator[NDArray[Any]]:
    """The same strips, after a check that they fit the size and depth of the picture."""
    height, width = size
    if dtype not in (np.dtype(np.uint8), np.dtype(np.uint16)):
        raise ValueError(f"strips of {dtype}; they must be uint8 or uint16")
    done = 0
    for strip in strips:
        done += len(strip)
        if strip.shape[1:] != (width, 3) or strip.dtype != dtype or done > height:
            raise ValueError(
                f"a strip of {strip.shape} {strip.dtype} in a picture of {(height, width, 3)} {dtype}"
            )
        if len(strip):
            yield strip
    if done != height:
        raise ValueError(f"strips of {done} rows for a picture of {height}")


def _inserted(kind: str, metadata: Metadata, size: tuple[int, int]) -> "_Inserted":
    """What we write into the file ourselves: EXIF with a maker note, and the words of a PNG."""
    exif = (
        exif_with_maker_note(metadata.exif, size, resolution_of(metadata.header))
        if kind in ("jpg", "png")
        else None
    )
    if kind == "jpg":
        segment = jpeg_segment(exif) if exif else b""
        packet = xmp_segments(metadata.xmp) if metadata.xmp else []
        long = packet if len(packet) > 1 else []  # libvips writes no more than one
        comments = [comment for text in metadata.texts if (comment := comment_of(text)) is not None]
        data = segment + b"".join(map(app1_segment, long)) + b"".join(map(comment_segment, comments))
        return _Inserted(data, _AFTER_START, own_exif=bool(segment), own_xmp=bool(long))
    if kind == "png":
        words = packed_texts(metadata.texts, metadata.xmp, metadata.iptc)
        return _Inserted((png_chunk(exif) if exif else b"") + words, _AFTER_HEADER, own_exif=bool(exif))
    return _Inserted()


@dataclass(frozen=True, slots=True)
class _Inserted:
    """Bytes that are inserted into the written file."""

    data: bytes = b""
    at: int = 0  # offset
    own_exif: bool = False  # they hold EXIF, so libvips must write none
    own_xmp: bool = False

    @property
    def keep(self) -> dict[str, str]:
        """libvips' option for the metadata that it writes."""
        own = {"exif": self.own_exif, "xmp": self.own_xmp, "iptc": False, "icc": False, "other": False}
        return {"keep": ":".join(name for name, ours in own.items() if not ours)} if any(own.values()) else {}


def _save(image: Any, kind: str, path: Path, quality: int, compression: int, inserted: _Inserted) -> None:
    with OutputFile(path, insert=inserted.data, at=inserted.at) as file:
        try:
            if kind == "jpg":
                image.jpegsave_target(
                    file.target,
                    Q=quality,
                    subsample_mode="on" if quality < _FULL_CHROMA else "off",
                    **inserted.keep,
                )
            elif kind == "png":
                image.pngsave_target(
                    file.target, filter="up", compression=3, **inserted.keep
                )  # a third smaller, and faster
            elif kind == "webp":
                image.webpsave_target(file.target, Q=quality, effort=2)
            elif kind == "avif":
                bits = 12 if image.format == "ushort" else 8
                image.heifsave_target(file.target, Q=quality, compression="av1", bitdepth=bits, effort=2)
            else:
                image.tiffsave_target(file.target, **_tiff_options(image, quality, compression))
        except pyvips.Error:
            if file.error is not None:
                raise file.error from None
            raise


def _tiff_options(image: Any, quality: int, compression: int) -> dict[str, Any]:
    """The compression of the original, if it loses nothing more."""
    deep = image.format == "ushort"
    compression_name = _COMPRESSIONS.get(compression, "none")
    if compression_name == "jpeg" and (deep or image.bands > 3):
        compression_name = "deflate"
    raw = image.width * image.height * image.bands * (2 if deep else 1)
    return {
        "compression": compression_name,
        "Q": quality,
        "predictor": "horizontal",
        "bigtiff": raw > _CLASSIC_TIFF,
    }


@contextmanager
def _encoder_errors(path: Path) -> Iterator[None]:
    """Translate the errors of libvips and of the system in writing `path`."""
    try:
        with write_errors(path):
            yield
    except pyvips.Error as error:
        why = complaint(error)
        if "memory" in why.lower():
            raise NoMemory(
                f"{path}: there is not enough memory to encode it; write .tif or .jpg, which need little memory."
            ) from error
        raise OutputNotWritable(
            f"{path}: the image cannot be encoded ({why}); try another format."
        ) from error
