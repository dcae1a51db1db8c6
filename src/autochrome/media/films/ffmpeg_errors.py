"""Translate the errors of FFmpeg and of the system while a film is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from autochrome.errors import DiskFull, OutputNotWritable
from autochrome.files import NO_SPACE


@contextmanager
def encoder_errors(target: Path) -> Iterator[None]:
    """Errors of the block, which writes the film `target`, come out as `DiskFull` or `OutputNotWritable`."""
    try:
        yield
    except (av.FFmpegError, OSError, ValueError) as error:
        if _is_disk_full(error):
            raise DiskFull(
                f"{target}: the disk is full; free some space and run the same command again."
            ) from error
        raise OutputNotWritable(f"{target}: the film cannot be written ({error}).") from error


def _is_disk_full(error: BaseException | None) -> bool:
    """Whether a full disk caused this error. Closing a file after it fails too, with another error number."""
    while error is not None:
        if getattr(error, "errno", None) in NO_SPACE:
            return True
        error = error.__cause__ or error.__context__
    return False
