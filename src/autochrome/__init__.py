"""autochrome: colour for black-and-white photographs and film."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from autochrome.film.iterate import colorize_frames
    from autochrome.film.pipeline import colorize_film
    from autochrome.film.report import FilmReport
    from autochrome.model import ColorModel, open_model
    from autochrome.options import FilmOptions, PhotoOptions
    from autochrome.pages import PagesReport, colorize_pages
    from autochrome.photo import Photo, PhotoVariation, colorize_photo, colorize_variations
    from autochrome.types import Hints, Prediction

_HOMES = {
    "ColorModel": "autochrome.model",
    "FilmOptions": "autochrome.options",
    "FilmReport": "autochrome.film.report",
    "Hints": "autochrome.types",
    "PagesReport": "autochrome.pages",
    "Prediction": "autochrome.types",
    "Photo": "autochrome.photo",
    "PhotoOptions": "autochrome.options",
    "PhotoVariation": "autochrome.photo",
    "colorize_film": "autochrome.film.pipeline",
    "colorize_frames": "autochrome.film.iterate",
    "colorize_pages": "autochrome.pages",
    "colorize_photo": "autochrome.photo",
    "colorize_variations": "autochrome.photo",
    "open_model": "autochrome.model",
}

__all__ = [
    "ColorModel",
    "FilmOptions",
    "FilmReport",
    "Hints",
    "PagesReport",
    "Photo",
    "PhotoOptions",
    "PhotoVariation",
    "Prediction",
    "__version__",
    "colorize_film",
    "colorize_frames",
    "colorize_pages",
    "colorize_photo",
    "colorize_variations",
    "open_model",
]


def __getattr__(name: str) -> Any:
    """Load a public name's home on first use, so that `import autochrome` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'autochrome' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
