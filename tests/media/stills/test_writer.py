"""Writing pictures: metadata, the limits of formats, and failures."""

import errno
import os
import struct
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageOps, IptcImagePlugin, JpegImagePlugin, TiffImagePlugin

from autochrome.errors import DiskFull, OutputNotWritable
from autochrome.media.stills import Still, open_still
from autochrome.media.stills.iptc import wrapped
from autochrome.provenance import SOURCE_TYPE, describe
from pictures import (
    ALPHA,
    COLOR,
    COLOR16,
    HEIGHT,
    P3,
    WIDTH,
    in_color,
    opened,
    pil,
    png,
    whole,
    with_alpha,
)

KINDS = ["jpg", "png", "tif", "webp", "avif"]
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>"
RECORDS = b"".join(
    struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value
    for number, value in ((5, b"Title"), (80, b"By whom"), (120, b"What one sees"))
)


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = 6  # turned
    tags[0x010F] = "Maker"
    tags[0x0132] = "1931:07:05 10:00:00"
    tags[0x013B] = "Someone"
    tags[0x8298] = "(c) nobody"
    inner = tags.get_ifd(0x8769)
    inner[0x829A] = TiffImagePlugin.IFDRational(1, 125)
    inner[0xA001] = 65535  # some other colour space
    inner[0xA002] = 5
    place = tags.get_ifd(0x8825)
    place[1], place[2] = "N", tuple(TiffImagePlugin.IFDRational(v) for v in (50, 7, 30))
    return tags


def original(kind: str) -> bytes:
    """A rotated picture with all metadata that its format can hold."""
    tags = exif()
    if kind == "tif":
        tags[33723] = RECORDS
    loaded = Image.Exif()
    loaded.load(tags.tobytes())  # Pillow's TIFF writer takes inner directories only from what was loaded
    name = {"jpg": "JPEG", "tif": "TIFF"}.get(kind, kind.upper())
    data = pil(COLOR, name, exif=loaded, xmp=XMP, dpi=(300, 300), icc_profile=P3)
    if kind == "jpg":
        segment = wrapped(RECORDS)
        data = data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
    return data


