"""Memory inside one shot: steady where the picture goes on, true to what the network says, quick where it is new."""

from itertools import pairwise

import numpy as np
import pytest

from autochrome.film.temporal import ShotMemory
from film_inputs import shifted, texture

SHAPE = (36, 64, 2)
TRUTH = np.zeros(SHAPE, np.float32)
TRUTH[:18] = (20, -30)
TRUTH[18:] = (-25, 35)


def answers(count: int, wrong: float = 8.0, seed: int = 0) -> list[np.ndarray]:
    """What a network might say of frames of one shot: the truth, a little different each time, in patches."""
    random = np.random.default_rng(seed)
    patches = random.normal(0, wrong, (count, 6, 8, 2)).astype(np.float32)
    return [TRUTH + np.kron(patch, np.ones((6, 8, 1), np.float32)) for patch in patches]


def run(
    frames: list[np.ndarray], predictions: list[np.ndarray], **settings
) -> tuple[list[np.ndarray], list[int]]:
    """The colours of a whole shot, and which of its frames the network saw."""
    memory = ShotMemory(**{"every": 4, "max_predictions": 10, **settings})
    colors, looks = [], []
    for number, (frame, answer) in enumerate(zip(frames, predictions, strict=True)):
        memory.add_frame(frame)
        if memory.wants_prediction or (number == len(frames) - 1 and memory.newest_is_unpredicted):
            memory.add_prediction(lambda answer=answer: answer)
            looks.append(number)
        colors += [color.copy() for color in memory.settle()]
    colors += [color.copy() for color in memory.finish()]
    assert len(colors) == len(frames)
    return colors, looks


def flicker(colors: list[np.ndarray]) -> float:
    return float(np.mean([np.abs(b - a).mean() for a, b in pairwise(colors[10:])]))


def test_a_standing_picture_is_steady_and_comes_near_the_truth():
    predictions = answers(120)
    colors, looks = run([texture()] * 120, predictions)
    assert looks == [*range(0, 120, 4), 119]
    assert flicker(colors) < 0.1 * flicker(predictions)
    one = np.mean([np.abs(answer - TRUTH).mean() for answer in predictions])
    assert all(np.abs(colors[number] - TRUTH).mean() < 0.6 * one for number in (0, 30, 60, 90, 119))


def test_what_later_looks_say_counts_from_the_first_frame_on():
    """The network is wrong about the first frame, and right ever after."""
    frames, wrong = [texture()] * 40, TRUTH + 20
    colors, _ = run(frames, [wrong] + [TRUTH] * 39)
    assert np.abs(colors[0] - TRUTH).mean() < 4
    assert np.abs(colors[39] - TRUTH).mean() < 4


def test_nothing_jumps_where_frames_are_settled():
    """The network changes its mind for good. That comes slowly, though many frames are settled at once."""
    colors, _ = run([texture()] * 120, [TRUTH] * 50 + [TRUTH + 10] * 70)
    steps = [np.abs(b - a).max() for a, b in pairwise(colors)]
    assert max(steps) < 2
    assert np.abs(colors[0] - TRUTH).max() < 1
    assert np.abs(colors[-1] - TRUTH - 10).max() < 2


def test_how_long_it_waits():
    memory, given = ShotMemory(4, 10, lookahead=6), []
    for _ in range(30):
        memory.add_frame(texture())
        if memory.wants_prediction:
            memory.add_prediction(lambda: TRUTH)
        given.append(len(list(memory.settle())))
    assert given == [*[0] * 6, 1, 0, 2, *[0] * 3, 4, *([0] * 5 + [6]) * 2, *[0] * 5], (
        "soon a few, then more at once"
    )
    assert len(list(memory.finish())) == 30 - sum(given)


def test_it_does_not_drift_however_long_the_shot_is():
    colors, _ = run([texture()] * 600, answers(600))
    early = np.abs(np.mean(colors[40:80], axis=0) - TRUTH).mean()
    late = np.abs(np.mean(colors[-40:], axis=0) - TRUTH).mean()
    assert late < early + 1


