"""Every kind of file that is not read gets one true sentence: what it is, and what to do."""

import pytest

from autochrome.errors import NotAPicture
from autochrome.media.stills.kinds import HEAD, kind_of


def box(*brands: bytes) -> bytes:
    return (
        (16 + 4 * (len(brands) - 1)).to_bytes(4, "big")
        + b"ftyp"
        + brands[0]
        + bytes(4)
        + b"".join(brands[1:])
    )


REFUSED = {
    "Photoshop": (b"8BPS\0\1", "a Photoshop file"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    "film": (box(b"isom", b"isom", b"avc1"), "a film"),
    "Matroska": (b"\x1aE\xdf\xa3", "a film"),
    "EXR": (b"\x76\x2f\x31\x01\2\0\0\0", "OpenEXR"),
    "DPX": (b"SDPX\0\0\x20\0", "DPX"),
    "PNM": (b"P5\n3 2\n255\n", "Netpbm"),
    "SVG": (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG"),
    "web page": (b"\n<!DOCTYPE html><html><head>", "a web page"),
    "LFS": (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
    "gzip": (b"\x1f\x8b\x08", "unpack it"),
    "tar": (bytes(257) + b"ustar\0", "an archive"),
    "text": (b"Dear diary", "not a picture in a format that is read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_kind_says_what_it_is_and_what_to_do(name: str) -> None:
    head, words = REFUSED[name]
    with pytest.raises(NotAPicture, match=words) as caught:
        kind_of(head.ljust(HEAD, b"\0"), "a.jpg")
    assert str(caught.value).startswith("a.jpg: this ")
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\xff\x0a\xfa", "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
        (box(b"heic", b"mif1", b"heic"), "heic"),
        (box(b"mif1", b"mif1", b"heic", b"hevc"), "heic"),
        (box(b"crx ", b"crx ", b"isom"), "raw"),
        (b"FUJIFILMCCD-RAW 0201", "raw"),
        (b"IIRO\x08\0\0\0", "raw"),
        (b"IIU\0\x18\0\0\0", "raw"),
    ],
)
def test_formats_of_the_extra_are_known(head: bytes, kind: str) -> None:
    assert kind_of(head.ljust(HEAD, b"\0"), "a") == kind


def test_avif_is_known_by_any_of_its_brands() -> None:
    assert kind_of(box(b"avif", b"mif1"), "a") == kind_of(box(b"mif1", b"avif"), "a") == "avif"
