"""Films with known cuts, made from still pictures, to test and to compare cut detectors.

A film is a sequence of shots. Each shot shows one picture through a camera that is still, pans, zooms or shakes, with a
defect of old films, and follows the shot before after a cut or a gradual change. Frames are (H, W) grey levels, 0…255.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from autochrome.color.resize import resize
from autochrome.evaluate.cut_scores import TrueCuts
from autochrome.types import Floats

GreyFrame: TypeAlias = NDArray[np.uint8]
View: TypeAlias = tuple[float, float, float]
"""Left, top and side of the part of the picture that the camera sees, as fractions of the picture."""
Transition: TypeAlias = Literal["cut", "dissolve", "fade", "black"]

HEIGHT, WIDTH = 72, 128


@dataclass(frozen=True, slots=True)
class FilmWithCuts:
    """A film and its true cuts."""

    name: str
    frames: list[GreyFrame]
    truth: TrueCuts


def _still(length: int, random: np.random.Generator) -> list[View]:
    left, top = random.uniform(0, 0.3, 2)
    return [(left, top, 0.7)] * length


def _pan(step: float) -> Callable[[int, np.random.Generator], list[View]]:
    """A pan by `step` of the frame's width each frame, back and forth."""

    def views(length: int, random: np.random.Generator) -> list[View]:
        side, top = 0.5, float(random.uniform(0, 0.5))
        distances = random.uniform(0, 1) + np.arange(length) * step
        lefts = 0.5 * np.abs((distances + 1) % 2 - 1)  # back and forth
        return [(float(left), top, side) for left in lefts]

    return views


def _zoom(step: float) -> Callable[[int, np.random.Generator], list[View]]:
    """Each frame is closer by the fraction `step`; from the closest frame the camera goes back."""

    def views(length: int, random: np.random.Generator) -> list[View]:
        depth = int(np.log(0.3) / np.log(1 - step))
        sides = [0.95 * (1 - step) ** (depth - abs(i % (2 * depth) - depth)) for i in range(length)]
        x, y = random.uniform(0.2, 0.8, 2)
        return [((1 - side) * x, (1 - side) * y, side) for side in sides]

    return views


def _shake(length: int, random: np.random.Generator) -> list[View]:
    return [
        (0.15 + float(x), 0.15 + float(y), 0.7)
        for x, y in random.normal(0, 0.02, (length, 2)).clip(-0.15, 0.15)
    ]


MOVES: dict[str, Callable[[int, np.random.Generator], list[View]]] = {
    "still": _still,
    "pan": _pan(0.03),
    "fast pan": _pan(0.2),
    "zoom": _zoom(0.01),
    "fast zoom": _zoom(0.04),
    "shaken": _shake,
}
"""Name → (number of frames, random generator) → what the camera sees in each frame."""


def _flashes(frames: list[Floats], random: np.random.Generator) -> None:
    """Two flashes: one to three frames that are almost white."""
    for start in random.integers(3, len(frames) - 6, 2):
        for i in range(start, start + random.integers(1, 4)):
            frames[i] = 0.25 * frames[i] + 190


def _noise(frames: list[Floats], random: np.random.Generator) -> None:
    for i, frame in enumerate(frames):
        frames[i] = frame + random.normal(0, 22, frame.shape).astype(np.float32)


def _flicker(frames: list[Floats], random: np.random.Generator) -> None:
    for i, frame in enumerate(frames):
        frames[i] = frame * np.float32(random.uniform(0.65, 1.15))


def _dropouts(frames: list[Floats], random: np.random.Generator) -> None:
    """One to three black frames inside a shot."""
    start = int(random.integers(4, len(frames) - 8))
    for i in range(start, start + int(random.integers(1, 4))):
        frames[i] = np.full_like(frames[i], 5)


