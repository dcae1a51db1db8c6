"""Colour alone as a film: Cb and Cr over an even grey, without loss. With the original it makes the coloured film."""

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from pydantic import ValidationError

from autochrome.color.ycbcr import chroma_middle
from autochrome.errors import NotAFilm, UsageError
from autochrome.media.films.codecs import Plan
from autochrome.media.films.planes import plane
from autochrome.media.films.writer import FilmWriter
from autochrome.media.films.writer_of_frames import WriterOfFrames
from autochrome.options import Options
from autochrome.types import CodeValues, Frame

SUFFIX = ".mkv"
_KEY = "autochrome_layer"


class LayerFacts(Options):
    """What the metadata of a layer say about its original."""

    luma: str  # digest of Y′ of all frames
    frames: int
    start: float | None = None  # seconds of the original
    end: float | None = None
    firsts: tuple[int, ...] = ()  # frames of the original that begin a shot


class LumaDigest:
    """A digest of Y′ of the frames of a film, in order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.frames = 0

    def add(self, frame: Frame) -> None:
        self.frames += 1
        y_plane = np.ascontiguousarray(frame.y_plane).tobytes()
        self._digest.update(hashlib.md5(y_plane, usedforsecurity=False).digest())

    @property
    def text(self) -> str:
        return self._digest.hexdigest()


class LayerWriter(WriterOfFrames):
    """Takes frames and their colour like `FilmWriter`, and writes the colour alone. A context manager."""

    def __init__(
        self, writer: FilmWriter, metadata: dict[str, str], start: float | None, end: float | None
    ) -> None:
        """writer: of the layer; metadata: a dict that it stores at its end."""
        super().__init__(writer)
        self._metadata, self._span = metadata, (start, end)
        self._digest = LumaDigest()
        self._firsts: list[int] = []
        self._begins_shot = False

    def end_part_before(self, frame: Frame, begins_shot: bool) -> bool:
        self._begins_shot = self._begins_shot or begins_shot
        return super().end_part_before(frame, begins_shot)

    def _prepare(self, frame: Frame) -> Frame:
        self._count(frame)
        return _without_luma(frame, self.plan)

    def skip(self, frame: Frame) -> None:
        self._count(frame)
        super().skip(frame)

    def _count(self, frame: Frame) -> None:
        self._digest.add(frame)
        if self._begins_shot:
            self._firsts.append(frame.index)
            self._begins_shot = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        facts = LayerFacts(
            luma=self._digest.text,
            frames=self._digest.frames,
            start=self._span[0],
            end=self._span[1],
            firsts=tuple(self._firsts),
        )
        self._metadata[_KEY] = facts.model_dump_json()
        super().__exit__(kind, error, trace)


def read_layer_facts(path: str | os.PathLike[str]) -> LayerFacts:
    """What a layer says about its original. An error if the film is no layer."""
    try:
        with av.open(os.fspath(path), metadata_errors="replace") as film:
            text = next((value for key, value in film.metadata.items() if key.lower() == _KEY), None)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise NotAFilm(f"{os.fspath(path)}: this file cannot be read as a film.") from error
    try:
        if text is not None:
            return LayerFacts.model_validate_json(text)
    except ValidationError:
        pass
    raise UsageError(f"{os.fspath(path)}: this film is no layer; 'autochrome film --layer' writes one.")


def chroma_of(frame: Frame) -> tuple[CodeValues, CodeValues]:
    """(h, w) Cb and Cr of a frame of a layer, code values."""
    depth = frame.plane_format.depth
    return plane(frame.decoded, 1, depth), plane(frame.decoded, 2, depth)


def check_layer_name(path: str | os.PathLike[str]) -> Path:
    """The path of a layer, which is a Matroska file."""
    target = Path(path)
    if target.suffix.lower() != SUFFIX:
        raise UsageError(f"{target}: a layer is written as {SUFFIX}; change its name.")
    return target


def _without_luma(frame: Frame, plan: Plan) -> Frame:
    """The frame with an even grey in the place of its Y′, ready for colour."""
    height, width = frame.y_plane.shape
    flat: Any = av.VideoFrame(width, height, plan.pixel_format)
    y_plane = plane(flat, 0, plan.depth)
    y_plane[:] = chroma_middle(plan.depth)
    flat.duration = frame.decoded.duration or 0
    return Frame(
        frame.index, frame.pts, frame.time, y_plane, frame.plane_format, frame.interlaced, decoded=flat
    )
