"""A film writer that takes other frames than those of the film it writes."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from autochrome.media.films.codecs import Plan
from autochrome.media.films.writer import FilmWriter
from autochrome.types import CodeValues, Frame


class WriterOfFrames(ABC):
    """Has the interface of `FilmWriter`, and changes each frame before that gets it. A context manager."""

    def __init__(self, writer: FilmWriter) -> None:
        self._writer = writer

    @abstractmethod
    def _prepare(self, frame: Frame) -> Frame:
        """The frame that is written in the place of this one."""

    @property
    def plan(self) -> Plan:
        return self._writer.plan

    @property
    def notes(self) -> tuple[str, ...]:
        return self._writer.notes

    @property
    def losses(self) -> tuple[str, ...]:
        return self._writer.losses

    @property
    def chroma_shape(self) -> tuple[int, int]:
        return self._writer.chroma_shape

    def has_frame(self, frame: int) -> bool:
        return self._writer.has_frame(frame)

    def has_shot(self, first: int) -> bool:
        return self._writer.has_shot(first)

    def end_part_before(self, frame: Frame, begins_shot: bool) -> bool:
        return self._writer.end_part_before(frame, begins_shot)

    def write(self, frame: Frame, blue: CodeValues, red: CodeValues) -> None:
        self._writer.write(self._prepare(frame), blue, red)

    def skip(self, frame: Frame) -> None:
        self._writer.skip(frame)

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