DEFECTS: dict[str, Callable[[list[Floats], np.random.Generator], None]] = {
    "none": lambda frames, random: None,
    "flashes": _flashes,
    "noise": _noise,
    "flicker": _flicker,
    "dropouts": _dropouts,
}
"""Name → a function that changes the frames of a shot in place."""


def film_shot(picture: Floats, views: Sequence[View]) -> list[Floats]:
    """(H, W) grey levels → one (HEIGHT, WIDTH) frame for each view."""
    height, width = picture.shape
    frames = []
    for left, top, side in views:
        rows, columns = int(side * height), int(side * width)
        y, x = int(top * height), int(left * width)
        frames.append(resize(picture[y : y + rows, x : x + columns], HEIGHT, WIDTH))
    return frames


def _append_shot(
    frames: list[Floats], shot: list[Floats], transition: Transition, random: np.random.Generator
) -> tuple[str, int, int]:
    """Append a shot; returns the field of TrueCuts for the transition, and its first and last frame."""
    start = len(frames)
    if transition == "cut":
        frames += shot
        return "cuts", start, start
    if transition == "black":
        blank = int(random.integers(2, 30))
        frames += [np.full((HEIGHT, WIDTH), 4, np.float32)] * blank + shot
        return "cuts", start, start + blank
    length = int(random.integers(8, 20))
    weights = np.linspace(0, 1, length + 2, dtype=np.float32)[1:-1]
    if transition == "dissolve":
        for i, weight in enumerate(weights):
            frames[start - length + i] = (1 - weight) * frames[start - length + i] + weight * shot[i]
        frames += shot[length:]
        return "gradual", start - length, start
    for i, weight in enumerate(weights):  # fade to black, then from black
        frames[start - length + i] = (1 - weight) * frames[start - length + i]
        shot[i] = weight * shot[i]
    frames += shot
    return "gradual", start - length, start + length


def make_film_with_cuts(
    name: str,
    pictures: Sequence[GreyFrame],
    seed: int,
    *,
    moves: Sequence[str] = ("still",),
    defects: Sequence[str] = ("none",),
    transitions: Sequence[Transition] = ("cut",),
) -> FilmWithCuts:
    """One shot for each picture, of 44 to 59 frames, with a random move, defect and transition out of these."""
    random = np.random.default_rng(seed)
    frames: list[Floats] = []
    truth: dict[str, list[tuple[int, int]]] = {"cuts": [], "gradual": []}
    for picture in pictures:
        views = MOVES[str(random.choice(list(moves)))](int(random.integers(44, 60)), random)
        shot = film_shot(picture.astype(np.float32), views)
        DEFECTS[str(random.choice(list(defects)))](shot, random)
        if not frames:
            frames += shot
            continue
        transition = transitions[int(random.integers(len(transitions)))]
        field, first, last = _append_shot(frames, shot, transition, random)
        truth[field].append((first, last))
    grey = [np.clip(np.rint(frame), 0, 255).astype(np.uint8) for frame in frames]
    return FilmWithCuts(name, grey, TrueCuts(cuts=tuple(truth["cuts"]), gradual=tuple(truth["gradual"])))


def make_films_with_cuts(pictures: Sequence[GreyFrame], seed: int = 0) -> list[FilmWithCuts]:
    """One film for each move, defect and kind of transition, and one with all of them."""
    gradual: list[Transition] = ["dissolve", "fade", "black"]
    all_transitions: list[Transition] = ["cut", "cut", *gradual]
    make = make_film_with_cuts
    return [
        make("cuts", pictures, seed),
        make("dissolves, fades, black", pictures, seed, transitions=gradual),
        make(
            "everything",
            pictures,
            seed,
            moves=list(MOVES),
            defects=list(DEFECTS),
            transitions=all_transitions,
        ),
        *(make(move, pictures, seed, moves=[move]) for move in MOVES if move != "still"),
        *(make(defect, pictures, seed, defects=[defect]) for defect in DEFECTS if defect != "none"),
    ]
