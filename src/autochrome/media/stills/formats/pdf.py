"""Pictures inside a PDF: scanned pages, photos. They are replaced in place; all else stays [only home of pikepdf]."""

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autochrome.errors import InputUnreadable, NotAPicture, PictureDamaged
from autochrome.media.stills.in_memory import origin_from_array, origin_from_pil
from autochrome.media.stills.profiles import srgb_profile
from autochrome.media.stills.reader import Origin, read_all
from autochrome.media.stills.reasons import in_brackets

_SMALLEST = 32  # pixels of the short side: a smaller picture is a part of the layout
_LOSSY = {"/DCTDecode", "/JPXDecode"}
_ONE_BIT = {"/CCITTFaxDecode", "/JBIG2Decode"}


@dataclass(frozen=True, slots=True)
class PdfPicture:
    """One picture of a PDF."""

    stream: Any  # pikepdf's
    width: int
    height: int
    lossy: bool  # it is stored as JPEG or JPEG 2000


@dataclass(frozen=True, slots=True)
class PdfPictures:
    """The pictures of an open PDF, and what is left as it is."""

    pdf: Any
    pictures: tuple[PdfPicture, ...]
    notes: tuple[str, ...]


def open_first_picture(source: Path | bytes, name: str, check_size: Callable[[int, int], None]) -> Origin:
    """The first picture of a PDF, without the others."""
    path = None if isinstance(source, bytes) else source
    with open_pdf(source, name) as found:
        origin = read_picture(found.pictures[0], name, check_size)
        more = len(found.pictures)
        notes = [f"{more} pictures in the PDF: only the first was read"] if more > 1 else []
        if len(found.pdf.docinfo) or "/Metadata" in found.pdf.Root:
            notes.append("metadata of the document, such as its title: left out")
    return replace(origin, path=path, kind="pdf", facts=replace(origin.facts, notes=tuple(notes)))


@contextmanager
def open_pdf(source: Path | bytes, name: str) -> Iterator[PdfPictures]:
    """The pictures of a PDF. Raises `NotAPicture` if there are none that we colour."""
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(read_all(source, name)))
    except pikepdf.PasswordError as error:
        raise InputUnreadable(f"{name}: the PDF is protected by a password; remove it first.") from error
    except pikepdf.PdfError as error:
        raise PictureDamaged(
            f"{name}: the PDF is damaged{in_brackets(str(error))}; get the file again."
        ) from error
    with pdf:
        found = _find_pictures(pdf)
        if not found.pictures:
            others = f" ({'; '.join(found.notes)})" if found.notes else ""
            raise NotAPicture(
                f"{name}: there is no picture in this PDF that can be coloured{others}; save its pages as PNG first."
            )
        yield found


def _find_pictures(pdf: Any) -> PdfPictures:
    images = [image for image in pdf.objects if _is_image(image)]
    masks = {
        image[key].objgen
        for image in images
        for key in ("/SMask", "/Mask")
        if key in image and _is_image(image[key])
    }
    pictures, one_bit, small = [], 0, 0
    for image in images:
        if image.objgen in masks or image.get("/ImageMask", False):
            continue
        width, height = int(image.get("/Width", 0)), int(image.get("/Height", 0))
        filters = _filters(image)
        if int(image.get("/BitsPerComponent", 8)) == 1 or filters & _ONE_BIT:
            one_bit += 1
        elif min(width, height) < _SMALLEST:
            small += 1
        else:
            pictures.append(PdfPicture(image, width, height, bool(filters & _LOSSY)))
    notes = []
    if one_bit:
        notes.append(f"{one_bit} {_pictures(one_bit)} of black and white only, as printed text: left as is")
    if small:
        notes.append(f"{small} {_pictures(small)} smaller than {_SMALLEST} pixels: left as is")
    return PdfPictures(pdf, tuple(pictures), tuple(notes))


def _is_image(thing: Any) -> bool:
    import pikepdf

    return isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"


