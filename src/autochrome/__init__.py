"""autochrome: colour for black-and-white photographs and film."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from autochrome.film import FilmReport, colorize_film
    from autochrome.filmloop import colorize_frames
    from autochrome.model import ColorModel, open_model
    from autochrome.options import FilmOptions, PhotoOptions
    from autochrome.photo import Photo, colorize_photo
    from autochrome.planes import Hints, Painted

_HOMES = {
    "ColorModel": "autochrome.model",
    "FilmOptions": "autochrome.options",
    "FilmReport": "autochrome.film",
    "Hints": "autochrome.planes",
    "Painted": "autochrome.planes",
    "Photo": "autochrome.photo",
    "PhotoOptions": "autochrome.options",
    "colorize_film": "autochrome.film",
    "colorize_frames": "autochrome.filmloop",
    "colorize_photo": "autochrome.photo",
    "open_model": "autochrome.model",
}

__all__ = [
    "ColorModel",
    "FilmOptions",
    "FilmReport",
    "Hints",
    "Painted",
    "Photo",
    "PhotoOptions",
    "__version__",
    "colorize_film",
    "colorize_frames",
    "colorize_photo",
    "open_model",
]


def __getattr__(name: str) -> Any:
    """Load a public name's home on first use, so that `import autochrome` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'autochrome' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
