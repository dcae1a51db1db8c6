"""Reading with profiles, compared with Little CMS as Pillow calls it."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from autochrome.color.lab import lightness, linear_from_srgb, srgb_from_linear
from autochrome.media.stills import open_still
from autochrome.media.stills.profiles import srgb_profile
from pictures import CMYK_PROFILE, COLOR, COLOR16, GREY, P3, opened, pil, png, tiff, whole
from tolerances import TOLERANCES

SRGB = ImageCms.createProfile("sRGB")
BLACK_POINT = 0x2000  # lcms' flag
RELATIVE = ImageCms.Intent.RELATIVE_COLORIMETRIC


def grey_profile(gamma: float) -> bytes:
    """A version 2 grey profile whose curve is a plain power."""
    text = b"desc\0\0\0\0" + (5).to_bytes(4, "big") + b"grey\0" + bytes(4 + 4 + 2 + 1 + 67)
    white = b"XYZ \0\0\0\0" + b"".join(round(v * 65536).to_bytes(4, "big") for v in (0.9642, 1.0, 0.8249))
    curve = b"curv\0\0\0\0" + (1).to_bytes(4, "big") + round(gamma * 256).to_bytes(2, "big") + bytes(2)
    tags, body = b"", b""
    for name, value in ((b"desc", text), (b"wtpt", white), (b"kTRC", curve)):
        value += bytes(-len(value) % 4)
        tags += name + (132 + 36 + len(body)).to_bytes(4, "big") + len(value).to_bytes(4, "big")
        body += value
    head = b"".join(
        (bytes(4), bytes(4), (0x02400000).to_bytes(4, "big"), b"mntrGRAYXYZ ", bytes(12), b"acsp", bytes(28))
    )
    head += white[8:20] + bytes(48)
    whole_profile = head + (3).to_bytes(4, "big") + tags + body
    return len(whole_profile).to_bytes(4, "big") + whole_profile[4:]


def through(profile: bytes, picture: Image.Image) -> NDArray[np.uint8]:
    """The result of Little CMS in Pillow."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = "RGB" if picture.mode != "L" else "L"
    if mode == "L":
        picture = picture.convert("L")
    result = ImageCms.profileToProfile(picture, source, SRGB, RELATIVE, "RGB", flags=BLACK_POINT)
    assert result is not None
    return np.asarray(result)


def rgb_profile(name: str) -> bytes:
    """sRGB profiles of two makers."""
    return {"libvips": srgb_profile(), "lcms": ImageCms.ImageCmsProfile(SRGB).tobytes()}[name]


def colorants(profile: bytes) -> NDArray[np.float64]:
    """(3, 3) as Pillow reads them."""
    read = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
    found = [getattr(read, f"{name}_colorant") for name in ("red", "green", "blue")]
    return np.stack([np.array(color[0]) for color in found], -1)


def test_a_wide_profile_is_used() -> None:
    data = pil(COLOR, "PNG", icc_profile=P3)
    pixels = whole(open_still(data).strips())
    assert np.abs(pixels.astype(int) - COLOR).max() > 10  # it does something
    assert np.abs(pixels.astype(int) - through(P3, opened(data))).max() <= 1


def test_a_wide_profile_in_16_bits_is_exact() -> None:
    """P3 has the curve of sRGB and its own colorants; the expected values are computed, to a tenth of an 8-bit step."""
    pixels = whole(open_still(tiff(COLOR16, photometric="rgb", iccprofile=P3)).strips())
    from_p3, to_srgb = (colorants(profile) for profile in (P3, rgb_profile("libvips")))
    light = linear_from_srgb(COLOR16 / 65535) @ (np.linalg.inv(to_srgb) @ from_p3).T
    expected = srgb_from_linear(np.clip(light, 0, 1))
    assert pixels.dtype == np.uint16
    assert np.abs(pixels / 65535 - expected).max() * 255 < 0.1
    coarse = lightness(np.round(expected * 255).astype(np.uint8))
    assert np.abs(lightness(pixels) - coarse).max() < TOLERANCES["lightness, 8 bit"]


def test_small_has_the_same_colors_as_strips() -> None:
    still = open_still(pil(COLOR, "PNG", icc_profile=P3))
    np.testing.assert_array_equal(still.read_small(min(COLOR.shape[:2])), whole(still.strips()))


