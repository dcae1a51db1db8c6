"""Thousands of damaged files: each gives a picture or one of our errors, and quickly."""

import random
import time
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from autochrome.errors import AutochromeError, InputError
from autochrome.media.stills import open_still
from pictures import COLOR, GREY, GREY16, HEIGHT, P3, WIDTH, pil, tiff, with_alpha

EXIF = Image.Exif()
EXIF[0x0112], EXIF[0x010F] = 6, "Maker"
OTHER = Image.fromarray(COLOR[::-1].copy())
FEW = COLOR[:16, :16]  # what takes long to decode

CORPUS = {
    "jpg": pil(COLOR, "JPEG", exif=EXIF),
    "jpg progressive": pil(COLOR, "JPEG", progressive=True),
    "jpg grey": pil(GREY, "JPEG"),
    "png": pil(COLOR, "PNG", exif=EXIF),
    "png profile": pil(FEW, "PNG", icc_profile=P3),
    "png palette": pil(COLOR, "PNG", "P"),
    "png alpha": pil(with_alpha(COLOR), "PNG"),
    "png bit": pil(GREY, "PNG", "1"),
    "png 16": pil(GREY16, "PNG"),
    "tif": pil(COLOR, "TIFF", exif=EXIF),
    "tif lzw": pil(COLOR, "TIFF", compression="tiff_lzw"),
    "tif deflate": pil(COLOR, "TIFF", compression="tiff_adobe_deflate"),
    "tif jpeg": pil(COLOR, "TIFF", compression="jpeg"),
    "tif fax": pil(GREY, "TIFF", "1", compression="group4"),
    "tif palette": pil(COLOR, "TIFF", "P"),
    "tif tiles": tiff(COLOR, photometric="rgb", tile=(16, 16), compression="zlib"),
    "tif big": tiff(np.stack((COLOR, COLOR)), photometric="rgb", bigtiff=True),
    "webp": pil(COLOR, "WEBP", exif=EXIF),
    "webp lossless": pil(with_alpha(COLOR), "WEBP", lossless=True),
    "webp frames": pil(COLOR, "WEBP", save_all=True, append_images=[OTHER]),
    "avif": pil(FEW, "AVIF"),
    "avif alpha": pil(with_alpha(COLOR)[:16, :16], "AVIF"),
    "gif": pil(COLOR, "GIF"),
    "gif frames": pil(COLOR, "GIF", save_all=True, append_images=[OTHER]),
    "bmp": pil(COLOR, "BMP"),
    "bmp grey": pil(GREY, "BMP"),
    "bmp bit": pil(GREY, "BMP", "1"),
    "bmp palette": pil(COLOR, "BMP", "P"),
}
FILES_OF_A_KIND = 76  # × 28 kinds = 2128
LONGEST = 10.0  # seconds for one small file, on a machine that does much else
STRANGE = (
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\0\0\xff\xff",
    b"\1\0\0\0",
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Changed bytes, changed bits of the header, a missing end, a missing piece, another header, an odd number."""
    file = bytearray(data)
    place = chance.randrange(len(file))
    way = chance.randrange(6)
    if way == 0:
        for _ in range(chance.choice((1, 1, 2, 8, 40))):
            file[chance.randrange(len(file))] = chance.randrange(256)
    elif way == 1:
        for _ in range(chance.choice((1, 2, 4))):
            file[chance.randrange(min(len(file), 200))] ^= 1 << chance.randrange(8)
    elif way == 2:
        del file[place:]
    elif way == 3:
        del file[place : place + chance.randrange(1, 64)]
    elif way == 4:
        size = chance.randrange(4, 64)
        file[:size] = chance.choice(list(CORPUS.values()))[:size]
    else:
        file[place : place + 4] = chance.choice(STRANGE)
    return bytes(file)


def read(data: bytes) -> None:
    """Everything that colouring a photo does with a file."""
    with open_still(data, max_megapixels=4) as still:
        small = still.read_small(16)
        assert min(small.shape[:2]) == 16
        rows = 0
        for strip in still.strips():
            assert strip.shape[1] == still.width
            rows += len(strip)
        assert rows == still.height


@pytest.mark.parametrize("kind", CORPUS)
def test_damaged_files_give_pictures_or_our_errors(kind: str) -> None:
    read(CORPUS[kind])
    chance = random.Random(f"damage to {kind}")
    outcomes: Counter[str] = Counter()
    for _ in range(FILES_OF_A_KIND):
        data = damaged(CORPUS[kind], chance)
        began = time.monotonic()
        try:
            read(data)
        except InputError as error:
            outcomes["several lines" if "\n" in str(error) else type(error).__name__] += 1
        except AutochromeError as error:
            pytest.fail(f"not a fault of the file: {error!r}")
        else:
            outcomes["read"] += 1
        assert time.monotonic() - began < LONGEST
    assert not outcomes["several lines"]
    assert outcomes.total() - outcomes["read"] > FILES_OF_A_KIND // 10, outcomes


def test_the_corpus_is_small_and_complete() -> None:
    assert len(CORPUS) * FILES_OF_A_KIND >= 2000
    for data in CORPUS.values():
        still = open_still(data)
        assert (still.width, still.height) in ((WIDTH, HEIGHT), (HEIGHT, WIDTH), (16, 16))
