"""Maker notes of cameras are kept."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autochrome.media.stills import open_still
from pictures import COLOR, HEIGHT, in_color, opened, pil, whole

NOTE = b"MAKER\0" + bytes(range(256)) * 4


def with_note(turn: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera works", turn
    exif[0x8769] = {0x927C: NOTE, 0x829A: 0.01, 0xA002: 5000, 0xA001: 65535}
    return exif


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_maker_notes_are_kept(kind: str, suffix: str, tmp_path: Path) -> None:
    with open_still(pil(COLOR, kind, exif=with_note(6), dpi=(300, 300))) as still:
        path = still.save(
            tmp_path / f"a.{suffix}", in_color(still.strips()), describe=lambda old: b"<x:xmpmeta/>"
        )
    data = path.read_bytes()
    assert data.count(NOTE) == 1
    exif = opened(data).getexif()
    inner = exif.get_ifd(0x8769)
    assert (exif[0x010F], exif.get(0x0112, 1), inner[0x927C]) == ("Camera works", 1, NOTE)
    assert (float(inner[0x829A]), inner[0xA001]) == (0.01, 1)
    assert inner[0xA002] == HEIGHT
    assert opened(data).info["icc_profile"]
    if kind != "WEBP":
        np.testing.assert_allclose([float(each) for each in opened(data).info["dpi"]], 300, atol=0.02)
    assert data.count(b"<x:xmpmeta/>") == 1
    if suffix != "jpg":
        np.testing.assert_array_equal(whole(open_still(data).strips()), np.asarray(opened(data)))
