"""Memory inside one shot: steady where the picture goes on, true to what the network says, quick where it is new."""

from itertools import pairwise

import numpy as np
import pytest

from autochrome.shots import ShotMemory
from test_motion import shifted, texture

SHAPE = (36, 64, 2)
TRUTH = np.zeros(SHAPE, np.float32)
TRUTH[:18] = (20, -30)
TRUTH[18:] = (-25, 35)


def answers(count: int, wrong: float = 8.0, seed: int = 0) -> list[np.ndarray]:
    """What a network might say of frames of one shot: the truth, a little different each time, in patches."""
    random = np.random.default_rng(seed)
    patches = random.normal(0, wrong, (count, 6, 8, 2)).astype(np.float32)
    return [TRUTH + np.kron(patch, np.ones((6, 8, 1), np.float32)) for patch in patches]


def run(frames: list[np.ndarray], said: list[np.ndarray], **settings) -> tuple[list[np.ndarray], list[int]]:
    memory = ShotMemory(**{"every": 4, "evidence": 10, **settings})
    colors, looks = [], []
    for number, (frame, answer) in enumerate(zip(frames, said, strict=True)):
        memory.follow(frame)
        if memory.wants_look:
            memory.learn(answer)
            looks.append(number)
        colors.append(memory.color.copy())
    return colors, looks


def flicker(colors: list[np.ndarray]) -> float:
    return float(np.mean([np.abs(b - a).mean() for a, b in pairwise(colors[10:])]))


def test_a_standing_picture_is_steady_and_comes_near_the_truth():
    said = answers(120)
    colors, looks = run([texture()] * 120, said)
    assert looks == list(range(0, 120, 4))
    assert flicker(colors) < 0.1 * flicker(said)
    assert np.abs(colors[-1] - TRUTH).mean() < 0.5 * np.abs(said[-1] - TRUTH).mean()


def test_where_nothing_happens_it_looks_more_and_more_rarely():
    _, calm = run([texture()] * 100, answers(100, wrong=1.0))
    assert calm == [0, 4, 10, 19, 33, 54, 78]
    _, restless = run([texture()] * 100, answers(100, wrong=1.0)[:50] + answers(50, wrong=30.0))
    assert len(restless) > 1.6 * len(calm)


def test_answers_that_waver_as_ever_are_waited_for_until_they_say_something_else():
    wavering = answers(100, wrong=3.0)
    _, looks = run([texture()] * 100, wavering)
    assert looks[-1] - looks[-2] == 24
    _, looks = run([texture()] * 100, wavering[:60] + [answer + 6 for answer in wavering[60:]])
    assert {4} == {b - a for a, b in pairwise([look for look in looks if look >= 60][:4])}


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


def test_what_is_new_takes_what_the_network_says_at_once():
    frames = [texture()] * 10 + [texture(seed=3)] * 4
    said = [TRUTH] * 10 + [-TRUTH] * 4
    colors, looks = run(frames, said)
    assert 10 in looks, "so much that is new is worth a look before its turn"
    assert np.abs(colors[10] + TRUTH).mean() < 6
    assert np.abs(colors[13] + TRUTH).mean() < 3


def test_without_evidence_every_answer_is_taken_as_it_is():
    said = answers(9)
    colors, looks = run([texture(seed=n) for n in range(9)], said, every=1, evidence=0)
    assert looks == list(range(9))
    assert all(np.array_equal(a, b) for a, b in zip(colors, said, strict=True))


def test_more_evidence_is_steadier():
    said = answers(80)
    still = [texture()] * 80
    few, some, many = (flicker(run(still, said, evidence=e)[0]) for e in (1, 5, 20))
    assert many < some < few


def test_a_flash_does_not_tear_colour():
    """One frame almost white: whatever is said of it, the colours before and after are those of the shot."""
    frames = [texture()] * 20
    frames[10] = np.clip(frames[10].astype(int) + 110, 0, 255).astype(np.uint8)
    said = [TRUTH] * 20
    said[10] = np.zeros(SHAPE, np.float32)
    colors, _ = run(frames, said)
    assert all(np.abs(colors[n] - TRUTH).mean() < 4 for n in (*range(10), *range(12, 20)))


def test_a_dissolve_stays_between_the_colours_it_joins():
    one, two = texture().astype(float), texture(seed=7).astype(float)
    shares = np.concatenate((np.zeros(8), np.linspace(0, 1, 17), np.ones(8)))
    frames = [((1 - s) * one + s * two).astype(np.uint8) for s in shares]
    other = np.full(SHAPE, 10, np.float32)
    said = [((1 - s) * TRUTH + s * other).astype(np.float32) for s in shares]
    colors, _ = run(frames, said)
    low, high = np.minimum(TRUTH, other).min() - 8, np.maximum(TRUTH, other).max() + 8
    assert all(low <= color.min() and color.max() <= high for color in colors)
    assert np.abs(colors[-1] - other).mean() < 5


def test_shaking_does_not_smear_colour():
    """To and fro by fractions of a pixel, a hundred times over: edges of colour stay where they are."""
    clean = texture()
    offsets = [0.6 * (n % 2) for n in range(101)]
    colors, _ = run([shifted(clean, offset, 0) for offset in offsets], [TRUTH] * 101)
    assert np.abs(colors[-1] - TRUTH).mean() < 1.5


def test_it_must_learn_before_it_is_asked():
    with pytest.raises(RuntimeError, match="before"):
        ShotMemory(4, 8).color  # noqa: B018
