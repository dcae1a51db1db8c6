"""Where work runs: engines for units of work, ordered work on threads, prefetching."""

from autochrome.parallel.choice import LOCAL, check_engine, open_cluster, open_processes
from autochrome.parallel.engine import Engine, Finished, Work, run_units
from autochrome.parallel.local import Local
from autochrome.parallel.ordered_map import map_ordered
from autochrome.parallel.prefetch import prefetch

__all__ = [
    "LOCAL",
    "Engine",
    "Finished",
    "Local",
    "Work",
    "check_engine",
    "map_ordered",
    "open_cluster",
    "open_processes",
    "prefetch",
    "run_units",
]
