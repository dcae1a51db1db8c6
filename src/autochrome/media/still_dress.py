"""What a written picture carries beside its colours: alpha, profile, resolution, EXIF, IPTC, XMP."""

from functools import cache
from typing import Any

import pyvips

_KEPT = ("exif-", "iptc-data", "image-description", "png-comment-")
_STALE = ("exif-ifd0-Orientation", "exif-ifd1-")  # we turned it; the small picture inside EXIF has no colour
_PLAIN_DPI = 72  # where nobody said; EXIF asks for the same


def dressed(image: Any, like: Any, kind: str, *, alpha: Any | None, xmp: bytes | None) -> Any:
    """`image` ready for its saver: the depth the format can hold, alpha joined, and the words of `like` taken along."""
    deep = image.format == "ushort"
    if deep and kind in ("jpg", "webp"):
        image, deep = _to_8(image), False
    if alpha is not None:
        alpha = _to_8(alpha) if alpha.format == "ushort" and not deep else alpha
        alpha = (alpha * 257).cast("ushort") if alpha.format == "uchar" and deep else alpha
        image = image.bandjoin(alpha)
        if kind == "jpg":
            image = image.flatten(background=[255, 255, 255])
    return _labelled(image.copy(interpretation="rgb16" if deep else "srgb", **_resolution(like)), like, xmp)


def _to_8(image: Any) -> Any:
    return image.linear(1 / 257, 0.5, uchar=True)  # rounded, not cut off


def _resolution(like: Any) -> dict[str, float]:
    if like.xres == 1 and like.yres == 1:  # libvips' word for unknown
        return {"xres": _PLAIN_DPI / 25.4, "yres": _PLAIN_DPI / 25.4}
    return {"xres": like.xres, "yres": like.yres}


def _labelled(image: Any, like: Any, xmp: bytes | None) -> Any:
    for name in like.get_fields():
        if name.startswith(_KEPT) and not name.startswith(_STALE):
            image.set_type(like.get_typeof(name), name, like.get(name))
    if image.get_typeof("exif-ifd2-ColorSpace"):
        image.set_type(pyvips.GValue.gstr_type, "exif-ifd2-ColorSpace", "1")  # sRGB, whatever it was
    image.set_type(pyvips.GValue.gint_type, "orientation", 1)  # unsaid, the old one would come back out of the EXIF
    unit = like.get("resolution-unit") if like.get_typeof("resolution-unit") else "in"
    image.set_type(pyvips.GValue.gstr_type, "resolution-unit", unit)
    if xmp is not None:
        image.set_type(pyvips.GValue.blob_type, "xmp-data", xmp)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", _srgb_profile())
    return image


@cache
def _srgb_profile() -> bytes:
    return bytes(pyvips.Operation.call("profile_load", "srgb"))