@pytest.mark.parametrize("name", ["libvips", "lcms"])
@pytest.mark.parametrize("pixels", [COLOR, COLOR16, GREY], ids=["8", "16", "grey"])
def test_srgb_under_any_name_changes_nothing(pixels: NDArray[np.uint8], name: str) -> None:
    profile = rgb_profile(name)
    kind = "minisblack" if pixels.ndim == 2 else "rgb"
    still = open_still(tiff(pixels, photometric=kind, iccprofile=profile))
    np.testing.assert_array_equal(whole(still.strips()), pixels)
    assert still.notes == ()


@pytest.mark.parametrize("gamma", [1.0, 1.796875, 2.19921875])  # as the format rounds 1.8 and 2.2
def test_a_grey_profile_is_a_curve_and_grey_stays_grey(gamma: float) -> None:
    profile = grey_profile(gamma)
    still = open_still(pil(GREY, "PNG", icc_profile=profile))
    pixels = whole(still.strips())
    assert still.grey
    assert pixels.ndim == 2
    linear = (GREY / 255) ** gamma
    expected = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    assert np.abs(pixels - expected).max() <= 0.501
    assert (gamma == 1.0) == (np.abs(pixels.astype(int) - GREY).max() > 40)


def test_a_grey_profile_in_16_bits() -> None:
    deep = GREY.astype(np.uint16) * 257
    pixels = whole(open_still(tiff(deep, iccprofile=grey_profile(1.796875))).strips())
    assert pixels.dtype == np.uint16
    linear = (deep / 65535) ** 1.796875
    expected = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055) * 65535
    assert np.abs(pixels - expected).max() <= 0.501


def test_a_colour_profile_on_a_grey_picture_uses_its_curve() -> None:
    """P3 has the curve of sRGB: nothing changes, and the picture stays grey."""
    still = open_still(pil(GREY, "JPEG", quality=95, icc_profile=P3))
    plain = open_still(pil(GREY, "JPEG", quality=95))
    assert still.grey
    np.testing.assert_array_equal(whole(still.strips()), whole(plain.strips()))


@pytest.mark.parametrize("profile", [None, CMYK_PROFILE], ids=["no profile", "with profile"])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_srgb(kind: str, profile: bytes | None) -> None:
    options = {"quality": 95} if kind == "JPEG" else {}
    data = pil(
        Image.fromarray(COLOR).convert("CMYK"),
        kind,
        **options,
        **({"icc_profile": profile} if profile else {}),
    )
    still = open_still(data)
    notes = () if profile else ("CMYK without a colour profile: read as the inks of common offset print",)
    assert (still.grey, still.depth, still.alpha, still.notes) == (False, 8, False, notes)
    expected = through(CMYK_PROFILE, opened(data))
    assert np.abs(whole(still.strips()).astype(int) - expected).max() <= 1


def test_a_pil_picture_in_cmyk() -> None:
    picture = Image.fromarray(COLOR).convert("CMYK")
    expected = through(CMYK_PROFILE, picture)
    assert np.abs(whole(open_still(picture).strips()).astype(int) - expected).max() <= 1


@pytest.mark.parametrize(
    "profile", [b"nonsense" * 40, CMYK_PROFILE, P3[:200]], ids=["nonsense", "for cmyk", "cut"]
)
def test_a_profile_that_does_not_fit_is_left_out_with_a_note(profile: bytes) -> None:
    still = open_still(tiff(COLOR, photometric="rgb", iccprofile=profile))
    assert still.notes == ("a colour profile that does not fit the image: not used",)
    np.testing.assert_array_equal(whole(still.strips()), COLOR)


@pytest.mark.parametrize("bits", [10, 12])
def test_avif_of_10_and_12_bits_reaches_white(bits: int) -> None:
    import pyvips

    level = pyvips.Image.new_from_array(np.full((16, 16, 3), 65535, np.uint16), interpretation="rgb16")
    still = open_still(level.heifsave_buffer(compression="av1", bitdepth=bits, lossless=True))
    assert still.depth == 16
    assert (whole(still.strips()) == 65535).all()
    assert (still.read_small(16) == 65535).all()


def test_grey_without_a_profile_is_exact() -> None:
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    deep = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    np.testing.assert_array_equal(whole(open_still(png(ramp)).strips()), ramp)
    np.testing.assert_array_equal(whole(open_still(png(deep)).strips()), deep)
