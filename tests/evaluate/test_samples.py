import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from autochrome.errors import InputMissing, NotAPicture, NothingFound
from autochrome.evaluate.samples import count_samples, decode_image, read_samples


def picture(width=40, height=30, value=100):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (value, 50, 20)).save(out, "PNG")
    return out.getvalue()


NAMES = ["s/b/0.png", "s/a/1.png", "s/a/2.PNG"]


@pytest.fixture(params=["folder", "zip", "tar", "tar.gz"])
def source(request, tmp_path):
    path = tmp_path / f"data.{request.param}"
    if request.param == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for value, name in enumerate([*NAMES, "s/readme.txt", "s/._0.png"]):
                archive.writestr(name, picture(value=value))
        return path
    folder = tmp_path / "folder"
    for value, name in enumerate([*NAMES, "s/readme.txt", "s/._0.png"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture(value=value))
    if request.param == "folder":
        return folder
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        tar.add(folder / "s", "s")
    return path


def test_folders_and_archives_give_the_same_pictures(source):
    samples = list(read_samples([source], 32))
    assert [s.name for s in samples] == ["s/a/1.png", "s/a/2.PNG", "s/b/0.png"]
    assert [int(s.rgb[0, 0, 0]) for s in samples] == [1, 2, 0]
    assert {s.rgb.shape for s in samples} == {(32, 43, 3)}
    assert count_samples([source]) == 3


def test_a_limit_spreads_over_all_sources(source):
    samples = list(read_samples([source, source], None, limit=2))
    assert [s.name for s in samples] == ["s/a/1.png", "s/a/1.png"]
    assert count_samples([source, source], limit=2) == 2


def test_a_seed_draws_the_pictures_by_lot(tmp_path):
    for i in range(30):
        (tmp_path / f"{i:02}.png").write_bytes(picture(value=i))

    def names(seed, limit=5):
        return [s.name for s in read_samples([tmp_path], None, limit, seed)]

    assert names(1) == names(1) == names(1, limit=8)[:5]
    assert len(set(names(1))) == 5
    assert set(names(1)) != set(names(2))
    assert sorted(names(1, limit=None)) == names(None, limit=None)


def test_one_picture_is_a_source(tmp_path):
    (tmp_path / "one.png").write_bytes(picture())
    assert [s.name for s in read_samples([tmp_path / "one.png"], None)] == ["one.png"]


def test_the_short_side_is_the_size_and_panoramas_are_cropped():
    assert decode_image(picture(100, 50), "a", 25).shape == (25, 50, 3)
    assert decode_image(picture(1000, 50), "a", 25).shape == (25, 100, 3)
    assert decode_image(picture(50, 1000), "a", None).shape == (200, 50, 3)


def test_exif_orientation_is_applied():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert decode_image(out.getvalue(), "a", None).shape == (40, 20, 3)


def test_transparent_and_grey_pictures_become_rgb():
    for mode in ("RGBA", "L", "P", "LA", "I;16"):
        out = io.BytesIO()
        Image.new(mode, (20, 20)).save(out, "PNG")
        assert decode_image(out.getvalue(), "a", None).shape == (20, 20, 3)
        assert decode_image(out.getvalue(), "a", None).dtype == np.uint8


def test_the_error_names_a_broken_picture(tmp_path):
    (tmp_path / "broken.png").write_bytes(picture()[:60])
    with pytest.raises(NotAPicture, match=r"broken\.png cannot be read"):
        list(read_samples([tmp_path], 32))


def test_a_missing_path(tmp_path):
    with pytest.raises(InputMissing, match="does not exist"):
        count_samples([tmp_path / "nowhere"])


def test_a_folder_without_pictures(tmp_path):
    with pytest.raises(NothingFound, match="No pictures"):
        list(read_samples([tmp_path], 32))
