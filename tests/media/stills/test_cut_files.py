"""WebP and interlaced PNG that end too early are coloured as far as they go."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from PIL import Image

from autochrome.errors import PictureDamaged
from autochrome.media.stills import open_still
from pictures import in_color, opened, pil, png, whole

PICTURE = np.asarray(Image.fromarray(skimage.data.coffee()).resize((320, 240)))
EXIF = Image.Exif()
EXIF[0x010E] = "Grandma"


def written(kind: str) -> bytes:
    if kind == "PNG":
        return png(PICTURE, interlace=True)
    options: dict[str, Any] = {"lossless": True} if kind == "lossless" else {"quality": 80}
    return pil(PICTURE, "WEBP", exif=EXIF, **options)


@pytest.mark.parametrize("kind", ["WEBP", "lossless"])
def test_the_upper_rows_of_a_cut_picture_are_kept(kind: str, tmp_path: Path) -> None:
    data = written(kind)
    cut = data[: len(data) * 7 // 10]
    with open_still(cut) as still:
        found = whole(still.strips())
        assert len(still.losses) == 1
        assert still.losses[0].startswith("the file ends after about ")
        assert still.losses[0].endswith(" % of the picture; the rest is missing")
        still.save(tmp_path / "a.png", in_color(still.strips()))
    rows = int(still.losses[0].split()[5]) * 240 // 100
    assert 50 < rows < 230
    truth = whole(open_still(data).strips())
    assert np.abs(found[: rows - 1].astype(int) - truth[: rows - 1]).max() <= 3
    assert not found[rows + 4 :].any()


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_cut_interlaced_png_becomes_coarser(share: float) -> None:
    data = written("PNG")
    with open_still(data[: int(len(data) * share)]) as still:
        found = whole(still.strips())
    assert still.losses[0].endswith(" % of the picture; the rest is filled from coarser pixels")
    apart = np.abs(found.astype(int) - PICTURE).mean()
    assert apart < (25 if share < 0.5 else 4)
    assert found.shape == PICTURE.shape


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_nothing_is_made_of_a_bare_header(kind: str) -> None:
    data = written(kind)
    with pytest.raises(PictureDamaged, match="get the file again"):
        open_still(data[: 60 if kind == "PNG" else 120])


def test_a_webp_without_its_last_words_is_whole() -> None:
    data = written("WEBP")
    with open_still(data[:-9]) as still:
        truth = whole(open_still(data).strips())
        np.testing.assert_array_equal(whole(still.strips()), truth)
        assert still.losses == ("the file ends after its pixels; metadata may be missing",)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_whole_files_have_no_losses(kind: str) -> None:
    with open_still(written(kind)) as still:
        whole(still.strips())
        assert still.losses == ()
    with open_still(written(kind) + bytes(200)) as still:
        whole(still.strips())
        assert still.losses == ()
    assert opened(written(kind)).size == (320, 240)
