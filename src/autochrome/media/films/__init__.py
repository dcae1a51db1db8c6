"""Films as files: open one, read its frames, create one like it. The only home of PyAV (FFmpeg)."""

from autochrome.errors import ExtraMissing

try:
    from autochrome.media.films.facts import FilmFacts
    from autochrome.media.films.index import FilmIndex
    from autochrome.media.films.layer import LayerWriter
    from autochrome.media.films.open import create_film, create_layer, open_film
    from autochrome.media.films.reader import FilmReader
    from autochrome.media.films.sequences.names import ImageSequence
    from autochrome.media.films.sequences.reader import SequenceReader
    from autochrome.media.films.sequences.writer import SequenceWriter
    from autochrome.media.films.writer import FilmWriter
    from autochrome.media.films.writer_of_frames import WriterOfFrames
except ModuleNotFoundError as missing:
    raise ExtraMissing(
        "Film needs more packages; install them with: pip install 'autochrome[film]'"
    ) from missing

__all__ = [
    "FilmFacts",
    "FilmIndex",
    "FilmReader",
    "FilmWriter",
    "ImageSequence",
    "LayerWriter",
    "SequenceReader",
    "SequenceWriter",
    "WriterOfFrames",
    "create_film",
    "create_layer",
    "open_film",
]
