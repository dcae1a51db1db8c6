"""Work that the cluster tests send to workers: it must be importable there."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def open_square(folder: Path) -> Callable[[int], tuple[int, int]]:
    """Squares numbers slowly. Each opening leaves a file, named after the process."""
    (folder / f"opened-{os.getpid()}").touch()

    def square(number: int) -> tuple[int, int]:
        time.sleep(0.05)
        if number == 13:
            os._exit(1)
        if number == 7:
            raise KeyError("seven")
        return number * number, os.getpid()

    return square


def list_missing(number: int) -> tuple[Path, ...]:
    """What a number needs: number 5 needs a file that no node sees."""
    return (Path("/nowhere/five.tif"),) if number == 5 else ()
