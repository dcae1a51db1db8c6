"""The shots of a list in timecode."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from autochrome.errors import UsageError
from autochrome.film.scenes.shot_list import Shot, ShotList
from autochrome.media.timecode import Timecode


def rate_of(shots: ShotList) -> Fraction:
    """Frames in a second."""
    if not shots.rate:
        raise UsageError("This list of shots does not say the frame rate; find the shots again.")
    return Fraction(shots.rate)


def timecode_of(shots: ShotList) -> Timecode:
    """The timecode of the first frame; 00:00:00:00 if the film has none."""
    rate = rate_of(shots)
    return Timecode.parse(shots.timecode, rate) if shots.timecode else Timecode(0, rate)


def spans(shots: ShotList) -> Iterator[tuple[Shot, Timecode, Timecode]]:
    """Each shot with the timecode of its first frame and of the frame after its last."""
    zero = timecode_of(shots)
    begins = [zero.after((shot.time or 0.0) - (shots.shots[0].time or 0.0)) for shot in shots.shots]
    if not begins:
        return
    last = begins[-1].later(shots.shots[-1].frames or 1)
    for shot, (begin, end) in zip(shots.shots, pairwise([*begins, last]), strict=True):
        yield shot, begin, end
