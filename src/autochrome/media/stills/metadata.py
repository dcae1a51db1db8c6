"""What a written picture carries beside its colours: alpha, profile, resolution, EXIF, IPTC, XMP."""

from dataclasses import dataclass
from typing import Any

import pyvips

from autochrome.media.stills.iptc import wrapped
from autochrome.media.stills.profiles import srgb_profile
from autochrome.media.stills.reader import FINEST

_TEXTS = ("image-description", "png-comment-")
_STALE = (
    "exif-ifd0-Orientation",
    "exif-ifd1-",
    "jpeg-thumbnail-data",
)  # turned; small pictures without colour
_PLAIN_DPI = 72  # where nobody said; EXIF asks for the same


@dataclass(frozen=True, slots=True)
class Words:
    """What was said about the original, as it came."""

    header: Any  # libvips' header: resolution, texts, parsed EXIF
    exif: bytes | None  # the block; a TIFF's own words are in it too
    iptc: bytes | None  # bare records
    xmp: bytes | None  # as it is to be written


def dressed(image: Any, words: Words, kind: str, alpha: Any | None) -> Any:
    """`image` ready for its saver: at a depth the format can hold, alpha joined, the words taken along."""
    deep = image.format == "ushort"
    if deep and kind in ("jpg", "webp"):
        image, deep = _to_8(image), False
    if alpha is not None:
        alpha = _to_8(alpha) if alpha.format == "ushort" and not deep else alpha
        alpha = (alpha * 257).cast("ushort") if alpha.format == "uchar" and deep else alpha
        image = image.bandjoin(alpha)
        if kind == "jpg":
            image = image.flatten(background=[255, 255, 255])
    across, down = _resolution(words.header)
    image = image.copy(interpretation="rgb16" if deep else "srgb", xres=across, yres=down)
    _label(image, words, kind)
    return image


def _to_8(image: Any) -> Any:
    return image.linear(1 / 257, 0.5, uchar=True)  # rounded, not cut off


def _resolution(header: Any) -> tuple[float, float]:
    """Pixels per millimetre."""
    unknown = header.xres == 1 and header.yres == 1  # libvips' way of saying so
    if unknown or not (0 < header.xres <= FINEST and 0 < header.yres <= FINEST):
        return _PLAIN_DPI / 25.4, _PLAIN_DPI / 25.4
    return header.xres, header.yres


def _label(image: Any, words: Words, kind: str) -> None:
    header = words.header
    for name in header.get_fields():
        if name.startswith(_TEXTS):
            image.set_type(header.get_typeof(name), name, header.get(name))
    if words.exif:
        image.set_type(pyvips.GValue.blob_type, "exif-data", words.exif)  # libvips reads it at once
        for name in image.get_fields():
            if name.startswith(_STALE):
                image.remove(name)
    if image.get_typeof("exif-ifd2-ColorSpace"):
        image.set_type(pyvips.GValue.gstr_type, "exif-ifd2-ColorSpace", "1")  # sRGB, whatever it was
    image.set_type(
        pyvips.GValue.gint_type, "orientation", 1
    )  # unsaid, the old one would come back out of the EXIF
    unit = header.get("resolution-unit") if header.get_typeof("resolution-unit") else "in"
    image.set_type(pyvips.GValue.gstr_type, "resolution-unit", unit)
    if words.iptc is not None and kind == "jpg":
        image.set_type(pyvips.GValue.blob_type, "iptc-data", wrapped(words.iptc))
    if words.xmp is not None:
        image.set_type(pyvips.GValue.blob_type, "xmp-data", words.xmp)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", srgb_profile())
