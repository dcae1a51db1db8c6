"""What a TIFF says about its pixels that libvips does not tell: pages, extra channels, YCbCr, cameras' raw files."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from autochrome.errors import NotAPicture
from autochrome.media.stills import open_still
from autochrome.media.stills.exif import add_to_tiff, number, read_block, tiff_metadata
from pictures import (
    ALPHA,
    COLOR,
    COLOR16,
    GREY,
    HEIGHT,
    WIDTH,
    in_color,
    opened,
    pil,
    tiff,
    whole,
    with_alpha,
)

WORDS = Image.Exif()
WORDS[270], WORDS[271], WORDS[315], WORDS[306] = "Grandma", "Maker", "Atelier", "1932:01:02 03:04:05"
WORDS.get_ifd(0x8769)[0x9003] = "1932:01:02 03:04:05"
WORDS.get_ifd(0x8825)[1] = "N"


def pages(*written: tuple[Any, dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        for pixels, options in written:
            file.write(pixels, metadata=None, **options)
    return buffer.getvalue()


def changed(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with another value of one short entry of its first directory."""
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        place = file.pages[0].tags[tag].valueoffset
    return data[:place] + value.to_bytes(2, "little") + data[place + 2 :]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_tiff_given_as_a_path_keeps_its_words_and_compression(order: str, tmp_path: Path) -> None:
    data = tiff(
        GREY,
        byteorder=order,
        compression="zlib",
        description="Grandma",
        metadata=None,
        extratags=[(271, 2, 0, "Maker", True), (315, 2, 0, "Atelier", True)],
    )
    (tmp_path / "in.tif").write_bytes(data)
    with open_still(tmp_path / "in.tif") as still:
        still.save(tmp_path / "out.tif", in_color(still.strips()))
        still.save(tmp_path / "out.jpg", in_color(still.strips()))
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        tags = file.pages[0].tags
        assert [tags[tag].value for tag in (270, 271, 315)] == ["Grandma", "Maker", "Atelier"]
        assert tags[259].value == 8
    exif = opened((tmp_path / "out.jpg").read_bytes()).getexif()
    assert [exif[tag] for tag in (270, 271, 315)] == ["Grandma", "Maker", "Atelier"]


def test_a_tiff_given_as_a_path_keeps_exif_and_gps(tmp_path: Path) -> None:
    (tmp_path / "in.tif").write_bytes(pil(COLOR, "TIFF"))
    add_to_tiff(tmp_path / "in.tif", tiff_metadata(WORDS.tobytes(), None), HEIGHT, WIDTH)
    with open_still(tmp_path / "in.tif") as still:
        still.save(tmp_path / "out.tif", still.strips())
    exif = opened((tmp_path / "out.tif").read_bytes()).getexif()
    assert exif[306] == WORDS[306]
    assert exif.get_ifd(0x8769)[0x9003] == WORDS[306]
    assert exif.get_ifd(0x8825)[1] == "N"


@pytest.mark.parametrize("pixels", [COLOR, COLOR16, GREY], ids=["rgb", "rgb 16", "grey"])
def test_an_extra_channel_that_is_not_alpha_is_left_out(pixels: Any, tmp_path: Path) -> None:
    space = "minisblack" if pixels.ndim == 2 else "rgb"
    data = tiff(with_alpha(pixels), photometric=space, planarconfig="contig", extrasamples=["unspecified"])
    still = open_still(data)
    assert not still.alpha
    assert still.notes == ("1 extra channel without colour or alpha: left out",)
    np.testing.assert_array_equal(whole(still.strips()), pixels)
    still.save(tmp_path / "out.tif", in_color(still.strips()))
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert file.pages[0].samplesperpixel == 3


