import numpy as np
import pytest

from autochrome.color.lab import lab_from_srgb
from autochrome.lab.data.pixels import decode
from autochrome.lab.montage import draw_montage, montage_columns, write_montage
from autochrome.types import Prediction, Prepared
from small import picture


class Red:
    """Predicts one colour everywhere."""

    def prepare(self, luma):
        return Prepared(luma, None)

    def paint(self, prepared, hints=None, vivid=1.0):
        chroma = np.zeros((*prepared.luma.shape, 2), np.float32)
        chroma[..., 0] = 30
        return Prediction(chroma)


def test_columns_are_grey_networks_truth():
    pictures = [picture(1), picture(2)]
    cells = montage_columns({"red": Red()}, pictures)
    assert list(cells) == ["grey", "red", "truth"]
    assert np.ptp(cells["grey"][0], axis=2).max() <= 1
    a = lab_from_srgb(cells["red"][0][8:-8, 8:-8] / 255.0)[..., 1]
    assert 15 < a.mean() < 35
    np.testing.assert_array_equal(cells["truth"][1], pictures[1])


def test_numbers_stand_in_the_first_column():
    pictures = [np.full((64, 64, 3), 200, np.uint8)] * 2
    plain, numbered = (draw_montage({"grey": pictures, "truth": pictures}, 64, 1, n) for n in (False, True))
    rows, columns = np.nonzero((plain != numbered).any(-1))
    assert {int(row - 22) // 68 for row in rows} == {0, 1}
    assert columns.max() < 64


@pytest.mark.parametrize("across", [1, 2])
def test_every_picture_is_in_its_cell(tmp_path, across):
    pictures = [np.full((24, 32, 3), 60 * i + 20, np.uint8) for i in range(3)]
    whole = draw_montage({"grey": pictures, "truth": pictures}, 64, across)
    step = 68
    rows = -(-3 // across)
    assert whole.shape == (22 + rows * step, across * 2 * step + (across - 1) * 8, 3)
    for i in range(3):
        row, block = divmod(i, across)
        y, x = 22 + row * step + 10, block * (2 * step + 8) + 10
        assert whole[y, x, 0] == whole[y, x + step, 0] == 60 * i + 20
    assert (whole[:20] < 128).any(), "captions"
    write_montage(tmp_path / "new" / "montage.png", whole)
    np.testing.assert_array_equal(decode((tmp_path / "new" / "montage.png").read_bytes()), whole)
