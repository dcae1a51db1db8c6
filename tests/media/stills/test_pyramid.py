"""A picture ready for viewing: parts of it at any size."""

import io

import numpy as np
import pytest
from PIL import Image

from autochrome.media.stills import open_still, pyramid
from autochrome.media.stills.pyramid import Pyramid, Window, encode_image

NOISE = np.random.default_rng(0).integers(0, 256, (700, 900, 3), np.uint8)
SLOPE = (np.add.outer(np.arange(600), np.arange(1200)) / 8).astype(np.uint8)
WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("pixels", [NOISE, NOISE[..., 0]])
def test_one_to_one_is_the_pixels_themselves(monkeypatch, pixels: np.ndarray, in_memory: bool):
    monkeypatch.setattr(pyramid, "_IN_MEMORY", 1 << 30 if in_memory else 0)
    levels = Pyramid(open_still(pixels))
    part = levels.view(Window(100 / 900, 50 / 700, 200 / 900, 100 / 700, 200, 100))
    assert np.array_equal(part, pixels[50:150, 100:300])
    assert np.array_equal(levels.view(Window(*WHOLE, 900, 700)), pixels)


def test_enlarged_shows_the_pixels_as_squares():
    levels = Pyramid(open_still(NOISE))
    part = levels.view(Window(100 / 900, 50 / 700, 20 / 900, 10 / 700, 80, 40))
    assert np.array_equal(part, NOISE[50:60, 100:120].repeat(4, 0).repeat(4, 1))


@pytest.mark.parametrize("across", [1100, 700, 300, 150, 37])
def test_a_smaller_view_keeps_positions(across: int):
    down = across // 2
    small = Pyramid(open_still(SLOPE)).view(Window(*WHOLE, across, down)).astype(float)
    rows, columns = ((np.arange(n) + 0.5) * side / n - 0.5 for n, side in ((down, 600), (across, 1200)))
    truth = np.add.outer(rows, columns) / 8
    assert np.abs(small - truth)[2:-2, 2:-2].max() < 2.5


def test_parts_of_a_shrunk_view_fit_together():
    levels = Pyramid(open_still(SLOPE))
    whole = levels.view(Window(*WHOLE, 300, 150))
    left, right = (levels.view(Window(x, 0, 0.5, 1, 150, 150)) for x in (0, 0.5))
    assert np.abs(np.hstack((left, right)).astype(int) - whole).max() <= 1


def test_sixteen_bits_a_rotated_picture_and_a_thin_one():
    deep = Pyramid(open_still(NOISE.astype(np.uint16) * 257))
    assert np.array_equal(deep.view(Window(*WHOLE, 900, 700)), NOISE)
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(NOISE).save(buffer, "png", exif=exif)
    turned = Pyramid(open_still(buffer.getvalue()))
    assert np.array_equal(turned.view(Window(*WHOLE, 700, 900)), np.rot90(NOISE, -1))
    thin = Pyramid(open_still(np.full((1, 3000), 90, np.uint8)))
    assert (thin.view(Window(*WHOLE, 40, 2)) == 90).all()


def test_a_pixel_and_the_ends():
    levels = Pyramid(open_still(NOISE))
    assert np.array_equal(levels.pixel(0, 0), NOISE[0, 0])
    assert np.array_equal(levels.pixel(1, 1), NOISE[-1, -1])
    assert levels.size >= NOISE.nbytes


@pytest.mark.parametrize(("kind", "magic"), [("jpg", b"\xff\xd8"), ("png", b"\x89PNG"), ("webp", b"RIFF")])
def test_encoded_for_a_browser(kind: str, magic: bytes):
    data = encode_image(SLOPE, kind)
    assert data.startswith(magic)
    assert np.asarray(Image.open(io.BytesIO(data))).shape[:2] == SLOPE.shape