def saved(still: Still, path: Path, **options: Any) -> Path:
    return still.save(path, in_color(still.strips(8)), **options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_metadata_is_kept(source: str, kind: str, tmp_path: Path) -> None:
    still = open_still(original(source))
    path = saved(still, tmp_path / f"out.{kind}", describe=partial(describe, software="autochrome 1"))
    result = opened(path.read_bytes())
    tags, meant = result.getexif(), exif()
    assert result.size == (HEIGHT, WIDTH)
    assert tags[0x0112] == 1  # it stands upright now, and its orientation tag agrees
    assert [tags[tag] for tag in (0x010F, 0x0132, 0x013B, 0x8298)] == [
        meant[tag] for tag in (0x010F, 0x0132, 0x013B, 0x8298)
    ]
    inner = tags.get_ifd(0x8769)
    assert (float(inner[0x829A]), inner[0xA001], inner[0xA002]) == (1 / 125, 1, HEIGHT)
    assert tags.get_ifd(0x8825)[1] == "N"
    assert [float(v) for v in tags.get_ifd(0x8825)[2]] == [50, 7, 30]
    xmp = result.info.get("xmp") or result.info.get("XML:com.adobe.xmp")
    assert SOURCE_TYPE in (xmp if isinstance(xmp, str) else xmp.decode())
    assert "dpi" not in result.info or source in ("webp", "avif") or round(result.info["dpi"][0]) == 300
    if {source, kind} <= {"jpg", "tif"}:
        found = IptcImagePlugin.getiptcinfo(result)
        assert found == {(2, 5): b"Title", (2, 80): b"By whom", (2, 120): b"What one sees"}
    assert result.info["icc_profile"][16:20] == b"RGB "
    assert result.info["icc_profile"] != P3  # the pixels are sRGB now
    again = open_still(path)
    assert again.notes == ()
    assert again._layout.profile is None


def test_a_pil_picture_keeps_its_metadata(tmp_path: Path) -> None:
    path = saved(open_still(opened(original("jpg"))), tmp_path / "out.jpg")
    result = opened(path.read_bytes())
    assert result.getexif()[0x010F] == "Maker"
    assert round(result.info["dpi"][0]) == 300
    assert IptcImagePlugin.getiptcinfo(result)[(2, 5)] == b"Title"
    assert result.info["xmp"] == XMP


def test_the_thumbnail_in_exif_is_removed(tmp_path: Path) -> None:
    small = pil(COLOR[:8, :8], "JPEG")
    data = pil(COLOR, "JPEG", exif=with_small(exif().tobytes(), small))
    path = saved(open_still(data), tmp_path / "out.jpg")
    assert small in data
    assert small not in path.read_bytes()
    assert opened(path.read_bytes()).getexif()[0x010F] == "Maker"


def with_small(exif: bytes, small: bytes) -> bytes:
    """An EXIF block with a second directory and a thumbnail."""
    order = {b"II": "<", b"MM": ">"}[exif[6:8]]
    (first,) = struct.unpack_from(order + "I", exif, 10)
    (count,) = struct.unpack_from(order + "H", exif, 6 + first)
    at = len(exif) - 6
    block = bytearray(exif)
    struct.pack_into(order + "I", block, 6 + first + 2 + 12 * count, at)
    block += struct.pack(order + "HHHIHH", 3, 0x0103, 3, 1, 6, 0)  # three entries; the first: it is a JPEG
    block += struct.pack(order + "HHII", 0x0201, 4, 1, at + 42)
    block += struct.pack(order + "HHII", 0x0202, 4, 1, len(small))
    return bytes(block) + bytes(4) + small


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("deep", [False, True], ids=["8", "16"])
@pytest.mark.parametrize("alpha", [False, True], ids=["opaque", "alpha"])
def test_depth_and_alpha_are_kept_if_the_format_allows(
    kind: str, deep: bool, alpha: bool, tmp_path: Path
) -> None:
    pixels: NDArray[Any] = COLOR16 if deep else COLOR
    still = open_still(png(with_alpha(pixels) if alpha else pixels))
    path = saved(still, tmp_path / f"out.{kind}", quality=100)
    again = open_still(path)
    assert again.depth == (16 if deep and kind in ("png", "tif", "avif") else 8)
    assert again.alpha == (alpha and kind != "jpg")
    written = pyvips.Image.new_from_file(str(path)).numpy()
    full = 255 if again.depth == 8 else 65535
    if again.alpha:
        np.testing.assert_allclose(written[..., 3] / full, ALPHA / 255, atol=0.001)
    elif not alpha:
        tolerance = {"png": 0, "tif": 0, "jpg": 0.05, "webp": 0.3, "avif": 0.06}[kind]
        if deep and full == 255:
            tolerance += 0.5 / 255
        difference = np.abs(written[..., :3] / full - pixels / (65535 if deep else 255))
        assert difference.max() <= tolerance + 1e-9


def test_jpeg_puts_transparent_pixels_on_white(tmp_path: Path) -> None:
    clear = np.zeros((16, 16, 4), np.uint8)
    path = saved(open_still(clear), tmp_path / "out.jpg")
    assert (np.asarray(opened(path.read_bytes())) == 255).all()


@pytest.mark.parametrize(("quality", "sampling"), [(89, 2), (90, 0), (92, 0)])
def test_jpeg_keeps_chroma_at_full_size_from_quality_90(quality: int, sampling: int, tmp_path: Path) -> None:
    still = open_still(COLOR)
    path = still.save(tmp_path / "out.jpg", still.strips(), quality=quality)
    assert JpegImagePlugin.get_sampling(opened(path.read_bytes())) == sampling


def test_16_bits_to_8_are_rounded(tmp_path: Path) -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    path = saved(open_still(ramp), tmp_path / "out.webp", quality=100)
    mean = np.asarray(opened(path.read_bytes()).convert("L")).astype(float).mean()
    assert mean == pytest.approx((ramp / 257).mean(), abs=0.1)


@pytest.mark.parametrize(
    ("packed", "expected"),
    [(None, 1), ("tiff_adobe_deflate", 8), ("tiff_lzw", 5), ("packbits", 32773), ("jpeg", 7)],
)
def test_a_tiff_keeps_its_compression(packed: str | None, expected: int, tmp_path: Path) -> None:
    still = open_still(pil(COLOR, "TIFF", compression=packed))
    result = opened(saved(still, tmp_path / "out.tif").read_bytes())
    assert result.tag_v2[259] == expected
    if packed != "jpeg":
        np.testing.assert_array_equal(np.asarray(result), COLOR)


def test_a_written_size_of_its_own(tmp_path: Path) -> None:
    """As for before and after side by side: alpha is left out."""
    still = open_still(png(with_alpha(COLOR)))
    pairs = (np.concatenate((strip, strip[:, ::-1]), 1) for strip in still.strips(5))
    path = still.save(tmp_path / "out.png", pairs, width=2 * WIDTH)
    np.testing.assert_array_equal(
        np.asarray(opened(path.read_bytes())), np.concatenate((COLOR, COLOR[:, ::-1]), 1)
    )


def test_a_rotated_picture_keeps_its_alpha(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x0112] = 8
    data = pil(with_alpha(COLOR), "PNG", exif=tags)
    path = saved(open_still(data), tmp_path / "out.png")
    expected = np.asarray(ImageOps.exif_transpose(opened(data)))
    np.testing.assert_array_equal(np.asarray(opened(path.read_bytes())), expected)


def test_a_tiff_with_a_long_name_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"odd \xff name")
    folder.mkdir()
    (folder / "in.png").write_bytes(png(COLOR))
    path = folder / ("n" * 250 + ".tif")
    saved(open_still(folder / "in.png"), path)
    np.testing.assert_array_equal(whole(open_still(path).strips()), COLOR)


