"""A still camera on a plain wall with the grain of film: colours that disagree mix smoothly, without blotches."""

import cv2
import numpy as np
import pytest

from autochrome.film.keyframes import CarriedHints, ProxyRecord
from autochrome.film.temporal import ShotMemory
from autochrome.hints.file import HintsFile

HEIGHT, WIDTH = 72, 128
LAST = 48
GRID = np.s_[12:-12:4, 20:-20:4]  # positions on the wall, away from its edges
UNEVEN = 1.5  # a*b*, standard deviation over the grid: the eye tells 2 apart


def wall(number: int, grain: float) -> np.ndarray:
    """(HEIGHT, WIDTH) grey; grain: code values, standard deviation."""
    noise = np.random.default_rng(number).normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.7)
    return np.clip(np.linspace(115, 130, WIDTH) + grain * noise / noise.std(), 0, 255).astype(np.uint8)


def painted(number: int, color: str) -> dict[str, object]:
    rectangle = {"x": 0.05, "y": 0.05, "width": 0.9, "height": 0.9, "color": color}
    return {"frame": number, "rectangles": [rectangle]}


@pytest.mark.parametrize("grain", [0, 2, 5])
def test_two_key_frames_of_other_colours_mix_smoothly(grain: float):
    records = [ProxyRecord(n, n / 25, wall(n, grain), n == 0) for n in range(LAST + 1)]
    frames = [painted(0, "#c83c28"), painted(LAST, "#2850c8")]
    carried = CarriedHints()
    carried.carry(records, HintsFile.model_validate({"version": 1, "frames": frames}))
    means = []
    for number in range(0, LAST + 1, 6):
        hints = carried.at(number, HEIGHT, WIDTH)
        assert hints is not None
        assert hints.mask[GRID].mean() > 0.95, "what stands still is not lost in grain"
        assert hints.chroma[GRID].std(axis=(0, 1)).max() < UNEVEN
        means.append(hints.chroma[GRID].mean(axis=(0, 1)))
    along = means[-1] - means[0]
    shares = [float((mean - means[0]) @ along / (along @ along)) for mean in means]
    assert np.allclose(shares, np.linspace(0, 1, len(shares)), atol=0.05)


@pytest.mark.parametrize("grain", [0, 2, 5])
def test_two_predictions_of_other_colours_mix_smoothly(grain: float):
    memory, predicted = ShotMemory(24, 32), []
    red, blue = np.float32((40, 25)), np.float32((10, -40))
    settled: list[np.ndarray] = []
    for number in range(LAST + 1):
        memory.add_frame(wall(number, grain))
        if memory.wants_prediction:
            color = red + (blue - red) * np.float32(number / LAST)
            memory.add_prediction(lambda color=color: np.broadcast_to(color, (36, 64, 2)).copy())
            predicted.append(number)
        settled += [chroma.copy() for chroma in memory.settle()]
    settled += [chroma.copy() for chroma in memory.finish()]
    assert predicted == [0, 24, LAST], "grain is no motion that calls for more predictions"
    assert max(chroma[4:-4, 4:-4].std(axis=(0, 1)).max() for chroma in settled) < UNEVEN
