"""Put a layer of colour over its original."""

import os
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import cv2

from autochrome.color.ycbcr import change_depth
from autochrome.errors import UsageError
from autochrome.film.pipeline import METADATA
from autochrome.film.report import FilmReport, Progress
from autochrome.media.films import create_film, open_film
from autochrome.media.films.layer import LumaDigest, chroma_of, read_layer_facts
from autochrome.options import FilmOptions
from autochrome.types import CodeValues, Frame

_CLOCK = 2e-3  # seconds: Matroska rounds times to thousandths


def merge_layer(
    original: str | os.PathLike[str],
    layer: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    options: FilmOptions | None = None,
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> FilmReport:
    """Write the coloured film: Y′, sound and everything else of the original, Cb and Cr of the layer.

    options: codec, crf, preset, pixel_format and timecode count. Nothing is written if the layer is of another film.
    """
    facts = read_layer_facts(layer)
    chosen = (options or FilmOptions()).model_copy(update={"start": facts.start, "end": facts.end})
    report, digest, firsts = FilmReport(Path(target)), LumaDigest(), set(facts.firsts)
    job = {"layer": facts.model_dump(), "bytes": Path(layer).stat().st_size}
    with (
        open_film(layer) as colors,
        open_film(original, start=facts.start, end=facts.end) as film,
        create_film(target, film, chosen, overwrite=overwrite, metadata=METADATA, job=job) as writer,
    ):
        fit = _ChromaFit(writer.chroma_shape, writer.plan.depth)
        zero: tuple[float, float] | None = None
        for frame, color in zip_longest(film, colors):
            if frame is None or color is None:
                break
            zero = zero or (frame.time, color.time)
            if abs((frame.time - zero[0]) - (color.time - zero[1])) > _CLOCK:
                raise _other_film(original, layer, f"the times differ from {frame.time:.3f} s on")
            writer.end_part_before(frame, frame.index in firsts)
            digest.add(frame)
            if writer.has_frame(frame.index):
                writer.skip(frame)
            else:
                writer.write(frame, *fit.planes(color))
            report.frames += 1
            if progress:
                progress(Progress(report.frames, facts.frames, 0))
        if digest.text != facts.luma or digest.frames != facts.frames:
            raise _other_film(original, layer, "Y′ differs")
    report.notes = (*film.notes, *fit.notes, *writer.notes)
    report.losses = (*film.losses, *writer.losses)
    return report


def _other_film(original: object, layer: object, why: str) -> UsageError:
    return UsageError(f"{layer}: this layer was made for another film than {original} ({why}).")


class _ChromaFit:
    """Cb and Cr of a layer in the size and depth of the result."""

    def __init__(self, shape: tuple[int, int], depth: int) -> None:
        self._shape, self._depth = shape, depth
        self.notes: tuple[str, ...] = ()

    def planes(self, color: Frame) -> tuple[CodeValues, CodeValues]:
        blue, red = (self._fit(codes, color.plane_format.depth) for codes in chroma_of(color))
        return blue, red

    def _fit(self, codes: CodeValues, depth: int) -> CodeValues:
        if codes.shape != self._shape:
            height, width = self._shape
            shrinks = height * width < codes.size
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            resized: Any = cv2.resize(codes, (width, height), interpolation=method)
            codes = resized
            self.notes = ("the colour of the layer is stored at another size in this film",)
        return change_depth(codes, depth, self._depth)
