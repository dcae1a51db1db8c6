"""EXIF and XMP of a JPEG that need several segments, and what a format cannot hold."""

import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from autochrome.media.stills import open_still
from autochrome.media.stills.iptc import records
from autochrome.media.stills.xmp_segments import EXTENSION, PACKET, join_extension, xmp_segments
from pictures import COLOR, COLOR16, in_color, opened, pil, png, with_alpha

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
IPTC = b"\x1c\x02\x50\0\x06Atelie"


def packet(**words: str) -> bytes:
    root = ET.Element("{adobe:ns:meta/}xmpmeta")
    inner = ET.SubElement(
        ET.SubElement(root, f"{{{RDF}}}RDF"), f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""}
    )
    for name, value in words.items():
        ET.SubElement(inner, f"{{{DC}}}{name}").text = value
    return bytes(ET.tostring(root))


def segment(data: bytes) -> bytes:
    return struct.pack(">HH", 0xFFE1, len(data) + 2) + data


def with_segments(*contents: bytes) -> bytes:
    data = pil(COLOR, "JPEG")
    return data[:2] + b"".join(map(segment, contents)) + data[2:]


def words_of(xmp: bytes) -> dict[str, str]:
    elements = ET.fromstring(xmp).iter()
    return {e.tag.removeprefix(f"{{{DC}}}"): e.text or "" for e in elements if e.tag.startswith(f"{{{DC}}}")}


def saved(data: bytes, target: Path) -> tuple[bytes, tuple[str, ...]]:
    with open_still(data) as still:
        still.save(target, in_color(still.strips()), describe=lambda old: old or packet())
        return target.read_bytes(), still.notes


LONG = packet(title="Bridge", description="x" * 150_000, creator="Grandma")


def test_a_long_packet_is_split_and_joined() -> None:
    main, *parts = xmp_segments(LONG)
    assert all(len(part) < 65_534 for part in (main, *parts))
    assert len(parts) == 3
    assert "description" not in words_of(main.removeprefix(PACKET))
    joined = join_extension(main.removeprefix(PACKET), [part.removeprefix(EXTENSION) for part in parts])
    assert joined is not None
    assert words_of(joined) == words_of(LONG)
    assert b"HasExtendedXMP" not in joined


def test_a_jpeg_keeps_long_xmp(tmp_path: Path) -> None:
    source = with_segments(*xmp_segments(LONG))
    data, notes = saved(source, tmp_path / "a.jpg")
    assert notes == ()
    assert opened(data).size == (COLOR.shape[1], COLOR.shape[0])
    again, _ = saved(data, tmp_path / "a.png")
    assert words_of(opened(again).info["xmp"]) == words_of(LONG)


@pytest.mark.parametrize("damage", ["lost", "short", "type"])
def test_a_damaged_extension_is_noted(damage: str, tmp_path: Path) -> None:
    main, *parts = xmp_segments(LONG)
    parts = {"lost": parts[1:], "short": [parts[0][:50]], "type": parts}[damage]
    if damage == "type":
        main = main.replace(PACKET, PACKET + b"<!DOCTYPE a>")
    _, notes = saved(with_segments(main, *parts), tmp_path / "a.png")
    assert notes == ("the extension of the XMP metadata is damaged: left out",)


def test_xmp_that_cannot_be_split_is_noted(tmp_path: Path) -> None:
    _, notes = saved(pil(COLOR, "WEBP", xmp=b"x" * 70_000), tmp_path / "a.jpg")
    assert notes == ("XMP metadata are too long for a JPEG: left out",)


def test_exif_goes_on_in_the_next_segment(tmp_path: Path) -> None:
    words = Image.Exif()
    words[0x010E], words[0x0112] = "Bridge " * 100, 6
    block = words.tobytes()
    data, _ = saved(with_segments(block[:200], b"Exif\0\0" + block[200:]), tmp_path / "a.jpg")
    result = opened(data)
    assert result.getexif()[0x010E] == words[0x010E]
    assert result.size == (COLOR.shape[0], COLOR.shape[1])


def test_what_follows_the_picture_is_noted() -> None:
    trailer = b"words" + b"AXS!" + bytes(8)
    assert open_still(pil(COLOR, "JPEG") + trailer).notes == (
        "metadata after the end of the picture: left out",
    )
    motion = PACKET + packet(title="Camera:MotionPhoto")
    assert open_still(with_segments(motion)).notes == (
        "a short film follows the picture in the file: left out",
    )


def maker(kind: str, pixels: Any = COLOR, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x8769] = {0x927C: b"MAKER" * 9}
    return pil(pixels, kind, exif=exif, **options)


@pytest.mark.parametrize(
    ("data", "suffix", "note"),
    [
        (png(with_alpha(COLOR)), "jpg", "transparency: JPEG has none; what was transparent lies on white"),
        (png(COLOR16), "jpg", "16 bits a channel: JPEG stores 8"),
        (png(COLOR16), "webp", "16 bits a channel: WebP stores 8"),
        (png(COLOR16), "avif", "16 bits a channel: AVIF stores 12"),
        (maker("JPEG"), "webp", "maker notes in the EXIF: left out of WebP"),
        (maker("PNG"), "avif", "maker notes in the EXIF: left out of AVIF"),
    ],
)
def test_what_a_format_cannot_hold_is_noted(data: bytes, suffix: str, note: str, tmp_path: Path) -> None:
    assert saved(data, tmp_path / f"a.{suffix}")[1] == (note,)
    assert saved(data, tmp_path / "a.tif")[1] == ()


def test_iptc_goes_into_a_png_and_back(tmp_path: Path) -> None:
    resources = (
        b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC)) + IPTC + bytes(len(IPTC) % 2)
    )
    data = pil(COLOR, "JPEG")
    data = data[:2] + struct.pack(">HH", 0xFFED, len(resources) + 2) + resources + data[2:]
    assert "IPTC metadata: left out, WebP has no place for them" in saved(data, tmp_path / "a.webp")[1]
    through, notes = saved(data, tmp_path / "a.png")
    assert notes == ()
    back, _ = saved(through, tmp_path / "b.jpg")
    assert records(back[back.index(b"Photoshop 3.0") :]) == IPTC
    assert np.asarray(opened(through)).shape == COLOR.shape


def test_texts_of_a_png_are_noted(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Title", "Bridge")
    assert saved(pil(COLOR, "PNG", pnginfo=info), tmp_path / "a.jpg")[1] == (
        "1 text of the file: left out, JPEG has no place for such metadata",
    )


@pytest.mark.parametrize("comment", [b"Grandma at the bridge", "Großmutter".encode(), b"Gro\xdfmutter"])
def test_comments_of_a_jpeg_are_kept(comment: bytes, tmp_path: Path) -> None:
    data = pil(COLOR, "JPEG", comment=comment)
    again, notes = saved(data, tmp_path / "a.jpg")
    assert (opened(again).info["comment"], notes) == (comment, ())
    through, notes = saved(data, tmp_path / "a.png")
    assert notes == ()
    back, _ = saved(through, tmp_path / "b.jpg")
    assert opened(back).info["comment"] == comment
    _, notes = saved(data, tmp_path / "a.tif")
    assert notes == ("1 text of the file: left out, TIFF has no place for such metadata",)


def test_words_of_a_camera_before_exif_are_noted() -> None:
    data = pil(COLOR, "JPEG")
    words = struct.pack(">HH", 0xFFEC, 18) + b"[picture info]\r\n"
    note = "picture info of an old camera: left out of the metadata"
    assert open_still(data[:2] + words + data[2:]).notes == (note,)