class Mine(Exception):
    """An error that does not come from libvips."""


def failing(strips: Iterator[NDArray[Any]], after: int, error: BaseException) -> Iterator[NDArray[Any]]:
    for number, strip in enumerate(strips):
        if number == after:
            raise error
        yield strip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize(
    "error", [Mine("here"), KeyboardInterrupt(), OSError(errno.ENOSPC, "not of the output")]
)
def test_an_error_in_making_strips_comes_out_unchanged(
    kind: str, after: int, error: BaseException, tmp_path: Path
) -> None:
    path = tmp_path / f"out.{kind}"
    path.write_bytes(b"what stood there before")
    still = open_still(COLOR)
    with pytest.raises(type(error)) as caught:
        still.save(path, failing(still.strips(6), after, error))
    assert caught.value is error
    assert path.read_bytes() == b"what stood there before"
    assert list(tmp_path.iterdir()) == [path]
    assert not [thread for thread in threading.enumerate() if thread.name == "autochrome-encoder"]


@pytest.mark.parametrize(
    "strips",
    [
        [],
        [COLOR[:-1]],
        [COLOR, COLOR[:1]],
        [COLOR[:, :-1]],
        [COLOR[..., 0]],
        [COLOR[:5], COLOR16[5:]],
        [COLOR.astype(float)],
    ],
    ids=["none", "too few rows", "too many rows", "narrow", "grey", "two depths", "floats"],
)
def test_strips_that_are_not_the_picture_are_refused(strips: list[NDArray[Any]], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="strip"):
        open_still(COLOR).save(tmp_path / "out.png", strips)
    assert list(tmp_path.iterdir()) == []


def test_strips_may_have_any_number_of_rows(tmp_path: Path) -> None:
    cuts = np.split(COLOR, [1, 1, 4, 20])
    path = open_still(COLOR).save(tmp_path / "out.png", cuts)
    np.testing.assert_array_equal(np.asarray(opened(path.read_bytes())), COLOR)


@pytest.mark.parametrize("name", ["out", "out.bmp", "out.heic", "out.gif", "out.jpg.exe"])
def test_names_of_formats_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match=r"ends in one of \.jpg"):
        saved(open_still(COLOR), tmp_path / name)


@pytest.mark.parametrize("name", ["missing/out.png", "file/out.png", "folder.png"])
def test_outputs_that_cannot_be_written(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputNotWritable):
        saved(open_still(COLOR), tmp_path / name)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_folder_without_permission(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated, since root may open every file."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputNotWritable, match=os.strerror(code)):
        saved(open_still(COLOR), tmp_path / "out.png")


@pytest.mark.parametrize(
    ("suffix", "size"), [(".jpg", (1, 65501)), (".webp", (16384, 1)), (".avif", (1, 16385))]
)
def test_more_pixels_than_a_format_can_hold(suffix: str, size: tuple[int, int], tmp_path: Path) -> None:
    level = np.zeros(size, np.uint8)
    with pytest.raises(OutputNotWritable, match=r"write \.tif or \.png"):
        saved(open_still(level), tmp_path / f"out{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("room", [0, 5_000])
def test_a_full_disk(kind: str, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise of 43 kB onto a disk with less room."""
    taken = 0
    whole_write = os.write

    class Full:
        def __init__(self, path: Path) -> None:
            self.number = os.open(path, os.O_RDWR)

        def write(self, data: memoryview) -> int:
            nonlocal taken
            if taken >= room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            piece = data[: min(len(data), room - taken)]
            taken += len(piece)
            return whole_write(self.number, piece)

        def read(self, size: int) -> bytes:
            return os.read(self.number, size)

        def seek(self, offset: int, whence: int) -> int:
            return os.lseek(self.number, offset, whence)

        def close(self) -> None:
            os.close(self.number)

    plain = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda path, mode="r", *a, **k: Full(path) if mode == "w+b" else plain(path, mode, *a, **k),
    )
    noise = np.random.default_rng(0).integers(0, 256, (120, 120, 3), np.uint8)
    with pytest.raises(DiskFull, match="disk is full"):
        saved(open_still(noise), tmp_path / f"out.{kind}")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_never_whole_in_memory(tmp_path: Path) -> None:
    """Strips are drawn as the encoder takes them, a few ahead, not all at once."""
    height, width, rows = 4000, 500, 20
    behind: list[int] = []  # bytes drawn and not yet in the file

    def strips() -> Iterator[NDArray[np.uint8]]:
        for number in range(height // rows):
            there = sum(path.stat().st_size for path in tmp_path.iterdir())
            behind.append(number * rows * width * 3 - there)
            yield np.zeros((rows, width, 3), np.uint8)

    path = open_still(np.zeros((height, width), np.uint8)).save(tmp_path / "out.tif", strips())
    assert open_still(path).height == height
    assert max(behind) < height * width * 3 * 0.75
