"""Films with known cuts, made of still pictures: what detectors of scenes are tried on.

A film is a row of takes. Each shows one picture through a camera that stands, pans, zooms or shakes, with the defects
of old film on it, and is joined to the next by a cut or something slower. Frames are (H, W) grey levels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.evaluate.cut_scores import TrueCuts
from autochrome.types import Floats

Grey: TypeAlias = NDArray[np.uint8]
Window: TypeAlias = tuple[float, float, float]
"""Left, top and side of what the camera sees, in shares of the picture."""
Join: TypeAlias = Literal["cut", "dissolve", "fade", "black"]

HEIGHT, WIDTH = 72, 128


@dataclass(frozen=True, slots=True)
class MadeFilm:
    name: str
    frames: list[Grey]
    truth: TrueCuts


def _still(length: int, dice: np.random.Generator) -> list[Window]:
    left, top = dice.uniform(0, 0.3, 2)
    return [(left, top, 0.7)] * length


def _travel(step: float) -> Callable[[int, np.random.Generator], list[Window]]:
    """A pan of `step` of the frame's width each frame, to and fro."""

    def windows(length: int, dice: np.random.Generator) -> list[Window]:
        side, top = 0.5, float(dice.uniform(0, 0.5))
        places = dice.uniform(0, 1) + np.arange(length) * step
        lefts = 0.5 * np.abs((places + 1) % 2 - 1)  # there and back
        return [(float(left), top, side) for left in lefts]

    return windows


def _zoom(step: float) -> Callable[[int, np.random.Generator], list[Window]]:
    """`step` closer each frame, out again when it is close."""

    def windows(length: int, dice: np.random.Generator) -> list[Window]:
        depth = int(np.log(0.3) / np.log(1 - step))
        sides = [0.95 * (1 - step) ** (depth - abs(i % (2 * depth) - depth)) for i in range(length)]
        x, y = dice.uniform(0.2, 0.8, 2)
        return [((1 - side) * x, (1 - side) * y, side) for side in sides]

    return windows


def _shaken(length: int, dice: np.random.Generator) -> list[Window]:
    return [
        (0.15 + float(x), 0.15 + float(y), 0.7)
        for x, y in dice.normal(0, 0.02, (length, 2)).clip(-0.15, 0.15)
    ]


MOVES: dict[str, Callable[[int, np.random.Generator], list[Window]]] = {
    "still": _still,
    "pan": _travel(0.03),
    "fast pan": _travel(0.2),
    "zoom": _zoom(0.01),
    "fast zoom": _zoom(0.04),
    "shaken": _shaken,
}


def _flashes(frames: list[Floats], dice: np.random.Generator) -> None:
    """One to three frames nearly burnt out, twice."""
    for start in dice.integers(3, len(frames) - 6, 2):
        for i in range(start, start + dice.integers(1, 4)):
            frames[i] = 0.25 * frames[i] + 190


def _noise(frames: list[Floats], dice: np.random.Generator) -> None:
    for i, frame in enumerate(frames):
        frames[i] = frame + dice.normal(0, 22, frame.shape).astype(np.float32)


def _flicker(frames: list[Floats], dice: np.random.Generator) -> None:
    for i, frame in enumerate(frames):
        frames[i] = frame * np.float32(dice.uniform(0.65, 1.15))


def _dropouts(frames: list[Floats], dice: np.random.Generator) -> None:
    """One to three black frames in the middle of a scene."""
    start = int(dice.integers(4, len(frames) - 8))
    for i in range(start, start + int(dice.integers(1, 4))):
        frames[i] = np.full_like(frames[i], 5)


DEFECTS: dict[str, Callable[[list[Floats], np.random.Generator], None]] = {
    "none": lambda frames, dice: None,
    "flashes": _flashes,
    "noise": _noise,
    "flicker": _flicker,
    "dropouts": _dropouts,
}


def shoot(picture: Floats, windows: Sequence[Window]) -> list[Floats]:
    """(H, W) grey levels seen through a moving window."""
    height, width = picture.shape
    seen = []
    for left, top, side in windows:
        rows, columns = int(side * height), int(side * width)
        y, x = int(top * height), int(left * width)
        seen.append(resize(picture[y : y + rows, x : x + columns], HEIGHT, WIDTH))
    return seen


def _join(
    reel: list[Floats], take: list[Floats], how: Join, dice: np.random.Generator
) -> tuple[str, int, int]:
    """Put a take behind the reel; says what stands in the truth, and the first and last frame of the change."""
    at = len(reel)
    if how == "cut":
        reel += take
        return "cuts", at, at
    if how == "black":
        blank = int(dice.integers(2, 30))
        reel += [np.full((HEIGHT, WIDTH), 4, np.float32)] * blank + take
        return "cuts", at, at + blank
    length = int(dice.integers(8, 20))
    shares = np.linspace(0, 1, length + 2, dtype=np.float32)[1:-1]
    if how == "dissolve":
        for i, share in enumerate(shares):
            reel[at - length + i] = (1 - share) * reel[at - length + i] + share * take[i]
        reel += take[length:]
        return "gradual", at - length, at
    for i, share in enumerate(shares):  # down to black, and up again
        reel[at - length + i] = (1 - share) * reel[at - length + i]
        take[i] = share * take[i]
    reel += take
    return "gradual", at - length, at + length


def make_film(
    name: str,
    pictures: Sequence[Grey],
    seed: int,
    *,
    moves: Sequence[str] = ("still",),
    defects: Sequence[str] = ("none",),
    joins: Sequence[Join] = ("cut",),
) -> MadeFilm:
    """One take a picture, 44 to 60 frames long, each with a move, a trouble and a join drawn from those given."""
    dice = np.random.default_rng(seed)
    reel: list[Floats] = []
    truth: dict[str, list[tuple[int, int]]] = {"cuts": [], "gradual": []}
    for picture in pictures:
        windows = MOVES[str(dice.choice(list(moves)))](int(dice.integers(44, 60)), dice)
        take = shoot(picture.astype(np.float32), windows)
        DEFECTS[str(dice.choice(list(defects)))](take, dice)
        if not reel:
            reel += take
            continue
        how: Join = joins[int(dice.integers(len(joins)))]
        kind, first, last = _join(reel, take, how, dice)
        truth[kind].append((first, last))
    frames = [np.clip(np.rint(frame), 0, 255).astype(np.uint8) for frame in reel]
    return MadeFilm(name, frames, TrueCuts(cuts=tuple(truth["cuts"]), gradual=tuple(truth["gradual"])))


def make_films(pictures: Sequence[Grey], seed: int = 0) -> list[MadeFilm]:
    """One film for every difficulty, and one with all of them."""
    everything: list[Join] = ["cut", "cut", "dissolve", "fade", "black"]
    films = [
        make_film("cuts", pictures, seed),
        make_film("dissolves, fades, black", pictures, seed, joins=["dissolve", "fade", "black"]),
        make_film("everything", pictures, seed, moves=list(MOVES), defects=list(DEFECTS), joins=everything),
    ]
    films += [make_film(move, pictures, seed, moves=[move]) for move in MOVES if move != "still"]
    films += [
        make_film(trouble, pictures, seed, defects=[trouble]) for trouble in DEFECTS if trouble != "none"
    ]
    return films