def test_colour_goes_with_the_camera():
    """A pan: each frame two pixels further. The truth moves with it, and so does the memory's colour."""
    wide = texture(72, 400)
    colors = np.zeros((36, 200, 2), np.float32)
    colors[:, ::2] = 0
    colors[:, 60:110] = (40, -20)
    frames = [wide[:, 2 * n : 2 * n + 128].copy() for n in range(60)]
    truths = [colors[:, n : n + 64] for n in range(60)]
    shown, looks = run(frames, truths)
    assert len(looks) < 30
    assert np.mean([np.abs(a - b).mean() for a, b in zip(shown, truths, strict=True)]) < 2


def test_what_is_new_has_its_own_colour_from_the_start():
    frames = [texture()] * 10 + [texture(seed=3)] * 10
    predictions = [TRUTH] * 10 + [-TRUTH] * 10
    colors, looks = run(frames, predictions, every=12)
    assert looks == [0, 10, 19], "where motion has lost everything it is time to look"
    assert np.abs(colors[9] - TRUTH).mean() < 6
    assert np.abs(colors[10] + TRUTH).mean() < 6
    assert np.abs(colors[13] + TRUTH).mean() < 3


def test_more_looks_are_steadier():
    predictions = answers(80)
    still = [texture()] * 80
    few, some, many = (flicker(run(still, predictions, max_predictions=count)[0]) for count in (1, 5, 20))
    assert many < some < few


def test_a_flash_does_not_tear_colour():
    """One frame almost white: whatever the prediction for it, the colours before and after are those of the shot."""
    frames = [texture()] * 20
    frames[10] = np.clip(frames[10].astype(int) + 110, 0, 255).astype(np.uint8)
    predictions = [TRUTH] * 20
    predictions[10] = np.zeros(SHAPE, np.float32)
    colors, _ = run(frames, predictions)
    assert all(np.abs(colors[n] - TRUTH).mean() < 4 for n in (*range(10), *range(12, 20)))


def test_a_dissolve_stays_between_the_colours_it_joins():
    one, two = texture().astype(float), texture(seed=7).astype(float)
    shares = np.concatenate((np.zeros(8), np.linspace(0, 1, 17), np.ones(8)))
    frames = [((1 - s) * one + s * two).astype(np.uint8) for s in shares]
    other = np.full(SHAPE, 10, np.float32)
    predictions = [((1 - s) * TRUTH + s * other).astype(np.float32) for s in shares]
    colors, _ = run(frames, predictions)
    low, high = np.minimum(TRUTH, other).min() - 8, np.maximum(TRUTH, other).max() + 8
    assert all(low <= color.min() and color.max() <= high for color in colors)
    assert np.abs(colors[-1] - other).mean() < 5


def test_after_a_slow_dissolve_nothing_of_the_old_colour_is_left():
    """Motion follows all of a dissolve this slow, so only the light that is gone tells that this is another picture."""
    one, two = texture().astype(float), texture(seed=7).astype(float)
    shares = np.concatenate((np.zeros(60), np.linspace(0, 1, 33), np.ones(60)))
    frames = [((1 - s) * one + s * two).astype(np.uint8) for s in shares]
    predictions = [np.full(SHAPE, 40 * s - 20, np.float32) for s in shares]
    colors, _ = run(frames, predictions, every=24, max_predictions=32)
    shown = np.array([color.mean() / 40 + 0.5 for color in colors])
    assert np.abs(shown - shares).max() < 0.25
    assert np.abs(np.diff(shown)).max() < 0.1
    assert np.abs(shown[:55]).max() < 0.1
    assert np.abs(shown[-36:] - 1).max() < 0.05


def test_shaking_does_not_smear_colour():
    """To and fro by fractions of a pixel, a hundred times over: edges of colour stay where they are."""
    clean = texture()
    offsets = [0.6 * (n % 2) for n in range(101)]
    colors, _ = run([shifted(clean, offset, 0) for offset in offsets], [TRUTH] * 101)
    assert np.abs(colors[-1] - TRUTH).mean() < 1.5


def test_it_must_learn_before_it_is_asked():
    memory = ShotMemory(4, 8)
    memory.add_frame(texture())
    with pytest.raises(RuntimeError, match="before"):
        list(memory.finish())
