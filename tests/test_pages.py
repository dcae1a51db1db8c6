"""Files with several pages: every page of a TIFF and every picture of a PDF is coloured."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
import skimage.data
import tifffile
from numpy.typing import NDArray
from PIL import Image
from skimage.color import rgb2lab

from autochrome.errors import (
    ExtraMissing,
    InputUnreadable,
    NotAPicture,
    OutputNotWritable,
    PictureDamaged,
    UsageError,
)
from autochrome.media.stills import open_still
from autochrome.media.stills.tiff_pages import TiffPages
from autochrome.pages import colorize_pages
from pictures import pil
from tolerances import TOLERANCES

COFFEE = Image.fromarray(skimage.data.coffee()).convert("L")
GREY = np.asarray(COFFEE.resize((120, 80)))
SMALL16 = np.asarray(COFFEE.resize((90, 60))).astype(np.uint16) * 257


def light(pixels: NDArray[Any]) -> NDArray[Any]:
    scaled = pixels / np.iinfo(pixels.dtype).max
    return np.asarray(rgb2lab(scaled if scaled.ndim == 3 else np.repeat(scaled[..., None], 3, -1))[..., 0])


def assert_colored(result: NDArray[Any], original: NDArray[Any]) -> None:
    depth = 8 if result.dtype == np.uint8 else 16
    assert result.shape == (*original.shape, 3)
    assert np.abs(light(result) - light(original)).max() <= TOLERANCES[f"lightness, {depth} bit"]
    assert np.ptp(result.astype(int), axis=-1).mean() > 1


def write_tiff(path: Path) -> None:
    with tifffile.TiffWriter(path) as file:
        file.write(GREY, photometric="minisblack", description="first", metadata=None)
        file.write(SMALL16, photometric="minisblack", description="second", compression="zlib", metadata=None)
        file.write(GREY[::2, ::2], subfiletype=1, metadata=None)  # a smaller copy is no page
        file.write(GREY, photometric="minisblack", extratags=[(274, 3, 1, 6, True)], metadata=None)


def test_every_page_of_a_tiff_is_coloured(tiny_model: Path, tmp_path: Path) -> None:
    write_tiff(tmp_path / "scan.tif")
    report = colorize_pages(
        tmp_path / "scan.tif",
        tmp_path / "out.tif",
        model=tiny_model,
        comparison=tmp_path / "compare.tif",
    )
    assert (report.pages, report.notes, report.losses) == (3, ("3 of 3 pages coloured",), ())
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        first, second, third = file.pages
        assert_colored(first.asarray(), GREY)
        assert_colored(second.asarray(), SMALL16)
        assert_colored(third.asarray(), np.rot90(GREY, -1))
        assert [page.tags["ImageDescription"].value for page in (first, second)] == ["first", "second"]
        assert second.compression == tifffile.COMPRESSION.ADOBE_DEFLATE
        assert [page.tags["PageNumber"].value[0] for page in file.pages] == [0, 1, 2]
        assert b"compositeWithTrainedAlgorithmicMedia" in third.tags["XMP"].value
    with tifffile.TiffFile(tmp_path / "compare.tif") as file:
        assert [page.shape for page in file.pages] == [(80, 240, 3), (60, 180, 3), (120, 160, 3)]
    assert open_still(tmp_path / "out.tif").notes == ("3 pages: only the first was read",)


@pytest.mark.parametrize("pixels", [1, 5_000_000_000])
def test_joined_pages_are_read_by_others(pixels: int, tmp_path: Path) -> None:
    """With plain offsets, and with those of files above 4 GB."""
    joined = TiffPages(tmp_path / "joined.tif", pixels=pixels)
    for page in (GREY, SMALL16, GREY[:50]):
        open_still(page).save(tmp_path / "page.tif", [np.repeat(page[..., None], 3, -1)])
        joined.add(tmp_path / "page.tif")
    with tifffile.TiffFile(tmp_path / "joined.tif") as file:
        assert file.is_bigtiff == (pixels > 1)
        for page, truth in zip(file.pages, (GREY, SMALL16, GREY[:50]), strict=True):
            np.testing.assert_array_equal(page.asarray()[..., 0], truth)


def make_pdf(*images: tuple[bytes, int, int, dict[str, Any]]) -> bytes:
    """One page for each image: its stored bytes, width, height and other entries. Each page has text too."""
    pdf = pikepdf.new()
    for data, width, height, more in images:
        entries = {"/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": height, "/BitsPerComponent": 8}
        stream = pikepdf.Stream(pdf, data, entries | {"/ColorSpace": pikepdf.Name.DeviceGray} | more)
        pdf.add_blank_page(page_size=(width, height))
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(stream)))
        pdf.pages[-1].Resources = resources
        words = f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q BT /F1 9 Tf (page) Tj ET"
        pdf.pages[-1].Contents = pdf.make_stream(words.encode())
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def stored(pixels: NDArray[Any], **more: Any) -> tuple[bytes, int, int, dict[str, Any]]:
    entries = {"/" + key: value for key, value in more.items()}
    return pixels.tobytes(), pixels.shape[1], pixels.shape[0], entries


JPEG = (pil(GREY, "JPEG", quality=95), 120, 80, {"/Filter": pikepdf.Name.DCTDecode})
PLAIN = stored(GREY)
NEGATIVE = stored(255 - GREY, Decode=pikepdf.Array([1, 0]))
DEEP = stored(SMALL16.astype(">u2"), BitsPerComponent=16)
BILEVEL = (
    np.packbits(GREY > 128, axis=1).tobytes(),
    120,
    80,
    {"/BitsPerComponent": 1},
)
TINY = stored(GREY[:8, :8])
STRANGE = stored(GREY, ColorSpace=pikepdf.Array([pikepdf.Name.Separation, pikepdf.Name.Gold]))


def pictures_of(path: Path, most: int = 99) -> list[Any]:
    with pikepdf.open(path) as pdf:
        found = []
        for page in pdf.pages[:most]:
            image = page.Resources.XObject.Im0
            if int(image.BitsPerComponent) == 16:
                size = int(image.Height), int(image.Width), 3
                found.append(np.frombuffer(image.read_bytes(), ">u2").astype(np.uint16).reshape(size))
            else:
                found.append(np.asarray(pikepdf.PdfImage(image).as_pil_image()))
        return found


def test_the_pictures_of_a_pdf_are_coloured_in_place(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(make_pdf(JPEG, PLAIN, NEGATIVE, DEEP, BILEVEL, TINY))
    report = colorize_pages(tmp_path / "scan.pdf", tmp_path / "out.pdf", model=tiny_model)
    assert report.notes == (
        "4 of 4 pictures coloured",
        "1 picture of black and white only, as printed text: left as is",
        "1 picture smaller than 32 pixels: left as is",
    )
    jpeg, plain, negative, deep, bilevel, tiny = pictures_of(tmp_path / "out.pdf")
    assert_colored(plain, GREY)
    assert_colored(negative, GREY)
    assert_colored(deep, SMALL16)
    assert np.abs(light(jpeg) - light(GREY)).mean() < 1  # JPEG's own loss
    np.testing.assert_array_equal(bilevel, GREY > 128)
    np.testing.assert_array_equal(tiny, GREY[:8, :8])
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.check_pdf_syntax() == []
        assert b"(page) Tj" in pdf.pages[0].Contents.read_bytes()
        assert pdf.pages[0].Resources.XObject.Im0.Filter == pikepdf.Name.DCTDecode
        assert pdf.pages[1].Resources.XObject.Im0.Filter == pikepdf.Name.FlateDecode
        assert b"compositeWithTrainedAlgorithmicMedia" in pdf.Root.Metadata.read_bytes()


def test_a_pdf_becomes_a_tiff_with_pages(tiny_model: Path, tmp_path: Path) -> None:
    colorize_pages(make_pdf(PLAIN, DEEP), tmp_path / "out.tif", model=tiny_model)
    with tifffile.TiffFile(tmp_path / "out.tif") as file:
        assert_colored(file.pages[0].asarray(), GREY)
        assert_colored(file.pages[1].asarray(), SMALL16)


def test_a_page_that_cannot_be_read_is_a_loss(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(make_pdf(PLAIN, STRANGE))
    report = colorize_pages(tmp_path / "scan.pdf", tmp_path / "out.pdf", model=tiny_model)
    assert report.notes[0] == "1 of 2 pictures coloured"
    assert len(report.losses) == 1
    assert report.losses[0].startswith("picture 2 cannot be read: left as it is (")
    assert_colored(pictures_of(tmp_path / "out.pdf", 1)[0], GREY)
    write_tiff(tmp_path / "scan.tif")
    data = bytearray((tmp_path / "scan.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "scan.tif") as file:
        start = file.pages[1].dataoffsets[0]
    data[start : start + 40] = bytes(40)  # zlib finds nothing here
    report = colorize_pages(bytes(data), tmp_path / "out.tif", model=tiny_model)
    assert report.pages + sum("cannot be read: left out" in loss for loss in report.losses) >= 3
    assert report.losses


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: make_pdf(BILEVEL), NotAPicture, "no picture .* printed text"),
        (lambda: make_pdf(STRANGE), NotAPicture, "picture 1.*not supported"),
        (lambda: b"%PDF-1.7\n" + bytes(99), PictureDamaged, "PDF is damaged"),
        (lambda: protected(), InputUnreadable, "password"),
    ],
)
def test_a_pdf_without_pictures_is_one_sentence(
    make: Callable[[], bytes], error: type[Exception], words: str, tiny_model: Path, tmp_path: Path
) -> None:
    with pytest.raises(error, match=words):
        colorize_pages(make(), tmp_path / "out.pdf", model=tiny_model)
    assert [*tmp_path.iterdir()] == []


def protected() -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf(PLAIN))) as pdf:
        pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
    return buffer.getvalue()


def test_without_the_extra_one_sentence_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_pdf(PLAIN)
    monkeypatch.setitem(sys.modules, "pikepdf", None)
    with pytest.raises(ExtraMissing, match=r"a PDF, which needs .*autochrome\[formats\]"):
        colorize_pages(data, tmp_path / "out.pdf")


def test_on_the_command_line(autochrome: Callable, tiny_model: Path, tmp_path: Path) -> None:
    write_tiff(tmp_path / "scan.tif")
    (tmp_path / "scan.pdf").write_bytes(make_pdf(PLAIN, DEEP))
    ran = autochrome(
        *("photo", tmp_path / "scan.tif", tmp_path / "scan.pdf", "--json", "--compare"),
        *("--model", tiny_model),
    )
    assert ran.code == 0
    first, second, _ = map(json.loads, ran.out.splitlines())
    assert first["notes"] == ["3 of 3 pages coloured"]
    assert second["notes"] == ["2 of 2 pictures coloured"]
    assert (Path(first["target"]).name, Path(second["target"]).name) == ("scan-color.tif", "scan-color.pdf")
    assert (tmp_path / "scan-color-compare.tif").exists()
    assert (tmp_path / "scan-color-compare.pdf.tif").exists()
    one = autochrome("photo", tmp_path / "scan.pdf", "--format", "png", "--json", "--model", tiny_model)
    assert json.loads(one.out.splitlines()[0])["notes"] == ["2 pictures in the PDF: only the first was read"]
    hint = autochrome("photo", tmp_path / "scan.tif", "--hint", "0.5,0.5,sky", "--overwrite")
    assert (hint.code, "this file has several" in hint.err) == (UsageError.exit_code, True)
    with pytest.raises(OutputNotWritable, match="a PDF is made only from a PDF"):
        open_still(GREY).save(tmp_path / "one.pdf", iter([]))


def test_metadata_of_the_document_are_noted_for_one_picture_of_it(tmp_path: Path) -> None:
    data = make_pdf(JPEG)
    assert open_still(data).notes == ()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.docinfo["/Title"] = "Letters"
        pdf.save(tmp_path / "a.pdf")
    assert open_still(tmp_path / "a.pdf").notes == ("metadata of the document, such as its title: left out",)