def test_premultiplied_alpha_is_alpha() -> None:
    covered = np.full_like(GREY, 128)
    data = tiff(np.dstack((COLOR // 2, covered)), photometric="rgb", extrasamples=["assocalpha"])
    still = open_still(data)
    assert still.alpha
    assert np.abs(whole(still.strips()).astype(int) - COLOR).max() <= 2


RAW = {
    "DNG": tiff(COLOR, photometric="rgb", extratags=[(50706, 1, 4, (1, 4, 0, 0), True)]),
    "CR2": (lambda data: data[:8] + b"CR\2\0" + data[12:])(tiff(GREY, description="")),
    "sensor": tiff(GREY, photometric="cfa"),
    "sensor on page 2": pages((GREY[:8, :8], {"subfiletype": 1}), (GREY, {"photometric": "cfa"})),
    "preview": pages((COLOR[:8, :8], {"subfiletype": 1, "subifds": 1}), (GREY, {})),
}


@pytest.mark.parametrize("name", RAW)
def test_raw_files_of_cameras_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(RAW[name])
    for source in (tmp_path / "a.dng", RAW[name]):
        with pytest.raises(NotAPicture, match=r"camera raw file.*develop it"):
            open_still(source)


def test_a_thumbnail_before_the_picture_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(pages((GREY[:8, :8], {"subfiletype": 1}), (GREY, {})))
    still = open_still(tmp_path / "a.tif")
    assert (still.width, still.height) == (WIDTH, HEIGHT)
    assert still.notes == ("page 2 was read: the pages before it are small copies",)
    np.testing.assert_array_equal(whole(still.strips()), GREY)


@pytest.mark.parametrize("limits", [None, (16, 235, 128, 240, 128, 240)])
def test_plain_ycbcr_is_converted(limits: tuple[int, ...] | None) -> None:
    red, green, blue = np.moveaxis(COLOR.astype(float), -1, 0)
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    cb, cr = (blue - y) / 1.772, (red - y) / 1.402
    if limits:
        y, cb, cr = 16 + y * 219 / 255, cb * 112 / 127, cr * 112 / 127
    stored = np.clip(np.dstack((y, cb + 128, cr + 128)).round(), 0, 255).astype(np.uint8)
    fractions = tuple(n for limit in limits or () for n in (limit, 1))
    tags = [(532, 5, 6, fractions, True)] if limits else []
    data = tiff(stored, photometric="ycbcr", subsampling=(1, 1), extratags=tags)
    assert np.abs(whole(open_still(data).strips()).astype(int) - COLOR).max() <= 3


def test_tiles_of_old_jpeg_are_refused() -> None:
    tiled = tiff(COLOR, photometric="rgb", tile=(16, 16), compression="zlib")
    with pytest.raises(NotAPicture, match="old-style JPEG"):
        open_still(changed(tiled, 259, 6))


@pytest.mark.parametrize("bits", [3, 12])
def test_an_odd_depth_is_unsupported_not_damaged(bits: int) -> None:
    with pytest.raises(NotAPicture, match=f"{bits} bits a sample"):
        open_still(changed(tiff(GREY, tile=(16, 16)), 258, bits))


def test_16_bits_with_alpha_become_jpeg_on_white(tmp_path: Path) -> None:
    covered = np.where(ALPHA > 127, 65535, 0).astype(np.uint16)
    still = open_still(tiff(np.dstack((COLOR16, covered)), photometric="rgb", extrasamples=["unassalpha"]))
    still.save(tmp_path / "out.jpg", still.strips(), quality=100)
    pixels = np.asarray(opened((tmp_path / "out.jpg").read_bytes())).astype(int)
    expected = np.where(covered[..., None] > 0, (COLOR16 + 128.0) / 257, 255)
    assert np.abs(pixels.mean() - expected.mean()) < 2


def test_the_next_directory_is_found_in_both_sizes_of_tiff() -> None:
    for big in (False, True):
        data = tiff(np.stack((GREY, GREY)), bigtiff=big, photometric="minisblack")
        assert open_still(data).notes == ("2 pages: only the first was read",)
    assert number(read_block(b"II*\0" + bytes(20)), 270) == 0


@pytest.mark.parametrize(("unit", "dots"), [("NONE", 72), ("INCH", 300), ("CENTIMETER", 762)])
def test_a_resolution_without_a_unit_is_unknown(unit: str, dots: int, tmp_path: Path) -> None:
    with open_still(tiff(GREY, resolution=(300, 300), resolutionunit=unit)) as still:
        still.save(tmp_path / "out.tif", in_color(still.strips()))
    assert float(opened((tmp_path / "out.tif").read_bytes()).info["dpi"][0]) == pytest.approx(dots)
