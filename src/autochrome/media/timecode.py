"""SMPTE timecode: hours, minutes, seconds and frames, as tape decks, cameras and editing systems count them."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from autochrome.errors import UsageError

_TEXT = re.compile(r"\s*(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})\s*")
_DROPPED = 2  # frame numbers left out each minute, but not each tenth, at 30 frames in a second


@dataclass(frozen=True, slots=True)
class Timecode:
    """The timecode of one frame. It starts at 0 again after 24 hours.

    Drop frame leaves out numbers, never frames: at 29.97 frames in a second the numbers then follow the clock.
    """

    frame: int  # frames since 00:00:00:00
    rate: Fraction  # frames in a second; the count of a second is the next whole number
    drop: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", self.frame % self._day)

    @classmethod
    def parse(cls, text: str, rate: Fraction, *, drop: bool | None = None) -> Self:
        """From `hh:mm:ss:ff`. A semicolon before the frames means drop frame, unless `drop` says it."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise UsageError(f"{text!r} is not a timecode; write it as 01:00:00:00.")
        hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
        made = cls(0, rate, can_drop(rate) and (match[4] in ";," if drop is None else drop))
        count = made.count
        if hours > 23 or minutes > 59 or seconds > 59 or frames >= count:
            raise UsageError(f"{text!r} is not a timecode at {count} frames in a second.")
        passed = hours * 60 + minutes
        number = (passed * 60 + seconds) * count + frames
        if made.drop:
            step = made._dropped
            if frames < step and seconds == 0 and minutes % 10:
                raise UsageError(f"{text!r} does not exist: drop frame leaves this number out.")
            number -= step * (passed - passed // 10)
        return replace(made, frame=number)

    def __str__(self) -> str:
        number, count = self.frame, self.count
        if self.drop:
            step, minute = self._dropped, 60 * count - self._dropped
            tens, rest = divmod(number, 10 * minute + step)
            number += step * (9 * tens + max(0, rest - step) // minute)
        seconds, frames = divmod(number, count)
        mark = ";" if self.drop else ":"
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{frames:02d}"

    def later(self, frames: int) -> Self:
        """The timecode so many frames later."""
        return replace(self, frame=self.frame + frames)

    def after(self, seconds: float | Fraction) -> Self:
        """The timecode of the frame that is nearest to this many seconds later."""
        return self.later(round(Fraction(seconds) * self.rate))

    def frames_since(self, other: "Timecode") -> int:
        """How many frames lie between, 0…24 h: an earlier timecode counts as one of the next day."""
        return (self.frame - other.frame) % self._day

    @property
    def count(self) -> int:
        """Frames that timecode counts in a second: 24 for 23.976."""
        return max(1, round(self.rate))

    @property
    def _dropped(self) -> int:
        return _DROPPED * self.count // 30

    @property
    def _day(self) -> int:
        minutes = 24 * 60
        return minutes * 60 * self.count - (self._dropped * (minutes - minutes // 10) if self.drop else 0)


def can_drop(rate: Fraction) -> bool:
    """Whether drop frame exists at this rate: 29.97 and its multiples."""
    return round(rate) % 30 == 0 and rate != round(rate)


def timecode_from_bcd(word: int, rate: Fraction) -> Timecode | None:
    """From the 32 bits of SMPTE 12M, two decimal digits in each byte: hours, minutes, seconds, frames.

    None if these are no digits, as in unused fields. The bits for fields and colour frames are left out.
    """
    masked = word & 0x3F7F7F3F
    digits = f"{masked:08X}"
    if word == 0xFFFFFFFF or not digits.isdigit():
        return None
    mark = ";" if word & 0x40 else ":"
    try:
        return Timecode.parse(f"{digits[:2]}:{digits[2:4]}:{digits[4:6]}{mark}{digits[6:]}", rate)
    except UsageError:
        return None


def timecode_to_bcd(timecode: Timecode) -> int:
    """The 32 bits of SMPTE 12M."""
    text = str(timecode)
    word = int("".join(re.findall(r"\d\d", text)), 16)
    return word | (0x40 if timecode.drop else 0)
