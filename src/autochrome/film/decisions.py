"""The decisions behind a layer of colour as JSON: shots, hints, options, network and versions."""

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from autochrome import __version__
from autochrome.files import atomic_write
from autochrome.film.job import FilmJob
from autochrome.film.report import FilmReport
from autochrome.film.scenes.shot_list import Shot
from autochrome.hints.source import HintsSource, open_hints
from autochrome.media.films.layer import LayerFacts
from autochrome.options import Options

_LIBRARIES = ("av", "numpy", "onnxruntime", "opencv-python-headless", "openvino")


class Decisions(Options):
    """Everything that decided the colours of a film."""

    version: Literal[1] = 1
    software: str = f"autochrome {__version__}"
    libraries: dict[str, str]
    original: str  # name of the file
    luma: str  # digest of Y′ of all its frames
    frames: int
    network: dict[str, str]
    options: dict[str, Any]
    shots: tuple[Shot, ...]
    hints: dict[str, Any] | None  # a hints file


def decisions_path(layer: str | os.PathLike[str]) -> Path:
    """Where the decisions of a layer are written."""
    return Path(layer).with_suffix(".json")


def save_decisions(
    source: str | os.PathLike[str],
    report: FilmReport,
    job: FilmJob,
    layer: LayerFacts,
    hints: HintsSource | None,
) -> Path:
    """Write the decisions beside the layer."""
    card = job.network.card
    decisions = Decisions(
        libraries={name: found for name in _LIBRARIES if (found := _version_of(name))},
        original=Path(source).name,
        luma=layer.luma,
        frames=layer.frames,
        network={"name": card.name, "version": card.version, "digest": job.network.edition},
        options=job.options.model_dump(),
        shots=tuple(report.shots),
        hints=None
        if hints is None
        else open_hints(hints).file.model_dump(exclude_defaults=True, mode="json"),
    )
    path = decisions_path(report.path)
    atomic_write(path, decisions.model_dump_json(indent=2) + "\n")
    return path


def _version_of(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