def _filters(image: Any) -> set[str]:
    import pikepdf

    found = image.get("/Filter", [])
    return {str(one) for one in ([found] if isinstance(found, pikepdf.Name) else found)}


def _pictures(count: int) -> str:
    return "picture" if count == 1 else "pictures"


def read_picture(picture: PdfPicture, name: str, check_size: Callable[[int, int], None]) -> Origin:
    """Decode one picture. Raises `NotAPicture` for a kind that we cannot decode."""
    import pikepdf
    from PIL import UnidentifiedImageError

    check_size(picture.width, picture.height)
    image = pikepdf.PdfImage(picture.stream)
    try:
        icc = image.icc
        if image.bits_per_component == 16 and not picture.lossy:
            return _read_16_bits(image, picture, name, icc.tobytes() if icc is not None else None)
        pixels = image.as_pil_image()
        pixels.load()
    except (pikepdf.PdfError, ValueError, NotImplementedError, UnidentifiedImageError, OSError) as error:
        raise NotAPicture(
            f"{name}: this kind of picture inside a PDF is not supported{in_brackets(str(error))}; "
            "save its pages as PNG first."
        ) from error
    if icc is not None:
        pixels.info["icc_profile"] = icc.tobytes()
    return replace(origin_from_pil(pixels), name=name)


def _read_16_bits(image: Any, picture: PdfPicture, name: str, icc: bytes | None) -> Origin:
    """pikepdf makes no pictures of 16 bits a channel."""
    if "/Decode" in picture.stream or image.colorspace not in ("/DeviceGray", "/DeviceRGB", "/ICCBased"):
        raise ValueError(f"16 bits in {image.colorspace}")
    values = np.frombuffer(image.read_bytes(), ">u2")
    pixels = values.reshape(picture.height, picture.width, -1).astype(np.uint16)
    return origin_from_array(pixels, name, {"icc-profile-data": icc} if icc else None)


def replace_picture(pdf: Any, picture: PdfPicture, file: Path, profile: Any) -> None:
    """Put the JPEG or PNG file in the place of a picture. profile: from `add_profile`."""
    import pikepdf

    stream, data = picture.stream, file.read_bytes()
    bits = 8
    if data.startswith(b"\x89PNG"):
        bits, pixels = data[24], b"".join(_png_pixels(data))
        rows = pikepdf.Dictionary(Predictor=15, Colors=3, BitsPerComponent=bits, Columns=picture.width)
        stream.write(pixels, filter=pikepdf.Name.FlateDecode, decode_parms=rows)
    else:
        stream.write(data, filter=pikepdf.Name.DCTDecode)
    stream.ColorSpace = pikepdf.Array([pikepdf.Name.ICCBased, profile])
    stream.BitsPerComponent = bits
    for key in ("/Decode", "/SMaskInData", "/Metadata"):
        if key in stream:
            del stream[key]
    if isinstance(
        stream.get("/Mask"), pikepdf.Array
    ):  # colours that are transparent: they are no longer there
        del stream["/Mask"]


def add_profile(pdf: Any) -> Any:
    """The sRGB profile as an object of the PDF."""
    import pikepdf

    return pdf.make_indirect(
        pikepdf.Stream(pdf, srgb_profile(), {"/N": 3, "/Alternate": pikepdf.Name.DeviceRGB})
    )


def _png_pixels(data: bytes) -> Iterator[bytes]:
    """The packed pixels of a PNG, which a PDF stores in the same way."""
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            yield data[at + 8 : at + 8 + size]
        at += size + 12


def set_metadata(pdf: Any, describe: Callable[[bytes | None], bytes]) -> None:
    """Replace the XMP of a PDF by what `describe` makes of it."""
    import pikepdf

    old = pdf.Root.get("/Metadata")
    xmp = describe(old.read_bytes() if isinstance(old, pikepdf.Stream) else None)
    stream = pikepdf.Stream(pdf, xmp, {"/Type": pikepdf.Name.Metadata, "/Subtype": pikepdf.Name.XML})
    pdf.Root.Metadata = pdf.make_indirect(stream)
