"""Open what an evaluation needs: the network, the distance of features, and the judge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autochrome.errors import ExtraMissing

if TYPE_CHECKING:
    from autochrome.evaluate.photo_protocol import PerceptualDistance
    from autochrome.evaluate.recognition import Judge
    from autochrome.model import ColorModel

BASELINES_ONLY = "baselines"


def open_network(name: str, device: str) -> ColorModel | None:
    """The network by its name, file or training run; None for the baselines alone."""
    if name == BASELINES_ONLY:
        return None
    if Path(name).is_dir():
        from autochrome.lab.training.trained_model import open_trained_model

        return open_trained_model(Path(name), "cpu" if device == "auto" else device)
    from autochrome.model import open_model

    return open_model(name, device=device, many=True)


def open_perceptual(file: Path | None) -> PerceptualDistance | None:
    """The distance of features; None without a file of weights."""
    if file is None:
        return None
    from autochrome.lab.losses.perceptual import perceptual_distance

    return perceptual_distance(str(file))


def open_judge_if_installed() -> Judge | None:
    """The classifier; None, and a sentence on stderr, if its packages are not installed."""
    try:
        from autochrome.lab.judge import open_judge

        return open_judge()
    except ImportError as error:
        reason = f"this needs {error.name}: pip install 'autochrome[evaluate]'."
    except ExtraMissing as error:
        reason = str(error)
    print(f"autochrome: without recognition and feature distance; {reason}", file=sys.stderr)
    return None
