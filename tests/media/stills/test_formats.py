"""HEIC, JPEG XL and camera raw: lightness, orientation, profile, depth and metadata."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl
import pytest
import rawpy
import tifffile
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2lab

from autochrome.errors import ExtraMissing, NotAPicture, PictureDamaged, PictureTooLarge
from autochrome.media.stills import open_still, suffix_for
from autochrome.media.stills.result_names import suffix_of_result
from autochrome.photo import colorize_photo
from pictures import COLOR, COLOR16, GREY, GREY16, HEIGHT, P3, WIDTH, opened, pil, whole, with_alpha
from tolerances import TOLERANCES

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
assert pillow_jxl  # its import makes JPEG XL known to Pillow


def exif(turn: int = 1) -> bytes:
    block = Image.Exif()
    block[0x010E], block[0x0112] = "The bridge", turn
    return block.tobytes()


def heic(pixels: NDArray[Any], mode: str, **info: Any) -> bytes:
    """As libheif writes it, without chroma subsampling."""
    file = pillow_heif.from_bytes(
        mode, (pixels.shape[1], pixels.shape[0]), np.ascontiguousarray(pixels).tobytes()
    )
    file.info.update(info)
    buffer = io.BytesIO()
    file.save(buffer, quality=95, chroma=444, **({"exif": info["exif"]} if "exif" in info else {}))
    return buffer.getvalue()


def jxl(pixels: NDArray[Any], **options: Any) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(np.ascontiguousarray(pixels), lossless=True, **options))


def dng(turn: int = 1) -> bytes:
    """A DNG: a grey ramp behind a Bayer pattern, 16 bits, of a camera whose colours are those of sRGB."""
    from_xyz = (3.2404542, -1.5371385, -0.4985314, -0.969266, 1.8760108, 0.041556, 0.0556434, -0.2040259)
    matrix = [part for value in (*from_xyz, 1.0572252) for part in (round(value * 10000), 10000)]
    sensor = np.tile(np.linspace(500, 65535, 96).astype(np.uint16), (64, 1))
    tags: list[tuple[int, int, int, Any, bool]] = [
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),  # DNG version
        (50708, 2, 0, "Test Camera", True),
        (50721, 10, 9, tuple(matrix), True),
        (50728, 5, 3, (1,) * 6, True),  # as-shot neutral
        (50778, 3, 1, 21, True),  # the light of the matrix: D65
        (33421, 3, 2, (2, 2), True),  # the pattern
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50717, 4, 1, 65535, True),  # white
        (274, 3, 1, turn, True),
        (315, 2, 0, "Ansel", True),
    ]
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, sensor, photometric=32803, extratags=tags, metadata=None)
    return buffer.getvalue()


def light(pixels: NDArray[Any]) -> NDArray[Any]:
    scaled = pixels / np.iinfo(pixels.dtype).max
    return np.asarray(rgb2lab(scaled if scaled.ndim == 3 else np.repeat(scaled[..., None], 3, -1))[..., 0])


def from_linear(pixels: NDArray[Any]) -> NDArray[Any]:
    """What imagecodecs says of 16 bits in JPEG XL: they are linear light. libjxl makes a profile of it."""
    linear = pixels / 65535
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(65535 * coded).astype(np.uint16)


TABLE: dict[str, tuple[Callable[[], bytes], str, NDArray[Any], int, float]] = {
    # bytes, format, what was stored, bits, steps of 8 bits that the codec may be wrong
    "heic": (lambda: heic(COLOR, "RGB"), "heic", COLOR, 8, 12),
    "heic grey": (lambda: heic(GREY, "L"), "heic", GREY, 8, 12),
    "heic 10 bits": (lambda: heic(COLOR16, "RGB;16"), "heic", COLOR16, 16, 12),
    "heic alpha": (lambda: heic(with_alpha(COLOR), "RGBA"), "heic", COLOR, 8, 12),
    "jxl": (lambda: jxl(COLOR), "jxl", COLOR, 8, 0),
    "jxl grey": (lambda: jxl(GREY), "jxl", GREY, 8, 0),
    "jxl 16 bits": (lambda: jxl(COLOR16), "jxl", from_linear(COLOR16), 16, 0.02),
    "jxl grey 16 bits": (lambda: jxl(GREY16), "jxl", from_linear(GREY16), 16, 0.02),
    "jxl 10 bits": (lambda: jxl(GREY16 >> 6, bitspersample=10), "jxl", from_linear(GREY16), 16, 3),
    "jxl alpha": (lambda: jxl(with_alpha(COLOR)), "jxl", COLOR, 8, 0),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_pixels_are_those_that_were_stored(name: str, tmp_path: Path) -> None:
    make, kind, stored, depth, steps = TABLE[name]
    path = tmp_path / "picture"
    path.write_bytes(make())
    still = open_still(path)
    assert (still.width, still.height, still.format, still.depth) == (WIDTH, HEIGHT, kind, depth)
    assert (still.alpha, still.notes, still.path) == ("alpha" in name, (), path)
    pixels = whole(still.strips())
    assert pixels.ndim == stored.ndim
    unit = 1 if depth == 8 else 257
    wrong = np.abs(pixels.astype(int) - stored.astype(int)) / unit
    assert wrong.mean() <= steps / 3
    assert np.median(wrong) <= steps / 3


@pytest.mark.parametrize("name", [*TABLE, "dng"])
def test_lightness_stays(name: str, tiny_model: Path, tmp_path: Path) -> None:
    data = dng() if name == "dng" else TABLE[name][0]()
    photo = colorize_photo(data, model=tiny_model)
    before, depth = light(whole(photo.still.strips())), photo.still.depth
    after = light(whole(open_still(photo.save(tmp_path / "result.png")).strips()))
    assert np.abs(after - before).max() <= TOLERANCES[f"lightness, {depth} bit"]


def test_raw_is_developed_to_16_bits_as_libraw_does() -> None:
    still = open_still(dng())
    with rawpy.imread(io.BytesIO(dng())) as raw:
        truth = raw.postprocess(gamma=(2.4, 12.92), output_bps=16, use_camera_wb=True, no_auto_bright=True)
    assert (still.format, still.depth, suffix_for(still)) == ("raw", 16, ".tif")
    np.testing.assert_array_equal(whole(still.strips()), truth)
    assert still.notes == (
        "the camera's raw values were developed: its white balance, sRGB, no automatic brightness",
    )
    ramp = light(truth)[32, 8:-8]
    linear = np.linspace(500, 65535, 96)[8:-8] / 65535
    np.testing.assert_allclose(ramp, 116 * np.cbrt(np.maximum(linear, 0.009)) - 16, atol=1)


def test_pictures_are_upright() -> None:
    """Raw files are turned by their header; EXIF does not turn HEIC and JPEG XL, whose decoders have done it."""
    assert (open_still(dng(6)).width, open_still(dng(6)).height) == (64, 96)
    turned = heic(COLOR, "RGB", exif=exif(6))
    by_pillow_heif = pillow_heif.open_heif(turned)
    assert open_still(turned).width == by_pillow_heif.size[0]
    own = np.asarray(by_pillow_heif)
    np.testing.assert_array_equal(whole(open_still(turned).strips()), own)
    boxed = pil(COLOR, "JXL", exif=exif(6), lossless=True)
    np.testing.assert_array_equal(whole(open_still(boxed).strips()), COLOR)


def test_profiles_are_honoured() -> None:
    plain = whole(open_still(heic(COLOR, "RGB")).strips()).astype(int)
    with_profile = heic(COLOR, "RGB", icc_profile=P3, icc_profile_type="prof")
    assert np.abs(whole(open_still(with_profile).strips()).astype(int) - plain).mean() > 2


@pytest.mark.parametrize("kind", ["heic", "jxl", "jxl packed", "dng"])
def test_words_are_kept(kind: str, tiny_model: Path, tmp_path: Path) -> None:
    data = {
        "heic": lambda: heic(COLOR, "RGB", exif=exif()),
        "jxl": lambda: pil(COLOR, "JXL", exif=exif(), xmp=XMP),
        "jxl packed": lambda: pil(COLOR, "JXL", exif=exif(), xmp=XMP, compress_metadata=True),
        "dng": dng,
    }[kind]()
    result = colorize_photo(data, model=tiny_model).save(tmp_path / "result.jpg")
    tags = opened(result.read_bytes()).getexif()
    assert tags.get(0x010E if kind != "dng" else 0x013B) == ("The bridge" if kind != "dng" else "Ansel")
    assert tags.get(0x0112, 1) == 1
    assert b"compositeWithTrainedAlgorithmicMedia" in result.read_bytes()


def test_a_jpeg_xl_made_of_a_jpeg_becomes_that_jpeg_again() -> None:
    jpeg = pil(COLOR, "JPEG", quality=80, exif=exif(6))
    still = open_still(bytes(imagecodecs.jpegxl_encode_jpeg(jpeg)))
    assert (still.format, still.width) == ("jpg", HEIGHT)
    np.testing.assert_array_equal(whole(still.strips()), whole(open_still(jpeg).strips()))


def test_an_animation_gives_its_first_frame_with_a_note() -> None:
    frames = np.stack([COLOR, 255 - COLOR])
    still = open_still(jxl(frames))
    np.testing.assert_array_equal(whole(still.strips()), COLOR)
    assert still.notes == ("it is animated: only the first frame was read",)


@pytest.mark.parametrize("name", ["heic", "jxl 16 bits", "dng"])
def test_too_many_pixels_are_refused_before_decoding(name: str) -> None:
    data = dng() if name == "dng" else TABLE[name][0]()
    with pytest.raises(PictureTooLarge):
        open_still(data, max_megapixels=0.0005)


@pytest.mark.parametrize("name", ["heic", "jxl", "jxl 16 bits", "dng"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
def test_cut_files_are_one_sentence(name: str, share: float) -> None:
    data = dng() if name == "dng" else TABLE[name][0]()
    with pytest.raises((PictureDamaged, NotAPicture), match=r"get the file again|develop it to TIFF"):
        open_still(data[: int(share * len(data))])


def test_floats_are_refused() -> None:
    with pytest.raises(NotAPicture, match="holds floats"):
        open_still(jxl((COLOR / 255).astype(np.float32)))


@pytest.mark.parametrize(
    ("name", "library", "word"),
    [("heic", "pillow_heif", "HEIC"), ("jxl", "imagecodecs", "JPEG XL"), ("dng", "rawpy", "camera raw")],
)
def test_without_the_extra_one_sentence_names_it(
    name: str, library: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = dng() if name == "dng" else TABLE[name][0]()
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ExtraMissing, match=rf"{word}.*pip install 'autochrome\[formats\]'"):
        open_still(data)


def test_the_names_of_results(tmp_path: Path) -> None:
    """HEIC becomes JPEG where JPEG keeps all of it; raw files become TIFF."""
    for name, suffix in (("heic", ".jpg"), ("heic alpha", ".png"), ("heic 10 bits", ".png")):
        path = tmp_path / f"{name}.HEIC"
        path.write_bytes(TABLE[name][0]())
        assert suffix_of_result(path, ".png") == suffix_for(open_still(path)) == suffix
    assert suffix_of_result(tmp_path / "missing.heic", ".png") == ".jpg"
    assert suffix_of_result(tmp_path / "a.NEF", ".png") == ".tif"
    assert suffix_of_result(tmp_path / "a.jxl", ".png") == suffix_for(open_still(jxl(COLOR))) == ".png"
