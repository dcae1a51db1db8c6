"""Films as numbered pictures: DPX, EXR, TIFF, PNG and JPEG sequences."""

from autochrome.media.films.sequences.names import (
    SEQUENCE_SUFFIXES,
    ImageSequence,
    SequencePattern,
    find_pattern,
    is_sequence,
)
from autochrome.media.films.sequences.reader import SequenceReader
from autochrome.media.films.sequences.writer import SequenceWriter

__all__ = [
    "SEQUENCE_SUFFIXES",
    "ImageSequence",
    "SequencePattern",
    "SequenceReader",
    "SequenceWriter",
    "find_pattern",
    "is_sequence",
]
