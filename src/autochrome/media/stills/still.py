"""Read still pictures in strips of upright sRGB pixels, and write pictures like them.

The whole picture is in memory only if the file requires it (rotated by EXIF, interlaced, WebP, AVIF).
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import PictureDamaged, PictureTooLarge
from autochrome.media.stills.damage import accept_damage
from autochrome.media.stills.exif import (
    COMPRESSION,
    IPTC,
    PHOTOSHOP,
    Directory,
    block_of,
    descriptive,
    number,
)
from autochrome.media.stills.iptc import records
from autochrome.media.stills.left_out import describe_left_out
from autochrome.media.stills.metadata import Metadata
from autochrome.media.stills.origins import check_size, find_origin
from autochrome.media.stills.profiles import full_range, read_layout, to_srgb
from autochrome.media.stills.reader import Origin, Source, at_random, reading
from autochrome.media.stills.writer import LIKE, WRITTEN, write_still
from autochrome.types import Pixels

_STRIP = 1 << 19  # pixels
_LONGEST_ROW = 1_000_000  # pixels
_LONGEST = 4  # times the short side: the greatest length of a small picture


class Still:
    """One picture: the facts of its header, its pixels on demand, and a way to write a picture like it.

    `width` and `height` are those of the upright picture. `depth` is 8 or 16. `grey` pictures have strips (R, W), all
    others (R, W, 3). `notes` tell the person what was left out in reading, and after `save` in writing. `losses` tell
    what is missing because the file is damaged; they are known when pixels have been read.
    """

    def __init__(self, origin: Origin, max_megapixels: float, *, only_first: bool = True) -> None:
        self._origin = origin
        self._header = origin.open()
        size = self._header.width, self._header.height
        check_size(origin.name, *size, max_megapixels=max_megapixels)
        self._layout = read_layout(self._header, origin.name, origin.facts)
        turn = self._header.get("orientation") if self._header.get_typeof("orientation") else 1
        self._turn = turn if turn in range(1, 9) else 1
        self.width, self.height = size[::-1] if self._turn >= 5 else size
        _check_rows(origin.name, self.width)
        self.name, self.path, self.format = origin.name, origin.path, origin.kind
        self.depth, self.alpha = self._layout.depth, self._layout.alpha
        self.grey = self._layout.bands == 1
        pages = _pages(self._header, origin) if only_first else ()
        self.notes = origin.facts.notes + self._layout.notes + pages
        self.losses = origin.facts.losses

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file, or the bytes or pixels in memory."""
        self._header = None

    def read_small(self, size: int) -> Pixels:
        """The whole picture with its short side `size` pixels, (h, w) or (h, w, 3); the long side at most 4 · size."""
        try:
            return self._read_small(size)
        except PictureDamaged as error:
            self._accept_damage(error)
            return self._read_small(size)

    def _accept_damage(self, error: PictureDamaged) -> None:
        """From now on read the file as far as it goes; raises the error if that is nothing."""
        self._origin, losses = accept_damage(self._origin, error)
        self.losses += losses

    def _read_small(self, size: int) -> Pixels:
        short = min(self.height, self.width)
        height, width = (
            min(_LONGEST * size, max(size, round(side * size / short))) for side in (self.height, self.width)
        )
        across, down = (height, width) if self._turn >= 5 else (width, height)
        image = self._origin.open(shrink=self._shrink(across, down))
        with reading(self.name):
            if image.bands > self._layout.bands:
                image = image.extract_band(0, n=self._layout.bands)
            image = to_srgb(_resized(image, across, down), self._layout).autorot()
            return _shaped(image.write_to_memory(), image, image.height)

    def _shrink(self, across: int, down: int) -> int:
        """How much smaller a JPEG is decoded: the rest, at least a half, is resized with a better filter."""
        room = min(self._header.width / across, self._header.height / down)
        return max((k for k in (2, 4, 8) if self.format == "jpg" and 2 * k <= room), default=1)

    def strips(self, rows: int | None = None) -> Iterator[Pixels]:
        """From top to bottom in strips (R, W) or (R, W, 3), sRGB, contiguous; R is `rows` except in the last."""
        rows = max(1, rows or _STRIP // self.width)
        image = region = None
        for top in range(0, self.height, rows):
            count = min(rows, self.height - top)
            try:
                image, region = (image, region) if region else self._open_region()
                with reading(self.name):
                    data = region.fetch(0, top, self.width, count)
            except PictureDamaged as error:
                self._accept_damage(error)
                image, region = self._open_region()
                with reading(self.name):
                    data = region.fetch(0, top, self.width, count)
            yield _shaped(data, image, count)

    def _open_region(self) -> tuple[Any, Any]:
        """The upright picture in sRGB, and the region through which its pixels are read."""
        with reading(self.name):
            image = to_srgb(self._upright(), self._layout)
            return image, pyvips.Region.new(image)

    def _upright(self) -> Any:
        """The stored picture, upright. Only mirroring left to right allows reading from top to bottom."""
        image = self._origin.open()
        return (image if self._turn <= 2 else at_random(image)).autorot()

    def save(
        self,
        path: str | os.PathLike[str],
        strips: Iterable[NDArray[Any]],
        *,
        height: int | None = None,
        width: int | None = None,
        quality: int = 92,
        describe: Callable[[bytes | None], bytes] | None = None,
        replace: bool = True,
    ) -> Path:
        """Write (R, W, 3) sRGB `strips`, uint8 or uint16, in the format that the suffix of `path` names.

        The metadata of the original is kept: alpha (if the size is the same), EXIF, IPTC, resolution, and XMP as
        `describe` returns it (it gets the old packet, or None). height, width: of the written picture, if they are not
        those of the original. 16 bits stay 16 in PNG and TIFF, and become 12 in AVIF. The strips are made in the
        caller's thread and their errors come out unchanged. The file at `path` is complete or not replaced at all.
        replace: False raises `OutputExists` if the file exists at the end.
        """
        size = height or self.height, width or self.width
        alpha = self._alpha if self.alpha and size == (self.height, self.width) else None
        facts = self._origin.facts
        xmp = facts.xmp or self._blob("xmp-data")
        metadata = Metadata(
            self._header,
            exif=facts.exif or block_of(descriptive(facts.directory)) or self._blob("exif-data"),
            iptc=facts.iptc or self._iptc(facts.directory),
            xmp=describe(xmp) if describe else xmp,
            texts=facts.texts,
        )
        path = write_still(
            Path(path),
            strips,
            size,
            metadata,
            alpha=alpha,
            quality=quality,
            compression=number(facts.directory, COMPRESSION),
            replace=replace,
        )
        kind = WRITTEN[path.suffix.lower()]
        left_out = describe_left_out(kind, metadata, alpha=alpha is not None, depth=self.depth)
        self.notes += tuple(note for note in left_out if note not in self.notes)
        return path

    def _alpha(self) -> Any:
        return full_range(self._upright().extract_band(self._layout.bands), self._layout)

    def _iptc(self, directory: Directory) -> bytes | None:
        blobs = [directory[tag].data for tag in (IPTC, PHOTOSHOP) if tag in directory]
        blobs += [blob for blob in [self._blob("iptc-data")] if blob and not blobs]
        return next((bare for blob in blobs if (bare := records(blob))), None)

    def _blob(self, name: str) -> bytes | None:
        return bytes(self._header.get(name)) if self._header.get_typeof(name) else None


def open_still(source: Source, *, max_megapixels: float = 1000, page: int | None = None) -> Still:
    """Open a picture: a path, the bytes of a file, a PIL picture, or an array.

    Arrays are (H, W) grey or (H, W, 3) sRGB, (H, W, 2) and (H, W, 4) with alpha; uint8, uint16, bool, or floats 0…1
    (read as 16 bits). A picture above `max_megapixels` is refused before any pixel is decoded. page: of a TIFF, one
    of its full pages (see `pages`); without it the first, and a note says so if there are more.
    """
    return Still(find_origin(source, max_megapixels, page), max_megapixels, only_first=page is None)


def suffix_for(still: Still, format: str = "auto") -> str:
    """The suffix of a file to write: of `format`, or of the format of the picture, or of one that is like it."""
    kind = still.format if format == "auto" else format
    if kind == "heic":
        return ".png" if still.alpha or still.depth > 8 else ".jpg"
    return f".{kind}" if kind in WRITTEN.values() else LIKE.get(kind, ".png")


def _resized(image: Any, width: int, height: int) -> Any:
    """Resize: smaller with libvips' filter; larger by our own call, since libvips shifts an image that it enlarges."""
    image = image.resize(min(1, width / image.width), vscale=min(1, height / image.height))
    if (image.width, image.height) == (width, height):
        return image
    return image.copy_memory().affine(
        [width / image.width, 0, 0, height / image.height],
        interpolate=pyvips.Interpolate.new("bicubic"),
        oarea=[0, 0, width, height],
        idx=0.5,
        idy=0.5,
        odx=-0.5,
        ody=-0.5,
        extend="copy",
    )


def _check_rows(name: str, width: int) -> None:
    """Memory is bounded by the strips, and a strip has at least one row."""
    if width > _LONGEST_ROW:
        raise PictureTooLarge(
            f"{name}: rows of {width} pixels are longer than the {_LONGEST_ROW} allowed; cut the picture into parts."
        )


def _pages(header: Any, origin: Origin) -> tuple[str, ...]:
    if origin.kind == "gif":  # its own facts count the frames
        return ()
    count = header.get("n-pages") if header.get_typeof("n-pages") else 1
    word = "pages" if origin.kind == "tif" else "frames"
    return (f"{count} {word}: only the first was read",) if count > 1 and not origin.facts.page else ()


def _shaped(data: Any, image: Any, rows: int) -> Pixels:
    pixels = np.frombuffer(data, np.uint8 if image.format == "uchar" else np.uint16)
    return pixels.reshape((rows, image.width) if image.bands == 1 else (rows, image.width, image.bands))
