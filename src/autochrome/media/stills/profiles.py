"""Stored pixels → sRGB pixels: profiles, CMYK, odd depths. Grey stays grey, and what is sRGB already stays as it is."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.color.lab import srgb_from_linear
from autochrome.errors import NotAPicture
from autochrome.media.stills.icc import read_shaper, space

_INTENT: dict[str, Any] = {"intent": "relative", "black_point_compensation": True}
_SAME = (
    65535 / 255 / 2
)  # half a step of 8 bits: a profile that moves no colour further is sRGB by another name


@dataclass(frozen=True, slots=True)
class Look:
    """How the stored pixels of one picture are to be taken."""

    bands: int  # 1 grey, 3 RGB, 4 CMYK; alpha comes after them
    alpha: bool
    depth: int  # 8 or 16
    white: int  # the highest code: 65520 where 12 bits stand at the upper end of 16
    profile: bytes | None  # ICC, where it changes anything
    notes: tuple[str, ...] = ()


def look(image: Any, name: str) -> Look:
    """What a header says about its pixels, before one is decoded."""
    if image.format not in ("uchar", "ushort"):
        raise NotAPicture(f"{name}: holds {image.format} samples; save it with 8 or 16 bits a channel.")
    notes = []
    bands = 4 if image.interpretation == "cmyk" else 3 if image.bands > 2 else 1
    if image.bands > bands + 1:
        notes.append(f"{image.bands - bands - 1} extra channels: left out")
    profile = _field(image, "icc-profile-data")
    if profile is not None:
        use = _use(profile, bands)
        if use == "unfit":
            notes.append("a colour profile that does not fit the picture: not used")
        if use != "used":
            profile = None
    depth = 8 if image.format == "uchar" else 16
    return Look(bands, image.bands > bands, depth, _white(image, depth), profile, tuple(notes))


def srgb(image: Any, how: Look) -> Any:
    """The stored image → 1 band (grey) or 3 (sRGB), alpha left out, same depth."""
    image = image.extract_band(0, n=how.bands) if image.bands > how.bands else image
    image = full_range(image, how)
    if how.bands == 1:
        return image if how.profile is None else image.maplut(_grey_curve(how.profile, how.depth))
    if how.bands == 3:
        return image if how.profile is None else _from_rgb(image, how.profile, how.depth)
    return _by_tables(image, how.profile, how.depth)


def full_range(image: Any, how: Look) -> Any:
    """White at the highest code of the depth."""
    if how.white == 2**how.depth - 1:
        return image
    return (image * (65535 / how.white)).rint().cast("ushort").copy(interpretation=image.interpretation)


def _white(image: Any, depth: int) -> int:
    """AVIF's 10 and 12 bits are moved to the upper end of 16, so that white is not quite white."""
    bits = _field(image, "bits-per-sample") or depth
    if depth == 16 and 8 < bits < 16 and str(_field(image, "vips-loader")).startswith("heif"):
        return int(2**bits - 1) << (16 - bits)
    return int(2**depth - 1)


def _field(image: Any, name: str) -> Any:
    return image.get(name) if image.get_typeof(name) else None


def _from_rgb(image: Any, profile: bytes, depth: int) -> Any:
    """Little CMS is exact and quick at 8 bits, and at 16 neither where it need not be."""
    shaper = read_shaper(profile) if depth == 16 else None
    if shaper is None or shaper.colorants is None:
        return _by_tables(image, profile, depth)
    curves = pyvips.Image.new_from_array(shaper.linear(65536).astype(np.float32)[None])
    light = image.maplut(curves).recomb(pyvips.Image.new_from_array(_to_srgb(shaper.colorants)))
    return light.copy(interpretation="scrgb").colourspace("rgb16")


def _to_srgb(colorants: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) linear light of a profile → of sRGB, white to white."""
    own = read_shaper(srgb_profile())
    assert own is not None
    assert own.colorants is not None
    matrix = np.linalg.inv(own.colorants) @ colorants
    whole: NDArray[np.float64] = matrix / matrix.sum(axis=1, keepdims=True)
    return whole


def _by_tables(image: Any, profile: bytes | None, depth: int) -> Any:
    """Through Little CMS; without a profile, through libvips' own for CMYK."""
    if profile is None:
        return image.icc_transform("srgb", input_profile="cmyk", depth=depth, **_INTENT)
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image.icc_transform("srgb", embedded=True, depth=depth, **_INTENT)


@cache
def srgb_profile() -> bytes:
    """The small sRGB profile that libvips has inside."""
    return bytes(pyvips.Operation.call("profile_load", "srgb"))


def _grey_curve(profile: bytes, depth: int) -> Any:
    """A table of one row: each grey code to its sRGB code."""
    return pyvips.Image.new_from_array(_grey_codes(profile, depth))


@lru_cache(maxsize=8)
def _grey_codes(profile: bytes, depth: int) -> NDArray[Any]:
    """(1, codes) of `depth` bits. A colour profile on a grey picture gives its curve for green."""
    shaper = read_shaper(profile)
    if shaper is None:
        raise ValueError("no curve in the profile")
    light = shaper.linear(2**depth)[:, -2 if shaper.colorants is not None else 0]
    codes: NDArray[np.float64] = srgb_from_linear(light[None]) * (2**depth - 1)
    return np.round(codes).astype(np.uint8 if depth == 8 else np.uint16)


@lru_cache(maxsize=8)
def _use(profile: bytes, bands: int) -> str:
    """'same' for sRGB by any name, 'used' for what changes colours, 'unfit' for the damaged or misplaced."""
    if int.from_bytes(profile[:4], "big") > len(
        profile
    ):  # cut: libvips would take sRGB instead and not say so
        return "unfit"
    if space(profile) not in {1: (b"GRAY", b"RGB "), 3: (b"RGB ",), 4: (b"CMYK",)}[bands]:
        return "unfit"
    try:
        moved = _moved_grey(profile) if bands == 1 else _moved_colors(profile, bands)
    except (pyvips.Error, ValueError, np.linalg.LinAlgError):
        return "unfit"
    return "same" if bands < 4 and moved <= _SAME else "used"


def _moved_grey(profile: bytes) -> int:
    """How far the profile moves any of 65536 greys."""
    return int(np.abs(_grey_codes(profile, 16)[0].astype(int) - np.arange(65536)).max())


def _moved_colors(profile: bytes, bands: int) -> int:
    """How far it moves any of some hundred colours, of 65535; for CMYK it only has to work."""
    steps = np.linspace(0, 65535, 9 if bands == 3 else 3).round().astype(np.uint16)
    before = np.stack(np.meshgrid(*[steps] * bands), -1).reshape(1, -1, bands)
    probe = pyvips.Image.new_from_array(before, interpretation="rgb16" if bands == 3 else "cmyk")
    after = (_from_rgb if bands == 3 else _by_tables)(probe, profile, 16).numpy()
    return int(np.abs(before[..., :3].astype(int) - after.astype(int)).max())
