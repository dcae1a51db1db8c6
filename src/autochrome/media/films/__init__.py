"""Films as files: open one, read it frame by frame, write one like it. The only home of av."""

from autochrome.media.films.index import FilmIndex
from autochrome.media.films.open import create_film, open_film
from autochrome.media.films.reader import FilmFacts, FilmReader
from autochrome.media.films.writer import FilmWriter

__all__ = ["FilmFacts", "FilmIndex", "FilmReader", "FilmWriter", "create_film", "open_film"]
