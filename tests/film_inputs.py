"""Inputs of the film tests: textures, clips of several scenes, and a network whose output a test chooses."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from autochrome.model import Card
from autochrome.options import FilmOptions
from autochrome.types import Hints, Luma, Prediction, Prepared
from filmmaking import make_film
from tiny import tint_card


def texture(height: int = 72, width: int = 128, seed: int = 0) -> np.ndarray:
    """(height, width) uint8: soft patches with fine grain, like the proxy of a frame."""
    random = np.random.default_rng(seed)
    coarse = cv2.GaussianBlur(random.random((height, width)).astype(np.float32), (0, 0), 3)
    fine = cv2.GaussianBlur(random.random((height, width)).astype(np.float32), (0, 0), 1)
    mix = coarse / max(coarse.std(), 1e-6) + 0.3 * fine / max(fine.std(), 1e-6)
    return np.clip(128 + 40 * (mix - mix.mean()), 0, 255).astype(np.uint8)


def shifted(image: np.ndarray, right: float, down: float) -> np.ndarray:
    """The image moved by fractions of a pixel; edges are repeated."""
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return cv2.warpAffine(image, move, image.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


LOSSLESS = FilmOptions(codec="ffv1", size=64, cuts="none")
SCENES = [texture(64, 96, seed) for seed in (1, 2, 3)]


@dataclass
class FakeNetwork:
    """A network that records its inputs. `predict(luma, count)` returns the a*b* of the count-th input."""

    predict: Any
    inputs: list[Luma] = field(default_factory=list)
    card: Card = field(default_factory=tint_card)
    edition: str = ""

    def prepare(self, luma: Luma) -> Prepared:
        self.inputs.append(luma)
        return Prepared(luma, None)

    def paint(self, prepared: Prepared, hints: Hints | None = None, vivid: float = 1.0) -> Prediction:
        return Prediction(self.predict(prepared.luma, len(self.inputs)).astype(np.float32))


def one_color(a: float, b: float) -> Any:
    """A prediction that is the same everywhere and always."""
    return lambda luma, count: np.broadcast_to((a, b), (16, 16, 2))


def y_planes(*lengths: int) -> list[np.ndarray]:
    """Frames of one scene after another. Each is a little darker than the one before, so that no two are equal."""
    rows = zip(SCENES, lengths, strict=False)
    return [np.clip(scene.astype(int) - n, 0, 255).astype(np.uint8) for scene, k in rows for n in range(k)]


def film_of(path: Path, *lengths: int, **more: Any) -> Path:
    """Write a lossless film of `y_planes`; `more` are arguments of `make_film`."""
    frames = y_planes(*lengths)
    settings = {
        "codec": "ffv1",
        "size": (64, 96),
        "times": range(len(frames)),
        "lights": frames,
        "sound": None,
    }
    return make_film(path, **{**settings, **more})


def rectangle_on(number: int, color: str) -> dict[str, object]:
    """A key frame of a hints file: one rectangle in the middle of frame `number`."""
    rectangle = {"x": 0.2, "y": 0.2, "width": 0.6, "height": 0.6, "color": color}
    return {"frame": number, "rectangles": [rectangle]}


def our_threads() -> int:
    """How many threads of autochrome run now."""
    return sum(thread.name.startswith("autochrome") for thread in threading.enumerate())
