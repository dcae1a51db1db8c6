"""Played frames as a stream of bytes: for each frame a header of 12 bytes, then a JPEG.

The header holds three unsigned numbers of 32 bits, least byte first: the number of the frame, its state (0: a draft,
1: settled, 2: an error, whose sentence follows instead of the JPEG), and the number of bytes that follow.
"""

import asyncio
import struct
from collections.abc import AsyncIterator

from autochrome.errors import AutochromeError
from autochrome.film.playback import ShotPlayback
from autochrome.media.stills.pyramid import encode_image
from autochrome.studio.executors import Executors

DRAFT, SETTLED, ERROR = 0, 1, 2
_WAIT = 0.015  # seconds until a playback is asked again that had nothing to show
_QUALITY = 80  # of the JPEGs


async def stream_frames(playback: ShotPlayback, executors: Executors) -> AsyncIterator[bytes]:
    """The records of a playback, until it ends or the client goes."""
    frames = playback.play()

    def next_record() -> bytes | None:
        frame = next(frames)
        if frame is None:
            return None
        state = SETTLED if frame.settled else DRAFT
        return _record(frame.number, state, encode_image(frame.picture, quality=_QUALITY))

    def next_or_end() -> bytes | None:
        try:
            return next_record()
        except StopIteration:
            return b""
        except AutochromeError as error:
            return _record(0, ERROR, " ".join(str(error).split()).encode())

    try:
        while (record := await executors.run_play(next_or_end)) != b"":
            if record is None:
                await asyncio.sleep(_WAIT)
            else:
                yield record
    finally:
        playback.close()


def _record(number: int, state: int, content: bytes) -> bytes:
    return struct.pack("<III", number, state, len(content)) + content
