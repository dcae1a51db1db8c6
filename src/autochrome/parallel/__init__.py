"""Running the same thing over many items."""

from autochrome.parallel.ordered_map import map_ordered
from autochrome.parallel.prefetch import prefetch

__all__ = ["map_ordered", "prefetch"]
