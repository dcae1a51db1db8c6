"""Running the same thing over many items."""

from autochrome.engine.ahead import ahead
from autochrome.engine.local import map_ordered

__all__ = ["ahead", "map_ordered"]
