"""Stored pixels → sRGB pixels: profiles, CMYK, odd depths. Grey stays grey, and what is sRGB already stays as it is."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyvips
from numpy.typing import NDArray

from autochrome.errors import NotAPicture

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
    if how.bands == 4:
        return _transformed(image, how.profile, how.depth)
    if how.profile is None:
        return image
    if how.bands == 1:
        return image.maplut(_grey_curve(how.profile, how.depth))
    return _transformed(image, how.profile, how.depth)


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


def _transformed(image: Any, profile: bytes | None, depth: int) -> Any:
    """Through an ICC profile (without one, through libvips' own for CMYK) to sRGB."""
    if profile is None:
        return image.icc_transform("srgb", input_profile="cmyk", depth=depth, **_INTENT)
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image.icc_transform("srgb", embedded=True, depth=depth, **_INTENT)


@lru_cache(maxsize=8)
def _grey_curve(profile: bytes, depth: int) -> Any:
    """A table from each grey code to its sRGB code: grey through a profile is a curve, and exact as one."""
    ramp = pyvips.Image.identity(ushort=True, size=65536) if depth == 16 else pyvips.Image.identity()
    ramp = ramp.copy(interpretation="grey16" if depth == 16 else "b-w")
    if profile[16:20] == b"RGB ":  # a colour profile on a grey picture: its curve for neutrals
        ramp = ramp.bandjoin([ramp, ramp]).copy(interpretation="rgb16" if depth == 16 else "srgb")
    return _transformed(ramp, profile, depth).extract_band(1).copy_memory()


@lru_cache(maxsize=8)
def _use(profile: bytes, bands: int) -> str:
    """'same' for sRGB by any name, 'used' for what changes colours, 'unfit' for the damaged or misplaced."""
    fits = {1: (b"GRAY", b"RGB "), 3: (b"RGB ",), 4: (b"CMYK",)}[bands]
    if profile[16:20] not in fits:
        return "unfit"
    try:
        if bands == 1:
            before: NDArray[Any] = np.arange(256) * 257
            after = np.frombuffer(_grey_curve(profile, 16).write_to_memory(), np.uint16)[::257]
        else:
            steps = np.linspace(0, 65535, 9 if bands == 3 else 3).round().astype(np.uint16)
            before = np.stack(np.meshgrid(*[steps] * bands), -1).reshape(1, -1, bands)
            probe = pyvips.Image.new_from_array(before, interpretation="rgb16" if bands == 3 else "cmyk")
            after = _transformed(probe, profile, 16).numpy()
    except pyvips.Error:
        return "unfit"
    if bands == 4:
        return "used"
    return "same" if np.abs(before.astype(int) - after.astype(int)).max() <= _SAME else "used"
