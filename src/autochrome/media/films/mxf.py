"""What MXF (OP1a) asks of a film: one of some frame rates, and each frame just as long as the next."""

from fractions import Fraction
from pathlib import Path
from typing import Any

from autochrome.errors import UsageError

_RATES = {Fraction(rate) for rate in (24, 25, 30, 48, 50, 60)} | {
    Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60)
}
_LATEST = Fraction(1, 2)  # of a frame: how far a frame may be shown from its place


def check_rate(target: Path, rate: Fraction) -> None:
    """Refuse a frame rate that MXF does not know."""
    if rate not in _RATES:
        known = ", ".join(f"{float(one):.5g}" for one in sorted(_RATES))
        raise UsageError(
            f"{target}: MXF knows {known} frames in a second, and the film has {float(rate):.5g}; choose .mkv or .mov."
        )


def check_time(target: Path, passed: Fraction, frame: int, rate: Fraction) -> None:
    """Refuse a frame that is not in its place. passed: seconds since the first frame; frame: how many came before."""
    if abs(passed * rate - frame) > _LATEST:
        raise UsageError(
            f"{target}: MXF needs a constant frame rate, but this film changes it after {float(passed):.2f} s; "
            "choose .mkv or .mov."
        )


def add_picture(trial: Any) -> None:
    """Add a stream of pictures to a trial file: MXF takes no sound without one."""
    stream = trial.add_stream("prores_ks", rate=25)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv422p10le"
