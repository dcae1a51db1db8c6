"""The beginning of a filter graph: where single frames are pushed in."""

from typing import Any


def add_frame_source(graph: Any, pixel_format: Any, space: int, color_range: int) -> Any:
    """A source of frames without times. pixel_format: with the size of the frames.

    space, color_range: FFmpeg's AVColorSpace and AVColorRange.
    """
    return graph.add(
        "buffer",
        video_size=f"{pixel_format.width}x{pixel_format.height}",
        pix_fmt=pixel_format.name,
        time_base="1/25",
        colorspace=str(space),
        range=str(color_range),
    )
