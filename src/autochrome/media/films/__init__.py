"""Films as files: open one, read its frames, create one like it. The only home of PyAV (FFmpeg)."""

from autochrome.errors import ExtraMissing

try:
    from autochrome.media.films.facts import FilmFacts
    from autochrome.media.films.index import FilmIndex
    from autochrome.media.films.open import create_film, open_film
    from autochrome.media.films.reader import FilmReader
    from autochrome.media.films.sequences import ImageSequence, SequenceReader, SequenceWriter
    from autochrome.media.films.writer import FilmWriter
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
    "SequenceReader",
    "SequenceWriter",
    "create_film",
    "open_film",
]
