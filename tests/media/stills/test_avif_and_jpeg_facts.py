"""The boxes of an AVIF and the segments of a JPEG."""

import struct

import numpy as np
import pytest
from PIL import Image

from autochrome.errors import NotAPicture
from autochrome.media.stills import open_still
from autochrome.media.stills.av1_header import grey_is_full_range
from pictures import COLOR, GREY, pil, whole


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def after_start(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def test_grey_avif_of_limited_range_becomes_full_range() -> None:
    for written in ("full", "limited"):
        data = pil(GREY, "AVIF", quality=100, range=written, subsampling="4:0:0")
        pixels = whole(open_still(data).strips()).reshape(*GREY.shape, -1)[..., 0]
        assert np.abs(pixels.astype(int) - GREY).max() <= 3


@pytest.mark.parametrize("written", ["full", "limited"])
def test_without_a_box_the_stream_says_the_range_of_a_grey_avif(written: str) -> None:
    data = pil(GREY, "AVIF", quality=100, range=written, subsampling="4:0:0").replace(b"colr", b"free")
    pixels = whole(open_still(data).strips()).reshape(*GREY.shape, -1)[..., 0]
    assert np.abs(pixels.astype(int) - GREY).max() <= 3


@pytest.mark.parametrize(("header", "full"), [("0a07196a659e3fca20", False), ("0a07596a659e3fcf10", False)])
def test_the_range_in_the_header_of_a_stream(header: str, full: bool) -> None:
    assert grey_is_full_range(bytes.fromhex(header)) is full
    assert grey_is_full_range(bytes.fromhex(header)[:4]) is None


def test_frames_of_an_animated_avif_are_noted() -> None:
    data = pil(COLOR, "AVIF", save_all=True, append_images=[Image.fromarray(COLOR[::-1].copy())] * 2)
    assert open_still(data).notes == ("3 frames: only the first was read",)


def test_hdr_avif_is_noted() -> None:
    data = pil(COLOR, "AVIF")
    place = data.index(b"nclx")
    hdr = data[: place + 4] + struct.pack(">HH", 9, 16) + data[place + 8 :]
    assert open_still(hdr).notes == (
        "the file is HDR (PQ): its light was read as that of an ordinary picture",
    )


def test_heif_with_another_codec_inside_is_named() -> None:
    data = (
        pil(COLOR, "AVIF")
        .replace(b"av01", b"vvc1")
        .replace(b"ftypavif", b"ftypmif1")
        .replace(b"avif", b"miaf")
    )
    with pytest.raises(NotAPicture, match="HEIF file with VVC inside"):
        open_still(data)


@pytest.mark.parametrize("cut", [20, 40, 80, 150])
def test_a_cut_avif_raises_nothing_strange(cut: int) -> None:
    with pytest.raises(Exception, match="get the file again"):
        open_still(pil(COLOR, "AVIF")[:cut])


def test_a_second_picture_and_a_gain_map_are_noted() -> None:
    entry = struct.pack("<HHII", 0xB001, 4, 1, 2)
    pictures = b"MPF\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    two = after_start(pil(COLOR, "JPEG"), segment(0xE2, pictures))
    assert open_still(two).notes == ("2 pictures in the file: only the first was read",)
    words = b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version='1.0'/>"
    assert open_still(after_start(two, segment(0xE1, words))).notes == ("HDR gain map: left out",)
    assert open_still(pil(COLOR, "JPEG")).notes == ()
