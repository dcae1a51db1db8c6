"""Convert stored pixels to sRGB: profiles, CMYK, unusual depths. Grey stays grey, and sRGB pixels do not change."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.color.lab import srgb_from_linear
from autochrome.errors import NotAPicture
from autochrome.media.stills.file_facts import FileFacts
from autochrome.media.stills.icc import read_shaper, space

_INTENT: dict[str, Any] = {"intent": "relative", "black_point_compensation": True}
_SAMPLES = {"char": "signed numbers", "short": "signed numbers", "int": "signed numbers of 32 bits"}
_SAMPLES |= {
    "uint": "numbers of 32 bits",
    "float": "floats",
    "double": "floats",
    "complex": "complex numbers",
}
_SAME = (
    65535 / 255 / 2
)  # half a step of 8 bits: a profile that changes no colour by more is sRGB under another name


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """How the stored pixels of one image are read."""

    bands: int  # 1 grey, 3 RGB, 4 CMYK; alpha follows them
    alpha: bool
    depth: int  # 8 or 16
    white: int  # the largest value: 65520 if 12 bits are stored in the upper bits of 16
    profile: bytes | None  # ICC; None if it changes nothing
    notes: tuple[str, ...] = ()


def read_layout(image: Any, name: str, facts: FileFacts) -> PixelLayout:
    """The layout of the pixels from the header, before a pixel is decoded."""
    if image.format not in ("uchar", "ushort"):
        what = _SAMPLES.get(image.format, "numbers of an unusual kind")
        raise NotAPicture(f"{name}: holds {what}; save it with 8 or 16 bits a channel.")
    notes = []
    bands = 4 if image.interpretation == "cmyk" else 3 if image.bands > 2 else 1
    alpha = image.bands > bands and facts.extra_is_alpha
    if not facts.directory and image.bands > bands + 1:
        notes.append(f"{image.bands - bands - 1} extra channels: left out")
    profile = facts.profile or _field(image, "icc-profile-data")
    if profile is not None:
        use = _use(profile, bands)
        if use == "unfit":
            notes.append("a colour profile that does not fit the image: not used")
        if use != "used":
            profile = None
    if bands == 4 and profile is None:
        notes.append("CMYK without a colour profile: read as the inks of common offset print")
    depth = 8 if image.format == "uchar" else 16
    return PixelLayout(bands, alpha, depth, _white(image, depth), profile, tuple(notes))


def to_srgb(image: Any, layout: PixelLayout) -> Any:
    """The stored image → 1 band (grey) or 3 (sRGB), without alpha, same depth."""
    image = image.extract_band(0, n=layout.bands) if image.bands > layout.bands else image
    image = full_range(image, layout)
    if layout.bands == 1:
        return image if layout.profile is None else image.maplut(_grey_curve(layout.profile, layout.depth))
    if layout.bands == 3:
        return image if layout.profile is None else _from_rgb(image, layout.profile, layout.depth)
    return _by_tables(image, layout.profile, layout.depth)


def full_range(image: Any, layout: PixelLayout) -> Any:
    """The image scaled so that white is the largest value of the depth."""
    if layout.white == 2**layout.depth - 1:
        return image
    return (image * (65535 / layout.white)).rint().cast("ushort").copy(interpretation=image.interpretation)


def _white(image: Any, depth: int) -> int:
    """libvips shifts the 10 or 12 bits of AVIF to the upper bits of 16, so white is less than 65535."""
    bits = _field(image, "bits-per-sample") or depth
    if depth == 16 and 8 < bits < 16 and str(_field(image, "vips-loader")).startswith("heif"):
        return int(2**bits - 1) << (16 - bits)
    return int(2**depth - 1)


def _field(image: Any, name: str) -> Any:
    return image.get(name) if image.get_typeof(name) else None


def _from_rgb(image: Any, profile: bytes, depth: int) -> Any:
    """Little CMS is exact and fast at 8 bits; at 16 bits, our own arithmetic is both for simple profiles."""
    shaper = read_shaper(profile) if depth == 16 else None
    if shaper is None or shaper.colorants is None:
        return _by_tables(image, profile, depth)
    curves = pyvips.Image.new_from_array(shaper.linear(65536).astype(np.float32)[None])
    linear = image.maplut(curves).recomb(pyvips.Image.new_from_array(_srgb_matrix(shaper.colorants)))
    return linear.copy(interpretation="scrgb").colourspace("rgb16")


def _srgb_matrix(colorants: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3): linear RGB of a profile → linear sRGB, white to white."""
    own = read_shaper(srgb_profile())
    assert own is not None
    assert own.colorants is not None
    matrix = np.linalg.inv(own.colorants) @ colorants
    normalized: NDArray[np.float64] = matrix / matrix.sum(axis=1, keepdims=True)
    return normalized


