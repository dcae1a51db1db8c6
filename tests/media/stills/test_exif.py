"""Metadata in TIFF directories, compared with Pillow."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from autochrome.media.stills import exif as metadata
from pictures import COLOR, tiff


def exif_block() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x0112] = "Maker", "1931:07:05 10:00:00", 6
    inner = exif.get_ifd(0x8769)
    inner[0x829A], inner[0x9286] = TiffImagePlugin.IFDRational(1, 125), b"ASCII\0\0\0a word"
    inner[0x9003], inner[0x8827] = "1931:07:05 09:59:59", 400
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "S", tuple(TiffImagePlugin.IFDRational(v, 10) for v in (500, 70, 301))
    return exif


def read_by_pillow(block: bytes) -> tuple[dict[int, object], dict[int, object], dict[int, object]]:
    exif = Image.Exif()
    exif.load(block)
    return dict(exif), dict(exif.get_ifd(0x8769)), dict(exif.get_ifd(0x8825))


@pytest.mark.parametrize("endian", ["<", ">"])
def test_a_block_is_the_same_after_reading_and_writing(endian: str) -> None:
    exif = exif_block()
    exif.endian = endian
    block = exif.tobytes()
    before = read_by_pillow(block)
    after = read_by_pillow(metadata.block_of(metadata.read_block(block)) or b"")
    assert after[1:] == before[1:]
    assert {tag: value for tag, value in after[0].items() if tag < 0x8000} == {
        tag: value for tag, value in before[0].items() if tag < 0x8000
    }


def test_only_descriptive_entries_are_kept() -> None:
    kept = metadata.descriptive(metadata.read_block(exif_block().tobytes()))
    assert set(kept) == {0x010F, 0x0132, metadata.EXIF, metadata.GPS}  # not which way it was turned
    assert metadata.block_of({}) is None


@pytest.mark.parametrize("big", [False, True], ids=["classic", "big"])
def test_metadata_is_added_to_a_tiff(big: bool, tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    path.write_bytes(
        tiff(COLOR, photometric="rgb", bigtiff=big, datetime="2001:01:01 00:00:00", software=False)
    )
    metadata.add_to_tiff(path, metadata.tiff_metadata(exif_block().tobytes(), b"\x1c\2\5\0\1A"), 3, 4)
    picture = Image.open(io.BytesIO(path.read_bytes()))
    exif = picture.getexif()
    assert exif[0x010F] == "Maker"
    assert exif[0x0132] == "2001:01:01 00:00:00"  # what the file has already stays
    assert float(exif.get_ifd(0x8769)[0x829A]) == 1 / 125
    assert exif.get_ifd(0x8825)[1] == "S"
    assert picture.tag_v2[33723] == b"\x1c\2\5\0\1A"
    assert picture.tobytes() == COLOR.tobytes()


def test_no_metadata_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    path.write_bytes(before := tiff(COLOR, photometric="rgb"))
    metadata.add_to_tiff(path, {}, 3, 4)
    assert path.read_bytes() == before


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damaged_entries_are_left_out_without_an_error(noise: bytes, place: int) -> None:
    block = bytearray(exif_block().tobytes())
    block[place : place + len(noise)] = noise
    metadata.block_of(metadata.descriptive(metadata.read_block(bytes(block))))


def test_a_directory_that_contains_itself() -> None:
    """Its EXIF pointer points to itself: reading stops at the second level."""
    block = metadata.block_of({metadata.EXIF: metadata.Entry(4, 1, (8).to_bytes(4, "little"))}) or b""
    found = metadata.read_block(block)
    inner = found[metadata.EXIF].below
    assert inner is not None
    assert inner[metadata.EXIF].below is None
