"""Work on several threads: map items in order, or prefetch an iterator."""

from autochrome.parallel.ordered_map import map_ordered
from autochrome.parallel.prefetch import prefetch

__all__ = ["map_ordered", "prefetch"]
