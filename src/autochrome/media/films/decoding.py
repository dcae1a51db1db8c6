"""Decode the frames of a film; what cannot be decoded is counted and left out."""

from collections.abc import Callable, Generator
from typing import Any

import av

from autochrome.media.films.clock import Clock, DisplayOrder
from autochrome.media.films.completeness import Completeness


def decode_frames(
    container: Any,
    stream: Any,
    clock: Clock,
    order: DisplayOrder,
    count: Completeness,
    add_loss: Callable[[str], None],
) -> Generator[Any]:
    """The frames in the order of display. Their times are ticks of `clock`."""
    packets = container.demux(stream)
    while True:
        packet = _next_packet(packets, add_loss)
        end = packet is None or (packet.dts is None and packet.pts is None and not packet.size)
        if not end and not packet.size:
            continue  # the frame before is shown longer
        if not end:
            count.add_packet(packet)
            order.add(packet)
        try:
            for av_frame in stream.decode(None if end else packet):
                av_frame.pts = clock.ticks(order.time_of(av_frame))
                yield av_frame
        except EOFError:
            return
        except (av.FFmpegError, ValueError):
            count.add_broken()
            order.drop(packet)
        if end:
            return


def _next_packet(packets: Any, add_loss: Callable[[str], None]) -> Any:
    try:
        return next(packets, None)
    except IndexError:
        return None  # all packets are read: PyAV meets a stream that it did not know at the beginning
    except (av.FFmpegError, OSError, ValueError):
        add_loss("the film cannot be read to its end")
        return None
