"""The forms in which a caller of `colorize_photo` may give a picture."""

import os
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import UsageError
from autochrome.media.stills.reader import Source

if TYPE_CHECKING:
    from autochrome.media.stills.in_memory import PILImage

PhotoSource: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | NDArray[Any] | PILImage"
"""A path, the bytes of a file, a file that is open for reading bytes, an array, or a PIL image."""
_PLAIN = (str, os.PathLike, bytes, bytearray, memoryview, np.ndarray)


def read_source(source: PhotoSource) -> Source:
    """The same source; of an open file its bytes. `UsageError` if it can be no picture."""
    if isinstance(source, _PLAIN) or hasattr(source, "tobytes"):  # the latter: a PIL image
        return source
    if not hasattr(source, "read"):
        raise UsageError(
            f"A picture cannot be of the type {type(source).__name__}; "
            "give a path, bytes, an open file, an array or a PIL image."
        )
    data: Any = source.read()
    if not isinstance(data, bytes):
        raise UsageError("The picture's file is open as text; open it with the mode 'rb'.")
    return data
