"""Running the same thing over many items."""

from autochrome.engine.local import map_ordered

__all__ = ["map_ordered"]
