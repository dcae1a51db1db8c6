"""Files that cannot be read: each has its own error, one sentence, and nothing on stderr."""

import contextlib
import errno
import io
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image

from autochrome.errors import (
    AutochromeError,
    DiskFull,
    InputEmpty,
    InputError,
    InputMissing,
    InputUnreadable,
    NoMemory,
    NotAPicture,
    PictureDamaged,
    PictureTooLarge,
)
from autochrome.media.stills import open_still
from autochrome.media.stills.reader import reading
from pictures import COLOR, GREY, in_color, pil, png, tiff, whole, with_alpha

LARGE = np.asarray(Image.fromarray(COLOR).resize((160, 120)))
WHOLE = {
    "jpg": pil(LARGE, "JPEG"),
    "jpg progressive": pil(LARGE, "JPEG", progressive=True),
    "png": pil(LARGE, "PNG"),
    "tif": pil(LARGE, "TIFF"),
    "tif lzw": pil(LARGE, "TIFF", compression="tiff_lzw"),
    "webp": pil(LARGE, "WEBP"),
    "avif": pil(LARGE, "AVIF"),
    "gif": pil(LARGE, "GIF"),
    "bmp": pil(LARGE, "BMP"),
    "bmp palette": pil(LARGE, "BMP", "P"),
}


