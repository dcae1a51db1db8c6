"""Interlaced film: which field of a frame is shown first."""

from typing import Any

import av

from autochrome.media.films.filter_source import add_frame_source

_TOP, _BOTTOM = 2, 3  # FFmpeg's AVFieldOrder: both fields are stored as they are shown
_TOP_FIRST, _BOTTOM_FIRST = (
    (2, 5),
    (3, 4),
)  # all orders in which the top field, or the bottom field, is shown first


def read_field_order(first: Any, stored: int) -> int:
    """FFmpeg's AVFieldOrder. first: a decoded frame, which knows best; stored: what the file says."""
    if not first.interlaced_frame:
        return stored
    top = _is_top_first(first)
    if stored in (_TOP_FIRST if top else _BOTTOM_FIRST):
        return stored
    return _TOP if top else _BOTTOM


def _is_top_first(av_frame: Any) -> bool:
    """PyAV does not show this flag, but a filter that lets only such frames pass can see it."""
    graph = av.filter.Graph()
    source = add_frame_source(graph, av_frame.format, av_frame.colorspace, av_frame.color_range)
    chosen = graph.add("select", "eq(interlace_type,TOPFIRST)")
    graph.link_nodes(source, chosen, graph.add("buffersink")).configure()
    graph.push(av_frame)
    graph.push(None)
    try:
        graph.pull()
    except (av.error.BlockingIOError, av.error.EOFError):
        return False
    return True
