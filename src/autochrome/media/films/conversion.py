"""Bring frames into planar Y′CbCr, or from one planar format into another: Y′ exact, flags and side data kept.

FFmpeg's scaler moves the planes. It runs on one thread: with several, it damages some pixels at the ends of rows now
and then. It changes greys of R′G′B′ with more or less than 8 bits, so there Y′ is computed here.
"""

from typing import Any

import av
import cv2
import numpy as np

from autochrome.color.ycbcr import LUMA_WEIGHTS
from autochrome.media.films.facts import FULL, LIMITED, SPACES
from autochrome.media.films.filter_source import add_frame_source
from autochrome.media.films.planes import Layout, layout_of, plane
from autochrome.types import CodeValues, Matrix, PlaneFormat

_MATRIX_NAMES: dict[Matrix, str] = {
    "bt709": "bt709",
    "fcc": "fcc",
    "bt601": "smpte170m",
    "smpte240m": "smpte240m",
    "bt2020": "bt2020nc",
}
"""Our name of a matrix → the scaler's."""
_RGB_SPACE = 0  # FFmpeg's AVColorSpace of R′G′B′


class Converter:
    """Converts frames of one pixel format and size. Serves one thread."""

    def __init__(self, pixel_format: Any, plane_format: PlaneFormat, target: str | None = None) -> None:
        """pixel_format: of the frames, with their size; target: FFmpeg's name of a planar Y′CbCr or grey format;
        default: the one that holds everything in the frames. Raises av.FFmpegError if there is no way.
        """
        self._layout: Layout = layout_of(pixel_format)
        self._plane_format = plane_format
        # The scaler takes every grey for the full range. Full on both sides means that it changes no code value.
        self._full = plane_format.full or self._layout.rgb or self._layout.sampling == "gray"
        self.target = target or (pixel_format.name if self._layout.planar else self._layout.planar_name)
        self._same = pixel_format.name == self.target
        self._to_planar = self._to_rgb = None
        if not self._same:
            self._to_planar = self._scaler(pixel_format, self.target)
        if self._layout.rgb:
            tail = "" if self._layout.depth == 8 else f"{self._layout.depth}le"
            bits = [component.bits for component in pixel_format.components[:3]]
            # A palette has one component, and its colours have 8 bits.
            self._bits: list[Any] = bits if len(bits) == 3 else [8, 8, 8]
            self._to_rgb = self._scaler(pixel_format, f"gbrp{tail}")

    def convert(self, av_frame: Any) -> Any:
        """The frame itself if it has the target format already; else a new frame."""
        if self._to_planar is None:
            return av_frame
        planar = self._pass(self._to_planar, av_frame)
        if self._to_rgb is not None:
            y_plane = self._y_of_rgb(self._pass(self._to_rgb, av_frame))
            plane(planar, 0, self._layout.depth)[:] = y_plane
        elif self._layout.sampling == "gray" and self._layout.alpha:
            for number, codes in zip((0, 3), self._grey_and_alpha(av_frame), strict=True):
                plane(planar, number, self._layout.depth)[:] = codes  # the scaler changes transparency by 1
        return planar

    def _pass(self, graph: Any, av_frame: Any) -> Any:
        """Send one frame through the scaler."""
        space, side = av_frame.colorspace, av_frame.color_range
        av_frame.colorspace = self._space
        av_frame.color_range = FULL if self._full else LIMITED
        graph.push(av_frame)
        converted = graph.pull()
        av_frame.colorspace, av_frame.color_range = space, side
        converted.color_range = FULL if self._plane_format.full else LIMITED
        converted.pts, converted.duration = av_frame.pts, av_frame.duration
        return converted

    def _grey_and_alpha(self, av_frame: Any) -> tuple[CodeValues, CodeValues]:
        """Two (H, W) planes from a frame that stores both pixel by pixel."""
        order = ">u2" if av_frame.format.is_big_endian else "<u2"
        stored = av_frame.planes[0]
        rows: Any = np.frombuffer(stored, np.uint8 if self._layout.depth == 8 else order)
        rows = rows.reshape(av_frame.height, -1)[:, : 2 * av_frame.width]
        return rows[:, ::2], rows[:, 1::2]

    @property
    def _space(self) -> int:
        return _RGB_SPACE if self._layout.rgb else SPACES[self._plane_format.matrix]

    def _scaler(self, pixel_format: Any, target: str) -> Any:
        """A filter graph with the scaler between a source and a sink."""
        graph = av.filter.Graph()
        graph.threads = 1
        source = add_frame_source(graph, pixel_format, self._space, FULL if self._full else LIMITED)
        side, matrix = "full" if self._full else "limited", _MATRIX_NAMES[self._plane_format.matrix]
        settings = {"flags": "bilinear"}
        if not target.startswith("gbr"):
            settings |= {"in_range": side, "out_range": side, "out_color_matrix": matrix}
            settings |= {} if self._layout.rgb else {"in_color_matrix": matrix}
        scale = graph.add("scale", ":".join(f"{key}={value}" for key, value in settings.items()))
        kind, sink = graph.add("format", target), graph.add("buffersink")
        graph.link_nodes(source, scale, kind, sink).configure()
        return graph

    def _y_of_rgb(self, av_frame: Any) -> CodeValues:
        """(H, W) Y′ of a planar R′G′B′ frame, in the full range: grey 100 of 256 is Y′ 100."""
        weights = LUMA_WEIGHTS[self._plane_format.matrix]
        planes = [plane(av_frame, number, self._layout.depth) for number in range(3)]
        bits = self._bits[1], self._bits[2], self._bits[0]
        if max(bits) < 8:  # the scaler leaves the low bits empty, so that white is not white
            planes = [codes | codes >> count for codes, count in zip(planes, bits, strict=True)]
        channels: Any = cv2.merge(planes)
        in_order = np.array([[weights.green, weights.blue, weights.red]], np.float32)
        codes: Any = cv2.transform(channels, in_order)
        y_plane: CodeValues = codes
        return y_plane
