"""Strips from one thread to another: order, errors, ends."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from autochrome.media.stills.encoder_thread import EncoderThread

Strip = NDArray[np.uint8]


def strips(count: int, drawn: list[int] | None = None) -> Iterator[Strip]:
    for number in range(count):
        if drawn is not None:
            drawn.append(number)
        yield np.full(3, number, np.uint8)


def test_everything_arrives_in_order() -> None:
    encoder, taken = EncoderThread(), []

    def encode() -> None:
        while (strip := encoder.take()) is not None:
            taken.append(int(strip[0]))
        assert encoder.take() is None  # and none ever after

    encoder.run(encode, strips(50))
    assert taken == list(range(50))


def test_few_strips_are_made_ahead() -> None:
    encoder, drawn, ahead = EncoderThread(), list[int](), list[int]()

    def encode() -> None:
        taken = 0
        while encoder.take() is not None:
            taken += 1
            time.sleep(0.001)
            ahead.append(len(drawn) - taken)

    encoder.run(encode, strips(40, drawn))
    assert max(ahead) <= 4  # two in the queue, one at each end


def test_strips_are_made_in_the_callers_thread() -> None:
    seen = set()

    def watched() -> Iterator[Strip]:
        for strip in strips(5):
            seen.add(threading.current_thread())
            yield strip

    encoder = EncoderThread()
    encoder.run(lambda: [encoder.take() for _ in range(6)], watched())
    assert seen == {threading.current_thread()}


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_an_encoder_that_stops_stops_the_strips(taken: int) -> None:
    encoder, drawn = EncoderThread(), list[int]()

    def encode() -> None:
        for _ in range(taken):
            encoder.take()
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        encoder.run(encode, strips(1000, drawn))
    assert len(drawn) < taken + 10
    assert threading.active_count() == 1 or "autochrome-encoder" not in {
        t.name for t in threading.enumerate()
    }


def test_an_error_of_the_strips_wins_over_one_of_the_encoder() -> None:
    encoder = EncoderThread()

    def broken() -> Iterator[Strip]:
        yield from strips(3)
        raise KeyError("mine")

    def encode() -> None:
        while encoder.take() is not None:
            pass
        raise OSError("the picture ended too soon")

    with pytest.raises(KeyError, match="mine"):
        encoder.run(encode, broken())


def test_an_encoder_may_end_early() -> None:
    encoder = EncoderThread()
    encoder.run(lambda: encoder.take(), strips(100))
