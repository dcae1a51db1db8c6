"""Proof that a coloured film holds the Y′ of its original: hashes of both, and what made the colours.

A proof is three files: JSON, and the hashes of Y′ of the original and of the result as FFmpeg's `framemd5` prints them.
Everything is read from the finished files, so that a proof also covers the encoder and the disk.
"""

import hashlib
import os
from collections.abc import Iterator
from math import log10
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationError

from autochrome import __version__
from autochrome.color.ycbcr import change_depth
from autochrome.errors import InputMissing, UsageError
from autochrome.files import atomic_write
from autochrome.hints.source import HintsSource, open_hints
from autochrome.media.films import FilmReader, SequenceReader, open_film
from autochrome.media.films.luma_hashes import (
    LUMA_COMMAND,
    STREAM_COMMAND,
    hash_file,
    hash_streams,
    luma_header,
    luma_line,
)
from autochrome.model import ColorModel
from autochrome.options import FilmOptions, Options
from autochrome.types import Frame

SUFFIX = ".json"


class ProvenFile(Options):
    """One film of a proof."""

    file: str  # its path from the folder of the proof
    size: int  # bytes
    sha256: str
    streams: tuple[str, ...]  # as FFmpeg's `streamhash` prints them
    luma: str  # name of the file with the hashes of Y′, beside the proof
    luma_sha256: str  # of that file


class Proof(Options):
    """What the JSON of a proof says."""

    version: Literal[1] = 1
    software: str = f"autochrome {__version__}"
    original: ProvenFile
    result: ProvenFile
    frames: int
    equal: Annotated[int, Field(description="Frames with the same Y′ in both files.")]
    psnr: Annotated[float | None, Field(description="dB, of Y′ of all frames; None if all are equal.")]
    network: dict[str, str]
    options: dict[str, Any]
    hints: str | None = None  # SHA-256 of the hints
    start: float | None = None  # seconds of the original
    end: float | None = None
    luma_command: str = LUMA_COMMAND
    stream_command: str = STREAM_COMMAND

    @property
    def summary(self) -> str:
        """One sentence."""
        if self.equal == self.frames:
            return f"Y′ of all {self.frames} frames is equal in the original and the result"
        return (
            f"Y′ of {self.equal} of {self.frames} frames is equal; the codec keeps the rest to {self.psnr} dB "
            "(ffv1 keeps all)"
        )


class LumaComparison:
    """Y′ of two films, frame by frame."""

    def __init__(self, original: FilmReader | SequenceReader, result: FilmReader | SequenceReader) -> None:
        self._films = original, result
        self.frames = self.equal = 0
        self._error = 0.0  # sum of the mean squared error of each frame, where white is 1
        self.lines: tuple[list[str], list[str]] = (
            luma_header(original.facts, f"autochrome {__version__}"),
            luma_header(result.facts, f"autochrome {__version__}"),
        )

    def run(self) -> None:
        """Read both films to their end."""
        before, after = (iter(film) for film in self._films)
        for pair in _both(before, after):
            self.frames += 1
            for frame, lines in zip(pair, self.lines, strict=True):
                if frame is not None:
                    lines.append(luma_line(frame))
            if pair[0] is not None and pair[1] is not None:
                self._compare(pair[0], pair[1])

    def _compare(self, before: Frame, after: Frame) -> None:
        depth = after.plane_format.depth
        expected = change_depth(before.y_plane, before.plane_format.depth, depth)
        if expected.shape == after.y_plane.shape and np.array_equal(expected, after.y_plane):
            self.equal += 1
        elif expected.shape == after.y_plane.shape:
            difference = (expected.astype(np.float32) - after.y_plane) / ((1 << depth) - 1)
            self._error += float(np.mean(difference * difference))
        else:
            self._error += 1.0

    @property
    def psnr(self) -> float | None:
        """dB, of all frames; None if all are equal."""
        return round(-10 * log10(self._error / self.frames), 2) if self._error else None


def _both(before: Iterator[Frame], after: Iterator[Frame]) -> Iterator[tuple[Frame | None, Frame | None]]:
    """The frames of two films in pairs; None where one film has ended."""
    while True:
        pair = next(before, None), next(after, None)
        if pair == (None, None):
            return
        yield pair


def write_proof(
    path: str | os.PathLike[str],
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    network: ColorModel,
    options: FilmOptions,
    hints: HintsSource | None = None,
) -> Proof:
    """Write the proof of a finished film: `path` (JSON) and two files of hashes beside it."""
    path = check_proof_name(path)
    compared = compare_luma(Path(source), Path(target), options.start, options.end)
    films = []
    for film, kind, lines in zip((source, target), ("original", "result"), compared.lines, strict=True):
        text = "\n".join(lines) + "\n"
        name = f"{path.stem}-{kind}.framemd5"
        atomic_write(path.with_name(name), text)
        films.append(_prove_file(Path(film), path.parent, name, text))
    proof = Proof(
        original=films[0],
        result=films[1],
        frames=compared.frames,
        equal=compared.equal,
        psnr=compared.psnr,
        network={"name": network.card.name, "version": network.card.version, "digest": network.edition},
        options=options.model_dump(),
        hints=_hints_digest(hints),
        start=options.start,
        end=options.end,
    )
    atomic_write(path, proof.model_dump_json(indent=2) + "\n")
    return proof


def check_proof_name(path: str | os.PathLike[str]) -> Path:
    """The path of a proof, which must end in .json."""
    path = Path(path)
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"{path}: the name of a proof must end in {SUFFIX}.")
    return path


def load_proof(path: str | os.PathLike[str]) -> Proof:
    """Read the JSON of a proof."""
    try:
        return Proof.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise InputMissing(f"{path}: the proof cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise UsageError(f"{path}: this is not a proof that 'autochrome film --proof' wrote.") from error


def compare_luma(source: Path, target: Path, start: float | None, end: float | None) -> LumaComparison:
    """Read two films and compare their Y′. start, end: seconds of the first one."""
    with open_film(source, start=start, end=end) as original, open_film(target) as result:
        compared = LumaComparison(original, result)
        compared.run()
        return compared


def _prove_file(film: Path, folder: Path, luma: str, text: str) -> ProvenFile:
    return ProvenFile(
        file=Path(os.path.relpath(film.resolve(), folder.resolve())).as_posix(),
        size=film.stat().st_size,
        sha256=hash_file(film),
        streams=tuple(hash_streams(film)),
        luma=luma,
        luma_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _hints_digest(hints: HintsSource | None) -> str | None:
    if hints is None:
        return None
    document = open_hints(hints).file.model_dump_json(exclude_defaults=True)
    return hashlib.sha256(document.encode()).hexdigest()
