"""The way of a photo, whole, with a tiny network."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from PIL import Image
from skimage import data
from skimage.color import rgb2lab

from autochrome import FilmOptions, Hints, PhotoOptions, colorize_film, colorize_photo, open_model
from autochrome.errors import HintsError, OutputExists, PictureTooLarge, SameFile, UsageError
from autochrome.hints.file import HintsFile
from tiny import Graph, plane, tiny_tint
from tolerances import TOLERANCES


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return open_model(tiny_tint(tmp_path_factory.mktemp("model") / "tiny.onnx"), device="cpu")


@pytest.fixture(scope="module")
def cat():
    """A grey photograph, (300, 451) uint8."""
    return np.asarray(Image.fromarray(data.chelsea()).convert("L"))


def _light(pixels):
    rgb = pixels / np.iinfo(pixels.dtype).max
    return rgb2lab(rgb if rgb.ndim == 3 else np.repeat(rgb[..., None], 3, axis=-1))[..., 0]


def _chroma(pixels):
    return np.hypot(*np.moveaxis(rgb2lab(pixels / np.iinfo(pixels.dtype).max)[..., 1:], -1, 0))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("kind", ["png", "tif"])
@pytest.mark.parametrize("sepia", [False, True])
def test_the_lightness_promise_from_file_to_file(tmp_path, network, cat, depth, kind, sepia):
    picture = cat if depth == 8 else cat.astype(np.uint16) * 257
    if sepia:
        picture = (picture[..., None] * [1.0, 0.9, 0.7]).astype(picture.dtype)
    source = tmp_path / f"cat.{kind}"
    colorize_photo(picture, model=network, options=PhotoOptions(vivid=0)).still.save(
        source, iter([picture if sepia else np.repeat(picture[..., None], 3, axis=-1)])
    )
    saved = colorize_photo(source, model=network).save(tmp_path / f"color.{kind}")
    colored = colorize_photo(saved, model=network)
    assert colored.still.depth == depth
    pixels = np.concatenate(list(colored.still.strips()))
    assert _chroma(pixels).mean() > 1
    assert np.abs(_light(pixels) - _light(picture)).max() <= TOLERANCES[f"lightness, {depth} bit"]


@settings(max_examples=60, deadline=None)
@given(
    some.arrays(
        st.sampled_from([np.uint8, np.uint16]),
        st.tuples(st.integers(1, 70), st.integers(1, 70))
        | st.tuples(st.integers(1, 70), st.integers(1, 70), st.sampled_from([3, 4])),
    )
)
def test_any_array_keeps_its_lightness(network, pixels):
    photo = colorize_photo(pixels, model=network, options=PhotoOptions(size=64))
    assert photo.image.shape == (*pixels.shape[:2], 3)
    assert photo.image.dtype == pixels.dtype
    drift = np.abs(_light(photo.image) - _light(pixels if pixels.ndim == 2 else pixels[..., :3])).max()
    assert drift <= TOLERANCES[f"lightness, {8 * pixels.dtype.itemsize} bit"]


def test_every_kind_of_source_is_the_same_picture(tmp_path, network, cat):
    path = tmp_path / "cat.png"
    Image.fromarray(cat).save(path)
    images = [
        colorize_photo(source, model=network).image
        for source in (path, str(path), path.read_bytes(), cat, Image.fromarray(cat))
    ]
    assert all((image == images[0]).all() for image in images)


def test_vivid_zero_is_grey(network, cat):
    assert (colorize_photo(cat, model=network, options=PhotoOptions(vivid=0)).image == cat[..., None]).all()


def test_a_painted_point_is_seen_there(network, cat):
    plain = colorize_photo(cat, model=network)
    hints = HintsFile.model_validate(
        {"version": 1, "points": [{"x": 0.25, "y": 0.5, "color": "#d02020", "radius": 0.05}]}
    )
    painted = colorize_photo(cat, model=network, hints=hints)
    redder = rgb2lab(painted.image / 255)[..., 1] - rgb2lab(plain.image / 255)[..., 1]
    assert redder[140:160, 105:120].mean() > redder[140:160, 380:400].mean() + 2


def test_hints_of_any_size_fit_any_picture(network, cat):
    hints = Hints(np.full((10, 15, 2), 30, np.float32), np.ones((10, 15), np.float32))
    assert _chroma(colorize_photo(cat, model=network, hints=hints).image).mean() > 2


def test_a_hints_file_is_read_and_a_wrong_one_refused(tmp_path, network, cat):
    (tmp_path / "hints.json").write_text('{"version": 1, "dots": []}')
    with pytest.raises(HintsError, match="dots"):
        colorize_photo(cat, model=network, hints=tmp_path / "hints.json")


@pytest.mark.parametrize("wish", [{"hints": Hints.none(4, 4)}, {"options": PhotoOptions(keep_color=True)}])
def test_a_network_that_takes_no_hints_says_so(tmp_path, wish):
    deaf = Graph()
    deaf.scaled(deaf.conv("luma", 1, 2), 20.0, out="ab")
    path = deaf.save(tmp_path / "deaf.onnx", {"luma": plane(1)}, {"ab": plane(2)})
    with pytest.raises(UsageError, match="no hints"):
        colorize_photo(data.astronaut(), model=open_model(path, contract="lab-luma"), **wish)


def test_keep_color_believes_what_is_left(network):
    picture = np.asarray(Image.fromarray(data.coffee()).resize((150, 100)))
    keep, forget = (
        colorize_photo(picture, model=network, options=PhotoOptions(size=64, keep_color=k)).image
        for k in (True, False)
    )
    truth = rgb2lab(picture / 255)[..., 1:]
    error_kept, error_forgotten = (
        np.abs(rgb2lab(image / 255)[..., 1:] - truth).mean() for image in (keep, forget)
    )
    assert error_kept < 0.8 * error_forgotten


def test_the_comparison_is_before_beside_after(tmp_path, network, cat):
    photo = colorize_photo(cat, model=network)
    both = np.asarray(Image.open(photo.save_comparison(tmp_path / "both.png")))
    assert both.shape == (300, 902, 3)
    assert (both[:, :451] == cat[..., None]).all()
    assert (both[:, 451:] == photo.image).all()


def test_the_mark_is_only_in_its_corner(network, cat):
    plain, marked = (
        colorize_photo(cat, model=network, options=PhotoOptions(mark=m)).image for m in (False, True)
    )
    changed = (plain != marked).any(axis=-1)
    assert changed.any()
    assert not changed[:250, :400].any()


def test_nothing_is_overwritten_unasked(tmp_path, network, cat):
    source = tmp_path / "cat.png"
    Image.fromarray(cat).save(source)
    photo = colorize_photo(source, model=network)
    with pytest.raises(SameFile):
        photo.save(source, overwrite=True)
    target = photo.save(tmp_path / "color.png")
    with pytest.raises(OutputExists):
        photo.save(target)
    assert photo.save(target, overwrite=True) == target


def test_the_file_says_who_made_its_colours(tmp_path, network, cat):
    saved = colorize_photo(cat, model=network).save(tmp_path / "color.jpg").read_bytes()
    assert b"compositeWithTrainedAlgorithmicMedia" in saved
    assert b"autochrome" in saved


def test_too_many_pixels_are_refused(network, cat):
    with pytest.raises(PictureTooLarge):
        colorize_photo(cat, model=network, options=PhotoOptions(max_megapixels=0.1))


def test_what_the_network_says_of_itself(network, cat):
    photo = colorize_photo(cat, model=network)
    assert photo.seconds > 0
    assert photo.confidence is not None
    assert photo.confidence.min() >= 0
    assert photo.confidence.max() <= 1


@pytest.mark.slow
def test_memory_does_not_grow_with_the_picture(tmp_path, network):
    """60 megapixels are 180 MB as RGB: never whole in memory.

    Asked of /proc: `ru_maxrss` of a child begins with the memory of the process that started it.
    """
    script = (
        "import sys\n"
        "from autochrome import colorize_photo\n"
        "colorize_photo(sys.argv[1], model=sys.argv[2]).save(sys.argv[1] + '.color.tif')\n"
        "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(int(peak[0]) // 1024)\n"
    )
    model = tiny_tint(tmp_path / "tiny.onnx")
    peaks = []
    for side in (1000, 8000):
        path = tmp_path / f"{side}.tif"
        Image.fromarray(np.arange(side * side, dtype=np.uint32).reshape(side, side).astype(np.uint8)).save(
            path
        )
        run = subprocess.run(
            [sys.executable, "-c", script, path, model], capture_output=True, text=True, check=True
        )
        peaks.append(int(run.stdout))
    assert peaks[1] - peaks[0] < 100
    assert Path(f"{tmp_path / '8000.tif'}.color.tif").stat().st_size > 8000 * 8000


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory, cat):
    path = tmp_path_factory.mktemp("jpeg") / "cat.jpg"
    Image.fromarray(cat).save(path)
    return path


def test_open_files_are_read_and_written(tmp_path, network, jpeg):
    with jpeg.open("rb") as file:
        photo = colorize_photo(file, model=network)
    buffer = io.BytesIO()
    assert photo.save(buffer) is None
    assert buffer.getvalue() == photo.save(tmp_path / "b.jpg").read_bytes()
    with pytest.raises(UsageError, match="mode 'rb'"):
        colorize_photo(io.StringIO("text"), model=network)
    with pytest.raises(UsageError, match="cannot be of the type int"):
        colorize_photo(7, model=network)


def test_the_picture_in_a_notebook_and_as_an_array(network, cat):
    photo = colorize_photo(cat, model=network)
    assert repr(photo) == "<Photo array, 451×300, 8 bit, in colour>"
    shown = np.asarray(Image.open(io.BytesIO(photo._repr_png_())))
    assert shown.shape == (300, 451, 3)
    assert np.abs(shown.astype(int) - photo.image).mean() < 1
    np.testing.assert_array_equal(np.asarray(photo), photo.image)
    assert np.asarray(photo, np.float32).dtype == np.float32
    assert photo.pil.size == (451, 300)
    np.testing.assert_array_equal(np.asarray(photo.pil), photo.image)


@pytest.mark.parametrize("shape", [(2000, 1500), (300, 4000)])
def test_a_large_picture_is_shown_small(network, shape):
    photo = colorize_photo(np.full(shape, 90, np.uint16), model=network)
    scale = 1024 / max(shape)
    assert photo.small_image(1024).shape == (round(shape[0] * scale), round(shape[1] * scale), 3)
    assert photo.pil.mode == "RGB"


def test_hints_may_be_a_dictionary(network, cat):
    marks = {"points": [{"x": 0.5, "y": 0.5, "color": "brick", "radius": 0.1}]}
    hinted = colorize_photo(cat, model=network, hints=marks).image
    same = colorize_photo(cat, model=network, hints=HintsFile.model_validate({"version": 1, **marks})).image
    np.testing.assert_array_equal(hinted, same)
    with pytest.raises(HintsError, match=r"unknown field 'dots'"):
        colorize_photo(cat, model=network, hints={"dots": []})
    with pytest.raises(HintsError, match="cannot be of the type int"):
        colorize_photo(cat, model=network, hints=3)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PhotoOptions(vivid=5), "^vivid = 5: must be at most 2.$"),
        (lambda: PhotoOptions(vivd=1), "^vivd = 1: there is no such option.$"),
        (
            lambda: FilmOptions(codec="x"),
            "^codec = 'x': must be auto, like, h264, hevc, ffv1, prores, dnxhr or vp9.$",
        ),
        (lambda: colorize_photo("a.jpg", options=FilmOptions()), "must be PhotoOptions, not FilmOptions"),
        (
            lambda: colorize_film("a.mp4", "b.mp4", options=PhotoOptions()),
            "must be FilmOptions, not PhotoOptions",
        ),
    ],
)
def test_options_that_cannot_be_are_an_error_of_ours(make, says):
    with pytest.raises(UsageError, match=says):
        make()
