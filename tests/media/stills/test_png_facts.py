"""The chunks of a PNG: words, EXIF anywhere in the file, gamma, and a limit on what is unpacked."""

import resource
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from autochrome.color.lab import srgb_from_linear
from autochrome.media.stills import open_still
from autochrome.media.stills.png_facts import packed_texts, png_facts
from pictures import COLOR, GREY, GREY16, HEIGHT, WIDTH, in_color, opened, pil, png, whole

EXIF = Image.Exif()
EXIF[0x0112], EXIF[0x010F] = 6, "Maker"
BLOCK = EXIF.tobytes()  # with "Exif\0\0"
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>&#252;</x:xmpmeta>"
AFTER_HEADER = 33


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def before_pixels(data: bytes, *chunks: bytes) -> bytes:
    return data[:AFTER_HEADER] + b"".join(chunks) + data[AFTER_HEADER:]


def after_pixels(data: bytes, *chunks: bytes) -> bytes:
    return data[:-12] + b"".join(chunks) + data[-12:]


def raw_profile(kind: bytes, data: bytes) -> bytes:
    digits = data.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    text = b"\n%s\n%8d\n%s\n" % (kind, len(data), lines)
    return chunk(b"zTXt", b"Raw profile type " + kind + b"\0\0" + zlib.compress(text))


def resaved(data: bytes, folder: Path, suffix: str = ".png") -> bytes:
    still = open_still(data)
    return still.save(folder / f"out{suffix}", in_color(still.strips())).read_bytes()


PLACES = {
    "after the pixels": after_pixels(pil(GREY, "PNG"), chunk(b"eXIf", BLOCK[6:])),
    "before the pixels": before_pixels(pil(GREY, "PNG"), chunk(b"eXIf", BLOCK[6:])),
    "as raw profile exif": before_pixels(pil(GREY, "PNG"), raw_profile(b"exif", BLOCK)),
    "as raw profile APP1": after_pixels(pil(GREY, "PNG"), raw_profile(b"APP1", BLOCK)),
}


@pytest.mark.parametrize("place", PLACES)
def test_exif_is_found_and_turns_the_picture(place: str, tmp_path: Path) -> None:
    (tmp_path / "in.png").write_bytes(PLACES[place])
    for source in (PLACES[place], tmp_path / "in.png"):
        still = open_still(source)
        assert (still.width, still.height) == (HEIGHT, WIDTH)
        np.testing.assert_array_equal(whole(still.strips()), np.rot90(GREY, -1))
    written = opened(resaved(PLACES[place], tmp_path))
    assert written.size == (HEIGHT, WIDTH)
    assert written.getexif()[0x010F] == "Maker"
    assert written.getexif().get(0x0112, 1) == 1


def test_words_are_kept_as_they_are_stored_and_before_the_pixels(tmp_path: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Jürgen Müller")
    info.add_itxt("Title", "Ночь", "ru", "Название")
    info.add_text("Comment", "a long one " * 50, zip=True)
    info.add_text("\x94odd  key ", "kept")
    pixels = Image.fromarray(GREY)
    pixels.save(tmp_path / "in.png", pnginfo=info)
    data = (tmp_path / "in.png").read_bytes()
    written = opened(resaved(after_pixels(data, chunk(b"tEXt", b"Late\0after")), tmp_path))
    assert written.info["Author"] == "Jürgen Müller"
    assert written.info["Title"] == "Ночь"
    assert written.info["Comment"].startswith("a long one")
    assert written.info["\x94odd  key "] == "kept"
    assert written.info["Late"] == "after"


def test_xmp_after_the_pixels_is_kept(tmp_path: Path) -> None:
    text = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    written = resaved(after_pixels(pil(GREY, "PNG"), text), tmp_path)
    assert written.count(b"XML:com.adobe.xmp") == 1
    assert opened(written).info["xmp"] == XMP


def test_words_without_a_keyword_are_left_out_with_a_note(tmp_path: Path) -> None:
    data = before_pixels(pil(GREY, "PNG"), chunk(b"tEXt", b"no separator"), chunk(b"tEXt", b"\0empty"))
    assert open_still(data).notes == ("2 texts of the file are damaged or too large: left out",)
    resaved(data, tmp_path)


def test_packed_words_are_not_unpacked_without_limit(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(900_000), 9)
    bomb = [chunk(b"zTXt", b"k%d\0\0" % n + packed) for n in range(200)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = before_pixels(png(COLOR), *bomb, chunk(b"tEXt", b"Author\0kept"))
    still = open_still(data)
    assert still.notes == ("192 texts of the file are damaged or too large: left out",)
    np.testing.assert_array_equal(whole(still.strips()), COLOR)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kB
    still.save(tmp_path / "out.png", still.strips())
    assert opened((tmp_path / "out.png").read_bytes()).info["Author"] == "kept"


def test_a_profile_is_not_unpacked_without_limit() -> None:
    bomb = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(50_000_000), 9))
    np.testing.assert_array_equal(whole(open_still(before_pixels(png(COLOR), bomb)).strips()), COLOR)


