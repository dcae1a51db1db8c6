"""The results of an evaluation of a film: the JSON of the report."""

from autochrome.evaluate.metrics import decibels
from autochrome.evaluate.results import MAX_PSNR, StrictModel

GREY, TRUTH = "grey", "truth"
TEMPORAL, FRAMES, GIVEN = "model, steady", "model, frame by frame", "model, first frame given"
"""Names of the rows of the network: coloured with the shot memory, each frame alone, and with the shot memory when a
key frame names the true colours of the film's first frame."""
SHOT_END = 10  # frames at the start and at the end of a shot that are compared


def limited_psnr(squared_error: float) -> float:
    """A mean squared error on the scale 0…255 as PSNR in dB, at most MAX_PSNR."""
    return min(MAX_PSNR, decibels(squared_error))


class FilmRow(StrictModel):
    """One way to colour a film, over the whole film."""

    name: str
    psnr: float  # dB, mean over all frames
    squared_error: float  # mean over all frames
    over_grey: float
    over_grey_pooled: float  # dB of the squared error averaged over all frames
    over_grey_start: float  # of the first quarter of the frames
    over_grey_end: float  # of the last quarter
    ssim: float
    ciede2000: float
    colorfulness: float
    colorfulness_share: float | None  # percent of the truth's
    cdc: float  # nats
    warped_error: float  # units of a*b*, mean over frames

    @property
    def drift(self) -> float:
        """Over grey in the last quarter minus over grey in the first, dB; negative if the colour gets worse."""
        return self.over_grey_end - self.over_grey_start


class ShotEnds(StrictModel):
    """One way to colour a shot: its first and last frames. They differ if the colour drifts."""

    psnr: float  # dB, mean over all frames of the shot
    psnr_start: float  # over the first SHOT_END frames, or fewer if the shot is shorter
    psnr_end: float
    colorfulness_start: float
    colorfulness_end: float

    @property
    def drift(self) -> float:
        """PSNR of the end minus PSNR of the start, dB; negative if the colour gets worse."""
        return self.psnr_end - self.psnr_start


class FilmShot(StrictModel):
    """One shot of a film: name of the row → its figures."""

    first: int  # frame
    frames: int
    ways: dict[str, ShotEnds]


class FilmEvaluation(StrictModel):
    """One film, coloured in several ways."""

    model: str
    film: str
    frames: int
    size: int
    seconds: float
    rows: list[FilmRow]
    shots: list[FilmShot]

    def row(self, name: str) -> FilmRow:
        """The row of this name."""
        return next(row for row in self.rows if row.name == name)
