"""What a format cannot hold of a picture and its metadata: notes, so that nothing gets lost without a word."""

from autochrome.media.stills.file_facts import comment_of
from autochrome.media.stills.maker_notes import has_maker_note
from autochrome.media.stills.metadata import Metadata
from autochrome.media.stills.xmp_segments import xmp_segments

_NAMES = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "webp": "WebP", "avif": "AVIF"}
_BITS = {"jpg": 8, "webp": 8, "avif": 12}
_LARGEST_EXIF = 65_500  # bytes in a JPEG


def describe_left_out(kind: str, metadata: Metadata, *, alpha: bool, depth: int) -> tuple[str, ...]:
    """Notes on what a file of this kind lacks. alpha, depth: of the original."""
    name = _NAMES[kind]
    notes = []
    if alpha and kind == "jpg":
        notes.append(f"transparency: {name} has none; what was transparent lies on white")
    if depth > _BITS.get(kind, depth):
        notes.append(f"{depth} bits a channel: {name} stores {_BITS[kind]}")
    if metadata.iptc and kind in ("webp", "avif"):
        notes.append(f"IPTC metadata: left out, {name} has no place for them")
    texts = [text for text in metadata.texts if kind != "jpg" or comment_of(text) is None]
    if texts and kind != "png":
        count = f"{len(texts)} text{'s' if len(texts) > 1 else ''} of the file"
        notes.append(f"{count}: left out, {name} has no place for such metadata")
    if kind in ("webp", "avif") and has_maker_note(metadata.exif):
        notes.append(f"maker notes in the EXIF: left out of {name}")
    if kind == "jpg":
        notes += _too_long(metadata)
    return tuple(notes)


def _too_long(metadata: Metadata) -> list[str]:
    """A JPEG has segments of 64 KB."""
    notes = []
    if metadata.exif and len(metadata.exif) > _LARGEST_EXIF:
        notes.append("EXIF metadata are too long for a JPEG: parts are left out")
    if metadata.xmp and not xmp_segments(metadata.xmp):
        notes.append("XMP metadata are too long for a JPEG: left out")
    return notes