def read_all(source: Any, **options: Any) -> None:
    with open_still(source, **options) as still:
        still.read_small(32)
        whole(still.strips())


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", WHOLE)
def test_an_incomplete_file(kind: str, share: float) -> None:
    data = WHOLE[kind]
    if kind.startswith(("jpg", "png", "tif", "webp")) and (share > 0.5 or "progressive" in kind):
        return  # read as far as it goes: see test_damage.py and test_cut_files.py
    with pytest.raises(PictureDamaged, match=r"get the file again") as caught:
        read_all(data[: int(len(data) * share)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "kind", [kind for kind in WHOLE if not kind.startswith(("jpg", "png", "tif", "webp"))]
)
def test_small_and_strips_both_raise_the_error(kind: str) -> None:
    data = WHOLE[kind][: int(len(WHOLE[kind]) * 0.9)]
    for look in (lambda still: still.read_small(16), lambda still: whole(still.strips())):
        with pytest.raises(PictureDamaged):
            look(open_still(data))


NO_PICTURES = {
    "text": b"Dear diary, today I did not take a picture.",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    "zip": b"PK\3\4" + bytes(99),
    "film": b"\0\0\0\x18ftypisom" + bytes(99),
    "zeros": bytes(500),
    "one byte": b"\xff",
    "bmp packed": WHOLE["bmp palette"][:30] + struct.pack("<I", 1) + WHOLE["bmp palette"][34:],
    "tif float": tiff(GREY.astype(np.float32)),
    "tif 32 bit": tiff(GREY.astype(np.uint32)),
    "tif signed": tiff(GREY.astype(np.int16)),
    "tif lab": pil(COLOR, "TIFF", "LAB"),
    "tif lzma": pil(COLOR, "TIFF", compression="lzma"),
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_unsupported_formats(name: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(NO_PICTURES[name])
    with pytest.raises(NotAPicture, match=r"holiday\.jpg: .*(give|save it|get|unpack|use|scale)"):
        read_all(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"lost\.jpg: there is no such file"):
        open_still(tmp_path / "lost.jpg")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputMissing):
        open_still(tmp_path / "file" / "below.jpg")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(InputEmpty, match="empty"):
        open_still(tmp_path / "empty.png")
    with pytest.raises(InputEmpty):
        open_still(b"")


def test_a_folder_a_pipe_and_an_invalid_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")  # opening it would wait for ever
    for path, words in ((tmp_path, "folder"), (tmp_path / "pipe.jpg", "regular"), (Path("a\0b"), "opened")):
        with pytest.raises(InputUnreadable, match=words):
            open_still(path)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated, since root may open every file."""
    (tmp_path / "p.png").write_bytes(png(COLOR))

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputUnreadable, match="Permission denied"):
        open_still(tmp_path / "p.png")


def bomb(width: int, height: int) -> bytes:
    """A small PNG whose header names a large size."""
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk + png(COLOR)[33:]


@pytest.mark.parametrize(
    "data",
    [
        bomb(50_000, 50_000),
        WHOLE["bmp"][:18] + struct.pack("<ii", 50_000, -50_000) + WHOLE["bmp"][26:],
    ],
    ids=["png", "bmp"],
)
def test_a_picture_that_is_too_large_is_refused_by_its_header(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bomb").write_bytes(data)
    for source in (data, tmp_path / "bomb"):
        with pytest.raises(PictureTooLarge, match="2500 megapixels, more than the 1000 allowed"):
            open_still(source)


def test_the_limit_on_megapixels() -> None:
    level = np.zeros((1000, 2000), np.uint8)
    assert open_still(level, max_megapixels=2).width == 2000
    with pytest.raises(PictureTooLarge):
        open_still(level, max_megapixels=1.99)


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.zeros((0, 5), np.uint8), InputEmpty),
        (np.zeros((5, 0, 3), np.uint8), InputEmpty),
        (np.zeros((5, 5, 0), np.uint8), InputEmpty),
        (np.zeros(5, np.uint8), NotAPicture),
        (np.zeros((5, 5, 5), np.uint8), NotAPicture),
        (np.zeros((2, 5, 5, 3), np.uint8), NotAPicture),
        (np.zeros((5, 5), np.int64), NotAPicture),
        (np.zeros((5, 5), complex), NotAPicture),
        (np.zeros((5, 5), object), NotAPicture),
        (np.full((5, 5), np.nan), NotAPicture),
        (np.full((5, 5), 1.01), NotAPicture),
        (np.full((5, 5), -0.01, np.float32), NotAPicture),
        (Image.new("RGB", (0, 4)), InputEmpty),
        (Image.new("F", (4, 4), 7.5), NotAPicture),
        (Image.new("I", (4, 4), 70000), NotAPicture),
    ],
    ids=lambda value: getattr(
        value, "__name__", type(value).__name__
    ),  # never an address: workers must agree
)
def test_arrays_that_are_refused(array: NDArray[Any], error: type[AutochromeError]) -> None:
    with pytest.raises(error):
        open_still(array)


BEFORE_THE_TABLES = WHOLE["jpg"].index(b"\xff\xdb")
HARMLESS = {
    "rubbish behind a jpg": WHOLE["jpg"] + b"rubbish" * 9,
    "rubbish inside a jpg": WHOLE["jpg"][:BEFORE_THE_TABLES] + b"\0\0" + WHOLE["jpg"][BEFORE_THE_TABLES:],
    "rubbish behind a png": WHOLE["png"] + b"rubbish",
    "a tag of one's own": tiff(LARGE, photometric="rgb", extratags=[(65000, "s", None, "mine", True)]),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_faults_are_no_error(name: str) -> None:
    assert whole(open_still(HARMLESS[name]).strips()).shape == LARGE.shape


def test_too_little_memory_and_a_full_disk_have_their_own_errors() -> None:
    for words, error, code in (
        ("out of memory -- size 9MB", NoMemory, 51),
        ("No space left on device", None, 23),
    ):
        with pytest.raises(error or AutochromeError) as caught, reading("p.png"):
            raise pyvips.Error("unable", words)
        assert caught.value.exit_code == code


def test_a_full_temporary_folder_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DiskFull, match="TMPDIR"), reading("p.png"):
        raise pyvips.Error(
            "unable", "target: write error\nsystem error: No space left on device\nTIFF write failed"
        )

    def refuse() -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("autochrome.media.stills.reader._IN_MEMORY", 0)
    exif = Image.Exif()
    exif[0x0112] = 6
    with pytest.raises(DiskFull, match="TMPDIR"):
        whole(open_still(pil(COLOR, "JPEG", exif=exif)).strips())


def test_very_long_rows_are_refused() -> None:
    with pytest.raises(PictureTooLarge, match="rows of 1000001 pixels"):
        open_still(np.zeros((1, 1_000_001), np.uint8))


def test_every_reading_error_is_an_input_error() -> None:
    for error in (InputMissing, InputUnreadable, InputEmpty, NotAPicture, PictureDamaged, PictureTooLarge):
        assert issubclass(error, InputError)


def test_nothing_is_printed_on_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Damaged files make libvips, libtiff and GLib print messages; a very large resolution even GLib's type system."""
    fine = WHOLE["bmp"][:38] + struct.pack("<ii", 2_000_000_000, 2_000_000_000) + WHOLE["bmp"][46:]
    for data in [
        *(data[: len(data) * 2 // 3] for data in WHOLE.values()),
        fine,
        pil(COLOR, "PNG", dpi=(4e7, 4e7)),
    ]:
        with contextlib.suppress(PictureDamaged):
            still = open_still(data)
            still.save(tmp_path / "out.png", in_color(still.strips()))
    captured = capfd.readouterr()
    assert captured.err == ""
    assert captured.out == ""


def test_memory_of_the_source_is_kept_alive() -> None:
    """Only the picture has a reference to its bytes or its array."""
    import gc

    still = open_still(bytes(bytearray(png(with_alpha(COLOR)))))
    other = open_still(COLOR.copy())
    gc.collect()
    scratch = [io.BytesIO(os.urandom(5000)) for _ in range(100)]
    np.testing.assert_array_equal(whole(still.strips(3)), COLOR)
    np.testing.assert_array_equal(whole(other.strips(3)), COLOR)
    assert len(scratch) == 100
