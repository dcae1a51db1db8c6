"""Reading pictures: every format, compared with another library."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from autochrome.media.collection import STILL_SUFFIXES
from autochrome.media.stills import open_still, suffix_for
from pictures import (
    ALPHA,
    COLOR,
    COLOR16,
    GREY,
    GREY16,
    HEIGHT,
    WIDTH,
    in_color,
    opened,
    pil,
    png,
    tiff,
    whole,
    with_alpha,
)

RGB = {"photometric": "rgb"}
RGBA = {"photometric": "rgb", "extrasamples": ["unassalpha"]}
LA = {"photometric": "minisblack", "extrasamples": ["unassalpha"], "planarconfig": "contig"}

# name: the file, its kind, what its pixels must be (None: what Pillow says), depth, alpha
TABLE: dict[str, tuple[bytes, str, NDArray[Any] | None, int, bool]] = {
    "jpg": (pil(COLOR, "JPEG"), "jpg", None, 8, False),
    "jpg progressive": (pil(COLOR, "JPEG", progressive=True), "jpg", None, 8, False),
    "jpg grey": (pil(GREY, "JPEG"), "jpg", None, 8, False),
    "png": (png(COLOR), "png", COLOR, 8, False),
    "png grey": (png(GREY), "png", GREY, 8, False),
    "png 16": (png(COLOR16), "png", COLOR16, 16, False),
    "png grey 16": (png(GREY16), "png", GREY16, 16, False),
    "png alpha": (png(with_alpha(COLOR)), "png", COLOR, 8, True),
    "png grey alpha": (png(with_alpha(GREY)), "png", GREY, 8, True),
    "png alpha 16": (png(with_alpha(COLOR16)), "png", COLOR16, 16, True),
    "png grey alpha 16": (png(with_alpha(GREY16)), "png", GREY16, 16, True),
    "png 1 bit": (pil(GREY, "PNG", "1"), "png", None, 8, False),
    "png palette": (pil(COLOR, "PNG", "P"), "png", None, 8, False),
    "png interlaced": (png(COLOR, interlace=True), "png", COLOR, 8, False),
    "tif": (tiff(COLOR, **RGB), "tif", COLOR, 8, False),
    "tif grey": (tiff(GREY), "tif", GREY, 8, False),
    "tif 16": (tiff(COLOR16, **RGB), "tif", COLOR16, 16, False),
    "tif grey 16": (tiff(GREY16), "tif", GREY16, 16, False),
    "tif big-endian 16": (tiff(COLOR16, byteorder=">", **RGB), "tif", COLOR16, 16, False),
    "tif alpha": (tiff(with_alpha(COLOR), **RGBA), "tif", COLOR, 8, True),
    "tif grey alpha": (tiff(with_alpha(GREY), **LA), "tif", GREY, 8, True),
    "tif alpha 16": (tiff(with_alpha(COLOR16), **RGBA), "tif", COLOR16, 16, True),
    "tif grey alpha 16": (tiff(with_alpha(GREY16), **LA), "tif", GREY16, 16, True),
    "tif white is zero": (tiff(255 - GREY, photometric="miniswhite"), "tif", None, 8, False),
    "tif planes": (
        tiff(COLOR16.transpose(2, 0, 1), planarconfig="separate", **RGB),
        "tif",
        COLOR16,
        16,
        False,
    ),
    "tif tiled": (tiff(COLOR, tile=(16, 16), compression="zlib", **RGB), "tif", COLOR, 8, False),
    "tif big": (tiff(COLOR, bigtiff=True, **RGB), "tif", COLOR, 8, False),
    "tif lzw": (pil(COLOR, "TIFF", compression="tiff_lzw"), "tif", COLOR, 8, False),
    "tif jpeg": (pil(COLOR, "TIFF", compression="jpeg"), "tif", None, 8, False),
    "tif fax": (pil(GREY, "TIFF", "1", compression="group4"), "tif", None, 8, False),
    "tif palette": (pil(COLOR, "TIFF", "P"), "tif", None, 8, False),
    "webp": (pil(COLOR, "WEBP"), "webp", None, 8, False),
    "webp lossless": (pil(COLOR, "WEBP", lossless=True), "webp", COLOR, 8, False),
    "webp alpha": (pil(with_alpha(COLOR), "WEBP", lossless=True, exact=True), "webp", COLOR, 8, True),
    "avif": (pil(COLOR, "AVIF", quality=100, subsampling="4:4:4"), "avif", None, 8, False),
    "avif alpha": (pil(with_alpha(COLOR), "AVIF", quality=100, subsampling="4:4:4"), "avif", None, 8, True),
    "gif": (pil(COLOR, "GIF"), "gif", None, 8, False),
    "bmp": (pil(COLOR, "BMP"), "bmp", COLOR, 8, False),
    "bmp grey": (pil(GREY, "BMP"), "bmp", GREY, 8, False),
    "bmp 1 bit": (pil(GREY, "BMP", "1"), "bmp", None, 8, False),
    "bmp palette": (pil(COLOR, "BMP", "P"), "bmp", None, 8, False),
    "bmp 32 bit": (pil(with_alpha(COLOR), "BMP"), "bmp", COLOR, 8, False),  # the fourth byte has no meaning
}


def by_pillow(data: bytes, grey: bool) -> NDArray[Any]:
    return np.asarray(opened(data).convert("L" if grey else "RGB"))


@pytest.mark.parametrize("name", TABLE)
def test_every_format_is_read_as_by_another_library(name: str, tmp_path: Path) -> None:
    data, kind, truth, depth, alpha = TABLE[name]
    path = tmp_path / "picture.from-somewhere"  # the suffix says nothing
    path.write_bytes(data)
    with open_still(path) as still:
        assert (still.width, still.height, still.format) == (WIDTH, HEIGHT, kind)
        assert (still.depth, still.alpha, still.notes) == (depth, alpha, ())
        pixels = whole(still.strips(rows=8))
        small = still.read_small(16)
    expected = by_pillow(data, pixels.ndim == 2) if truth is None else truth
    assert pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    assert still.grey == (pixels.ndim == 2)
    # two decoders of lossy AVIF may round differently
    np.testing.assert_allclose(pixels.astype(int), expected.astype(int), atol=3 if kind == "avif" else 0)
    assert small.shape[:2] == (16, 20)
    assert (small.dtype, small.ndim) == (pixels.dtype, pixels.ndim)


@pytest.mark.parametrize("name", TABLE)
def test_bytes_give_the_same_as_a_path(name: str, tmp_path: Path) -> None:
    data = TABLE[name][0]
    (tmp_path / "p").write_bytes(data)
    from_bytes, from_path = open_still(data), open_still(tmp_path / "p")
    np.testing.assert_array_equal(whole(from_bytes.strips()), whole(from_path.strips()))
    assert (from_bytes.path, from_path.path) == (None, tmp_path / "p")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_pictures_are_upright(kind: str, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    fine = {"quality": 100, "subsampling": "4:4:4"} if kind == "AVIF" else {}
    data = pil(COLOR, kind, exif=exif, **fine)
    expected = ImageOps.exif_transpose(opened(data))
    still = open_still(data)
    assert (still.width, still.height) == expected.size
    difference = np.abs(whole(still.strips(rows=5)).astype(int) - np.asarray(expected))
    assert difference.max() <= (3 if kind == "AVIF" else 0)  # two decoders of AVIF may round differently
    small = still.read_small(40)  # enlarged
    assert small.shape[:2] == ((51, 40) if turn >= 5 else (40, 51))
    reference = np.asarray(expected.resize(small.shape[1::-1], Image.Resampling.BICUBIC))
    assert np.abs(small.astype(int) - reference).mean() < 3


def test_a_large_rotated_picture_uses_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autochrome.media.stills.reader._IN_MEMORY", 1000)
    big = np.random.default_rng(0).integers(0, 65536, (300, 700, 4), np.uint16)
    exif = {"extratags": [(274, "H", 1, 6, True)], **RGBA}
    still = open_still(tiff(big, **exif))
    np.testing.assert_array_equal(whole(still.strips(rows=9)), np.rot90(big, -1)[..., :3])


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize(("kind", "word"), [("TIFF", "pages"), ("GIF", "frames"), ("WEBP", "frames")])
def test_only_the_first_of_several_is_read_with_a_note(kind: str, word: str, frames: int) -> None:
    others = [Image.fromarray(np.roll(COLOR, 7 * i, 1)) for i in range(1, frames)]
    still = open_still(pil(COLOR, kind, save_all=True, append_images=others))
    assert still.notes == ((f"{frames} {word}: only the first was read",) if frames > 1 else ())
    assert np.abs(whole(still.strips()).astype(int) - COLOR).mean() < 8


def test_extra_channels_are_left_out_with_a_note() -> None:
    five = np.dstack((with_alpha(COLOR), GREY))
    still = open_still(tiff(five, photometric="rgb", extrasamples=["unassalpha", "unspecified"]))
    assert still.notes == ("1 extra channel without colour or alpha: left out",)
    assert still.alpha
    np.testing.assert_array_equal(whole(still.strips()), COLOR)


@pytest.mark.parametrize("rows", [None, 1, 7, HEIGHT, 1000])
def test_strips_make_up_the_picture(rows: int | None) -> None:
    strips = list(open_still(png(COLOR)).strips(rows))
    assert all(strip.flags.c_contiguous for strip in strips)
    assert [len(strip) for strip in strips[:-1]] == [rows] * (len(strips) - 1)
    np.testing.assert_array_equal(np.concatenate(strips), COLOR)


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [((1, 1), 64, (64, 64)), ((1, 50), 16, (16, 64)), ((50, 1), 16, (64, 16)), ((90, 400), 30, (30, 120)),
     ((200, 300), 100, (100, 150)), ((601, 403), 64, (95, 64)), ((9, 5000), 8, (8, 32))],
)  # fmt: skip
def test_small_keeps_the_short_side_and_bounds_the_long_one(
    shape: tuple[int, int], size: int, expected: tuple[int, int]
) -> None:
    level = np.full(shape, 77, np.uint8)
    assert open_still(level).read_small(size).shape == expected
    assert (open_still(level).read_small(size) == 77).all()


@pytest.mark.parametrize("factor", [1, 3, 6, 12, 40])
def test_a_jpeg_shrunk_while_it_is_decoded_looks_like_one_shrunk_after(factor: int) -> None:
    large = np.asarray(Image.fromarray(COLOR).resize((37 * factor, 29 * factor), Image.Resampling.BICUBIC))
    data = pil(large, "JPEG", quality=95)
    small = open_still(data).read_small(29)
    plain = open_still(whole(open_still(data).strips())).read_small(29)
    assert small.shape == plain.shape
    assert np.abs(small.astype(int) - plain).mean() < 1


ARRAYS = {
    "grey": (GREY, GREY),
    "one band": (GREY[..., None], GREY),
    "color": (COLOR, COLOR),
    "16": (COLOR16, COLOR16),
    "big-endian 16": (COLOR16.astype(">u2"), COLOR16),
    "not contiguous": (COLOR[:, ::-1], COLOR[:, ::-1]),
    "bool": (GREY > 99, np.where(GREY > 99, np.uint8(255), np.uint8(0))),
    "floats": (COLOR / 255, COLOR.astype(np.uint16) * 257),
    "alpha": (with_alpha(COLOR), COLOR),
    "grey alpha": (with_alpha(GREY16), GREY16),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name: str) -> None:
    given_array, expected = ARRAYS[name]
    still = open_still(given_array)
    assert (still.name, still.path, still.format) == ("array", None, "array")
    assert still.alpha == ("alpha" in name)
    np.testing.assert_array_equal(whole(still.strips(rows=10)), expected)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "YCbCr", "HSV", "LAB", "I;16", "I"])
def test_pil_pictures_of_every_mode(mode: str) -> None:
    base = Image.fromarray(GREY if mode.startswith("I") else COLOR)
    picture = base.convert(mode)
    still = open_still(picture)
    pixels = whole(still.strips())
    if mode.startswith("I"):
        np.testing.assert_array_equal(pixels, np.asarray(picture).astype(np.uint16))
    else:
        np.testing.assert_array_equal(pixels, np.asarray(picture.convert("L" if pixels.ndim == 2 else "RGB")))
    assert still.alpha == mode.endswith("A")


def test_a_pil_picture_keeps_its_orientation_and_transparency() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = opened(pil(COLOR, "PNG", exif=exif))
    np.testing.assert_array_equal(whole(open_still(turned).strips()), np.rot90(COLOR, -1))
    palette = Image.fromarray(COLOR).convert("P")
    palette.info["transparency"] = 0
    assert open_still(palette).alpha


def test_suffixes_are_those_of_the_kinds_that_are_read() -> None:
    kinds = {kind for _, kind, *_ in TABLE.values()}
    assert {"." + kind for kind in kinds} <= STILL_SUFFIXES
    assert all(suffix == suffix.lower() for suffix in STILL_SUFFIXES)


@pytest.mark.parametrize(
    ("name", "format", "suffix"),
    [("jpg", "auto", ".jpg"), ("tif 16", "auto", ".tif"), ("bmp", "auto", ".png"), ("gif", "auto", ".png"),
     ("webp", "auto", ".webp"), ("avif", "auto", ".avif"), ("png", "jpg", ".jpg"), ("jpg", "tif", ".tif")],
)  # fmt: skip
def test_suffix_for(name: str, format: str, suffix: str) -> None:
    assert suffix_for(open_still(TABLE[name][0]), format) == suffix


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    bands=st.integers(1, 4),
    dtype=st.sampled_from([np.uint8, np.uint16]),
    suffix=st.sampled_from([".png", ".tif"]),
    rows=st.integers(1, 41),
    seed=st.integers(0, 9),
)
@settings(max_examples=80)
def test_reading_and_writing_changes_no_pixel(
    tmp_path_factory: pytest.TempPathFactory,
    height: int,
    width: int,
    bands: int,
    dtype: type[np.uint8 | np.uint16],
    suffix: str,
    rows: int,
    seed: int,
) -> None:
    most = int(np.iinfo(dtype).max)
    pixels = np.random.default_rng(seed).integers(0, most, (height, width, bands), dtype, endpoint=True)
    still = open_still(pixels)
    path = tmp_path_factory.getbasetemp() / f"through{suffix}"
    still.save(path, in_color(still.strips(rows)))
    again = open_still(path)
    assert (again.depth, again.alpha) == (still.depth, bands in (2, 4))
    color = np.broadcast_to(pixels[..., : 3 if bands > 2 else 1], (height, width, 3))
    np.testing.assert_array_equal(whole(again.strips()), color)
    if again.alpha:
        stored = pyvips.Image.new_from_file(str(path)).numpy()
        np.testing.assert_array_equal(stored[..., 3], pixels[..., -1])


def test_alpha_is_not_in_the_strips() -> None:
    assert whole(open_still(with_alpha(COLOR)).strips()).shape == COLOR.shape
    assert ALPHA.min() < 10  # there is something to lose