def _by_tables(image: Any, profile: bytes | None, depth: int) -> Any:
    """Convert with Little CMS; without a profile, with libvips' default profile for CMYK."""
    if profile is None:
        return image.icc_transform("srgb", input_profile="cmyk", depth=depth, **_INTENT)
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image.icc_transform("srgb", embedded=True, depth=depth, **_INTENT)


@cache
def srgb_profile() -> bytes:
    """The small sRGB profile that is part of libvips."""
    return bytes(pyvips.Operation.call("profile_load", "srgb"))


def _grey_curve(profile: bytes, depth: int) -> Any:
    """A lookup table of one row: each grey value → its sRGB value."""
    return pyvips.Image.new_from_array(_grey_codes(profile, depth))


@lru_cache(maxsize=8)
def _grey_codes(profile: bytes, depth: int) -> NDArray[Any]:
    """(1, codes) of `depth` bits. For a colour profile on a grey image, its curve for green."""
    shaper = read_shaper(profile)
    if shaper is None:
        raise ValueError("no curve in the profile")
    linear = shaper.linear(2**depth)[:, -2 if shaper.colorants is not None else 0]
    codes: NDArray[np.float64] = srgb_from_linear(linear[None]) * (2**depth - 1)
    return np.round(codes).astype(np.uint8 if depth == 8 else np.uint16)


@lru_cache(maxsize=8)
def _use(profile: bytes, bands: int) -> str:
    """'same' for sRGB under any name, 'used' if it changes colours, 'unfit' if it is damaged or of another kind."""
    if int.from_bytes(profile[:4], "big") > len(
        profile
    ):  # incomplete: libvips would use sRGB instead without an error
        return "unfit"
    if space(profile) not in {1: (b"GRAY", b"RGB "), 3: (b"RGB ",), 4: (b"CMYK",)}[bands]:
        return "unfit"
    try:
        moved = _moved_grey(profile) if bands == 1 else _moved_colors(profile, bands)
    except (pyvips.Error, ValueError, np.linalg.LinAlgError):
        return "unfit"
    return "same" if bands < 4 and moved <= _SAME else "used"


def _moved_grey(profile: bytes) -> int:
    """The largest change of 65536 greys."""
    return int(np.abs(_grey_codes(profile, 16)[0].astype(int) - np.arange(65536)).max())


def _moved_colors(profile: bytes, bands: int) -> int:
    """The largest change of some hundred colours, of 65535; for CMYK it is enough that it works."""
    steps = np.linspace(0, 65535, 9 if bands == 3 else 3).round().astype(np.uint16)
    before = np.stack(np.meshgrid(*[steps] * bands), -1).reshape(1, -1, bands)
    probe = pyvips.Image.new_from_array(before, interpretation="rgb16" if bands == 3 else "cmyk")
    after = (_from_rgb if bands == 3 else _by_tables)(probe, profile, 16).numpy()
    return int(np.abs(before[..., :3].astype(int) - after.astype(int)).max())
