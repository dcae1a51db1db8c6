"""A damaged picture is read as far as it goes, and what is missing is said."""

import re
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from autochrome.errors import PictureDamaged
from autochrome.media.stills import open_still
from pictures import pil, png, tiff, whole

PICTURE = np.random.default_rng(0).integers(0, 256, (200, 150), np.uint8)
PICTURE[:, :75] = np.arange(200, dtype=np.uint8)[:, None]
BASELINE = pil(PICTURE, "JPEG", quality=90)
PROGRESSIVE = pil(PICTURE, "JPEG", quality=90, progressive=True)
RESTARTS = bytes(pyvips.Image.new_from_array(PICTURE).jpegsave_buffer(Q=90, restart_interval=8))
TABLES = BASELINE.index(b"\xff\xdb")


def pixels_of(data: bytes) -> np.ndarray:
    return whole(open_still(data).strips())


def without_a_restart(data: bytes) -> bytes:
    marks = [match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", data)]
    return data[: marks[20]] + data[marks[24] :]


@pytest.mark.parametrize("first", ["small", "strips"])
@pytest.mark.parametrize("turn", [1, 6])
def test_a_cut_file_is_read_as_far_as_it_goes(first: str, turn: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    data = pil(PICTURE, "JPEG", quality=90, exif=exif)
    (tmp_path / "a.jpg").write_bytes(data[: int(len(data) * 0.6)])
    still = open_still(tmp_path / "a.jpg")
    if first == "small":
        assert still.read_small(64).shape[1 if turn == 1 else 0] == 64
    read, true = whole(still.strips(20)), whole(open_still(data).strips())
    if turn == 6:
        read, true = np.rot90(read), np.rot90(true)
    np.testing.assert_array_equal(read[:64], true[:64])
    assert (read[64:] != true[64:]).any()
    assert len(still.losses) == 1
    assert re.fullmatch(
        r"the file ends after about [3-6]\d % of the picture; the rest is missing", still.losses[0]
    )


def test_a_cut_progressive_file_lacks_details() -> None:
    still = open_still(PROGRESSIVE[: int(len(PROGRESSIVE) * 0.6)])
    difference = np.abs(whole(still.strips()).astype(int) - pixels_of(PROGRESSIVE)).mean()
    assert 0 < difference < 30
    assert still.losses == ("the file ends early: details or parts of the picture are missing",)


def test_broken_restart_markers_are_a_loss() -> None:
    still = open_still(without_a_restart(RESTARTS))
    still.read_small(32)
    assert len(still.losses) == 1
    assert "is damaged at about" in still.losses[0]
    np.testing.assert_array_equal(whole(still.strips())[:16], pixels_of(RESTARTS)[:16])


HARMLESS = {
    "whole": BASELINE,
    "rubbish behind it": BASELINE + b"rubbish",
    "no mark of the end": BASELINE[:-2],
    "no mark of the end, progressive": PROGRESSIVE[:-2],
    "rubbish inside": BASELINE[:TABLES] + b"\0\0" + BASELINE[TABLES:],
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_faults_are_no_loss(name: str) -> None:
    still = open_still(HARMLESS[name])
    still.read_small(32)
    expected = pixels_of(PROGRESSIVE if "progressive" in name else BASELINE)
    np.testing.assert_array_equal(whole(still.strips()), expected)
    assert still.losses == ()


FIRST_SCAN = PROGRESSIVE.index(b"\xff\xda")


@pytest.mark.parametrize(
    "data", [BASELINE[:700], PROGRESSIVE[: FIRST_SCAN + 10]], ids=["baseline", "progressive"]
)
def test_a_file_without_pixels_is_an_error(data: bytes) -> None:
    with pytest.raises(PictureDamaged, match="get the file again"):
        open_still(data).read_small(16)


CUT = {
    "png": png(PICTURE),
    "png 16": png(PICTURE.astype(np.uint16) * 257),
    "tif": tiff(PICTURE, rowsperstrip=16),
    "tif packed": tiff(PICTURE, rowsperstrip=16, compression="zlib"),
}


@pytest.mark.parametrize("name", CUT)
@pytest.mark.parametrize("first", ["small", "strips"])
def test_cut_png_and_tiff_are_read_as_far_as_they_go(name: str, first: str) -> None:
    data = CUT[name]
    still = open_still(data[: int(len(data) * 0.7)])
    if first == "small":
        still.read_small(64)
    read, true = whole(still.strips(20)), pixels_of(data)
    np.testing.assert_array_equal(read[:96], true[:96])
    assert not read[180:].any()
    assert len(still.losses) == 1
    assert re.fullmatch(
        r"the file ends or is damaged after about [3-7]\d % of the picture; the rest is missing",
        still.losses[0],
    )


@pytest.mark.parametrize(
    "data",
    [
        pil(PICTURE, "AVIF")[:-400],
        pil(PICTURE, "WEBP")[:40],
        png(PICTURE, interlace=True)[:70],
        png(PICTURE)[:60],
    ],
)
def test_what_gives_no_rows_is_damaged(data: bytes) -> None:
    with pytest.raises(PictureDamaged):
        pixels_of(data)
