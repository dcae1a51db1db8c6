"""Whether the pieces of a film file fit each other from its beginning to its end.

FFmpeg skips what it cannot read, and seldom tells us: its log can only be had under the lock of Python, for which its
threads would wait while we wait for them. So we walk from piece to piece ourselves: pages, clusters, chunks, packets.
The pictures inside the pieces are left to the decoder.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from autochrome.media.films.structure.asf import find_break_in_asf
from autochrome.media.films.structure.flash import find_break_in_flash
from autochrome.media.films.structure.gif import find_break_in_gif
from autochrome.media.films.structure.matroska import find_break_in_matroska
from autochrome.media.films.structure.mxf import find_break_in_mxf
from autochrome.media.films.structure.ogg import find_break_in_ogg
from autochrome.media.films.structure.pieces import FileBytes
from autochrome.media.films.structure.riff import find_break_in_riff
from autochrome.media.films.structure.transport import find_break_in_transport

_WALKS: dict[str, Callable[[FileBytes], int | None]] = {
    "asf": find_break_in_asf,
    "avi": find_break_in_riff,
    "flv": find_break_in_flash,
    "gif": find_break_in_gif,
    "matroska": find_break_in_matroska,
    "mpegts": find_break_in_transport,
    "mxf": find_break_in_mxf,
    "ogg": find_break_in_ogg,
}
"""FFmpeg's name of a format → how its pieces are followed."""


def find_break(path: Path, container: str) -> int | None:
    """The byte at which the first piece begins that does not fit those before it; None if all fit.

    A file that only ends too early has no break; see `container_end`. container: FFmpeg's name of the format.
    """
    walk = next((walk for name, walk in _WALKS.items() if name in container.split(",")), None)
    if walk is None:
        return None
    try:
        with path.open("rb", buffering=0) as file:
            return walk(FileBytes(file, path.stat().st_size))
    except (OSError, struct.error, IndexError):
        return None