@pytest.mark.parametrize("pixels", [GREY, GREY16, COLOR], ids=["grey", "grey 16", "rgb"])
def test_gamma_is_honoured_and_noted(pixels: np.ndarray) -> None:
    still = open_still(before_pixels(png(pixels), chunk(b"gAMA", struct.pack(">I", 100_000))))
    assert still.notes == ("the file says gamma 1.00: it was converted to sRGB",)
    top = np.iinfo(pixels.dtype).max
    expected = np.round(srgb_from_linear(pixels / top) * top)
    assert np.abs(whole(still.strips()).astype(float) - expected).max() <= 1


def test_usual_gamma_and_primaries_change_nothing() -> None:
    usual = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
    still = open_still(before_pixels(png(COLOR), chunk(b"gAMA", struct.pack(">I", 45455)), usual))
    assert still.notes == ()
    np.testing.assert_array_equal(whole(still.strips()), COLOR)


def test_code_points_for_hdr_are_noted_and_those_for_p3_are_used() -> None:
    for transfer, name in ((16, "PQ"), (18, "HLG")):
        still = open_still(before_pixels(png(COLOR), chunk(b"cICP", bytes((9, transfer, 0, 1)))))
        assert still.notes == (
            f"the file is HDR ({name}): its light was read as that of an ordinary picture",
        )
    p3 = open_still(before_pixels(png(COLOR), chunk(b"cICP", bytes((12, 13, 0, 1)))))
    assert np.abs(whole(p3.strips()).astype(int) - COLOR).max() > 5
    srgb = open_still(before_pixels(png(COLOR), chunk(b"cICP", bytes((1, 13, 0, 1)))))
    np.testing.assert_array_equal(whole(srgb.strips()), COLOR)


def test_frames_of_an_animation_are_noted() -> None:
    data = before_pixels(png(COLOR), chunk(b"acTL", struct.pack(">II", 3, 0)))
    assert open_still(data).notes == ("3 frames: only the first was read",)


@pytest.mark.parametrize("cut", [9, 20, 40, 60, 100])
def test_a_file_that_ends_early_raises_nothing_in_reading_chunks(cut: int) -> None:
    data = before_pixels(png(COLOR), raw_profile(b"exif", BLOCK), chunk(b"cHRM", b"short"))[:cut]
    facts = png_facts(lambda offset, size: data[offset : offset + size], "x.png")
    assert isinstance(packed_texts(facts.texts, facts.xmp), bytes)


def test_a_still_picture_beside_the_frames_of_an_animation_counts() -> None:
    other = Image.fromarray(COLOR[::-1].copy())
    data = pil(COLOR, "PNG", save_all=True, append_images=[other], default_image=True)
    assert open_still(data).notes == ("2 frames: only the first was read",)
