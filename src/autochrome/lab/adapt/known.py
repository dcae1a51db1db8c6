"""Pictures on which the network shall answer as before: a person's own, or those that come with scikit-image."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from autochrome.lab.adapt.material import SHORT_SIDE
from autochrome.lab.data.options import DataSettings
from autochrome.lab.data.pixels import RGB, decode, shrink_to
from autochrome.lab.data.sources import open_pictures

_MOST = 400  # pictures of a person's own data
_PHOTOGRAPHS = (
    *("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg", "retina.jpg"),
    *("hubble_deep_field.jpg", "ihc.png", "color.png"),
)
_GREY = (
    "brick.png",
    "camera.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "moon.png",
)
"""In the package scikit-image; without true colours they still show how the network answers."""
_LARGE = 400  # pixels at the short side: crops of them show parts


def known_pictures(data: Sequence[str | os.PathLike[str]]) -> tuple[list[RGB], str]:
    """The pictures, and what they are in words."""
    if data:
        settings = DataSettings(limit=_MOST, max_short_side=SHORT_SIDE, storage="pixels")
        source = open_pictures([os.fspath(path) for path in data], settings)
        return [source[i][0] for i in range(len(source))], f"{len(source)} pictures of --data"
    folder = _data_folder()
    found = [folder / name for name in (*_PHOTOGRAPHS, *_GREY) if folder and (folder / name).is_file()]
    pictures = [shrink_to(decode(path.read_bytes(), path.name), _LARGE) for path in found]
    return pictures, f"{len(pictures)} pictures of scikit-image"


def _data_folder() -> Path:
    """The pictures inside the installed package scikit-image, which is not imported."""
    spec = find_spec("skimage")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) / "data" if places else Path()
