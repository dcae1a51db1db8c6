"""Everything that a written image has besides its colours: alpha, profile, resolution, EXIF, IPTC, XMP."""

from dataclasses import dataclass
from typing import Any

import pyvips

from autochrome.media.stills.file_facts import TextChunk
from autochrome.media.stills.iptc import wrapped
from autochrome.media.stills.profiles import srgb_profile
from autochrome.media.stills.reader import MAX_RESOLUTION

_STALE = (
    "exif-ifd0-Orientation",
    "exif-ifd1-",
    "jpeg-thumbnail-data",
)  # of the original: its orientation and its thumbnails
_DEFAULT_DPI = 72  # for an unknown resolution; EXIF has the same default


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of the original."""

    header: Any  # libvips' header: resolution, texts, parsed EXIF
    exif: bytes | None  # the block; for a TIFF, made from its entries
    iptc: bytes | None  # bare records
    xmp: bytes | None  # as it will be written
    texts: tuple[TextChunk, ...] = ()  # for a PNG


def prepare_image(image: Any, metadata: Metadata, kind: str, alpha: Any | None) -> Any:
    """The image ready to be saved: at a depth that the format can hold, with alpha and metadata."""
    deep = image.format == "ushort"
    if deep and kind in ("jpg", "webp"):
        image, deep = _to_8(image).copy(interpretation="srgb"), False
    if alpha is not None:
        alpha = _to_8(alpha) if alpha.format == "ushort" and not deep else alpha
        alpha = (alpha * 257).cast("ushort") if alpha.format == "uchar" and deep else alpha
        image = image.bandjoin(alpha)
        if kind == "jpg":
            image = image.flatten(background=[255, 255, 255])
    across, down = resolution_of(metadata.header)
    image = image.copy(interpretation="rgb16" if deep else "srgb", xres=across, yres=down)
    _set_metadata(image, metadata, kind)
    return image


def _to_8(image: Any) -> Any:
    return image.linear(1 / 257, 0.5, uchar=True)  # rounded, not truncated


def resolution_of(header: Any) -> tuple[float, float]:
    """Pixels per millimetre."""
    unknown = header.xres == 1 and header.yres == 1  # libvips' default
    loader = header.get("vips-loader") if header.get_typeof("vips-loader") else ""
    if loader.startswith("tiff") and not header.get_typeof("resolution-unit"):  # only the shape of a pixel
        unknown = True
    if unknown or not (0 < header.xres <= MAX_RESOLUTION and 0 < header.yres <= MAX_RESOLUTION):
        return _DEFAULT_DPI / 25.4, _DEFAULT_DPI / 25.4
    return header.xres, header.yres


def _set_metadata(image: Any, metadata: Metadata, kind: str) -> None:
    header = metadata.header
    if metadata.exif:
        image.set_type(pyvips.GValue.blob_type, "exif-data", metadata.exif)  # libvips parses it at once
        for name in image.get_fields():
            if name.startswith(_STALE):
                image.remove(name)
    if image.get_typeof("exif-ifd2-ColorSpace"):
        image.set_type(pyvips.GValue.gstr_type, "exif-ifd2-ColorSpace", "1")  # sRGB, as the written pixels
    image.set_type(
        pyvips.GValue.gint_type, "orientation", 1
    )  # else libvips would take the old orientation from the EXIF
    unit = header.get("resolution-unit") if header.get_typeof("resolution-unit") else "in"
    image.set_type(pyvips.GValue.gstr_type, "resolution-unit", unit)
    if metadata.iptc is not None and kind == "jpg":
        image.set_type(pyvips.GValue.blob_type, "iptc-data", wrapped(metadata.iptc))
    if (
        metadata.xmp is not None and kind != "png"
    ):  # libvips stores it in a PNG as a packed text, which few read
        image.set_type(pyvips.GValue.blob_type, "xmp-data", metadata.xmp)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", srgb_profile())
