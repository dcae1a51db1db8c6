"""How many processor cores this process should use."""

import os

SHARE = "AUTOCHROME_CORES"
"""The environment variable that gives a worker process its share of the cores."""


def core_share() -> int | None:
    """The share of this process, if it is one of several workers."""
    share = os.environ.get(SHARE)
    return max(1, int(share)) if share else None


def usable_cores() -> int:
    """The share of this process, or all cores that it may run on."""
    if hasattr(os, "sched_getaffinity"):
        return core_share() or len(os.sched_getaffinity(0))
    return core_share() or os.cpu_count() or 1
