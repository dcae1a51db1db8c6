"""Write the pictures of a sequence as a film."""

from dataclasses import replace
from typing import Any

import av

from autochrome.media.films.planes import plane
from autochrome.media.films.writer_of_frames import WriterOfFrames
from autochrome.types import Frame


class FilmOfPictures(WriterOfFrames):
    """Takes the frames of a `SequenceReader`; the film gets their Y′ as a display shows it."""

    def _prepare(self, frame: Frame) -> Frame:
        height, width = frame.y_plane.shape
        depth = frame.plane_format.depth
        grey: Any = av.VideoFrame(width, height, "gray" if depth == 8 else f"gray{depth}le")
        y_plane = plane(grey, 0, depth)
        y_plane[:] = frame.y_plane
        grey.duration = 1
        return replace(frame, y_plane=y_plane, decoded=grey)
