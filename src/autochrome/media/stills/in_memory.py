"""Open pictures that are in memory: arrays and PIL images. PIL is imported only to make a PIL image."""

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import ExtraMissing, InputEmpty, NotAPicture
from autochrome.media.stills.reader import Origin
from autochrome.types import Pixels

if TYPE_CHECKING:
    from PIL import Image

    PILImage: TypeAlias = Image.Image

_PIL_MODES = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB", "RGBa": "RGBA", "La": "LA", "HSV": "RGB"}
_PIL_MODES |= {"YCbCr": "RGB", "LAB": "RGB"}


def origin_from_array(array: NDArray[Any], name: str, facts: dict[str, Any] | None = None) -> Origin:
    """From (H, W) or (H, W, 1…4) uint8, uint16, bool or floats 0…1."""
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (0, 1, 2, 3, 4):
        raise NotAPicture(f"{name}: has the shape {array.shape}; give (H, W), (H, W, 3) or (H, W, 4).")
    if array.size == 0:
        raise InputEmpty(f"{name}: has no pixels (its shape is {array.shape}); give at least one.")
    return Origin(name, None, "array", array=_integers(array, name), fields=facts or {})


def _integers(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255)
    if np.issubdtype(array.dtype, np.floating):
        if not (array.min() >= 0 and array.max() <= 1):  # also when there is a NaN
            raise NotAPicture(f"{name}: holds floats outside 0…1, or NaN; scale them to 0…1 first.")
        return np.round(array * np.float64(65535)).astype(np.uint16)
    if array.dtype.kind != "u" or array.dtype.itemsize > 2:
        raise NotAPicture(f"{name}: holds {array.dtype}; give uint8, uint16, or floats 0…1.")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def origin_from_pil(image: Any) -> Origin:
    """From a PIL image of any mode, with its profile, orientation and metadata."""
    name = getattr(image, "filename", "") or "picture"
    if 0 in image.size:
        raise InputEmpty(f"{name}: has no pixels; give at least one.")
    if image.mode in ("P", "PA", "RGB", "L", "1") and "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode in _PIL_MODES:
        image = image.convert(_PIL_MODES[image.mode])
    pixels = np.asarray(image)
    if pixels.dtype == np.int32:  # mode I: older versions of PIL use it for 16 bits
        if pixels.min() < 0 or pixels.max() > 65535:
            raise NotAPicture(f"{name}: holds integers outside 0…65535; give 8 or 16 bits a channel.")
        pixels = pixels.astype(np.uint16)
    return origin_from_array(pixels, name, _facts(image))


def _facts(image: Any) -> dict[str, Any]:
    """The metadata under the names of libvips."""
    info = image.info
    blobs = {"icc-profile-data": "icc_profile", "exif-data": "exif", "xmp-data": "xmp"}
    facts: dict[str, Any] = {ours: info[theirs] for ours, theirs in blobs.items() if info.get(theirs)}
    turn = image.getexif().get(0x0112) if hasattr(image, "getexif") else None
    if isinstance(turn, int):
        facts["orientation"] = turn
    if image.mode == "CMYK":
        facts["interpretation"] = "cmyk"
    if iptc := info.get("photoshop", {}).get(0x0404):  # the resource that holds IPTC
        facts["iptc-data"] = iptc
    if len(dpi := info.get("dpi", ())) == 2:
        facts["resolution"] = float(dpi[0]) / 25.4, float(dpi[1]) / 25.4
    return facts


def pil_from_pixels(pixels: Pixels) -> "PILImage":
    """(H, W, 3) sRGB, uint8 or uint16 → a PIL image with 8 bits a channel: PIL has no colour pictures with 16."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ExtraMissing("This needs Pillow, which is not installed: pip install pillow") from error
    return Image.fromarray((pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels)
