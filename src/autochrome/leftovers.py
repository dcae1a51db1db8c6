"""Hidden files of killed processes: how a living process marks its own, and how the next one removes the others.

A process holds a lock on the file it writes. The system releases the lock when the process ends, however it ends.
"""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_NAME = re.compile(r"\..*-[0-9a-f]{12}\.part", re.DOTALL)
_YOUNG = 2.0  # seconds: a file that is younger may not be locked yet


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Hold an open file and a lock on it during the block. Windows cannot rename an open file: there it is closed."""
    if sys.platform == "win32":
        file.close()
        yield
        return
    with file:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@lru_cache(maxsize=256)
def remove_leftovers(folder: Path) -> None:
    """Remove the hidden files that killed processes left in a folder. Once for each folder: it may hold many files."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        for part in folder.iterdir():
            if _NAME.fullmatch(part.name):
                _remove_if_abandoned(part)


def _remove_if_abandoned(part: Path) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError):
        if time.time() - part.stat().st_mtime < _YOUNG:
            return
        with part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails if a living process writes the file
            part.unlink()
