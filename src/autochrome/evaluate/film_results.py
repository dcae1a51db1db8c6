"""The results of an evaluation of a film: the JSON of the report."""

from autochrome.evaluate.results import StrictModel

TEMPORAL, FRAMES = "model, steady", "model, frame by frame"
"""Names of the rows of the network: coloured with the shot memory, and each frame alone."""
SHOT_END = 10  # frames at the start and at the end of a shot that are compared


class FilmRow(StrictModel):
    """One way to colour a film, over the whole film."""

    name: str
    psnr: float  # dB, mean over the scored frames
    over_grey: float
    ssim: float
    ciede2000: float
    colorfulness: float
    colorfulness_share: float | None  # percent of the truth's
    cdc: float  # nats
    warped_error: float  # units of a*b*, mean over frames


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
