"""What a finished film looks like in numbers, and the progress of one in work."""

from dataclasses import dataclass, field
from pathlib import Path

from autochrome.film.colored_frame import ColoredFrame
from autochrome.film.scenes.shot_list import Shot


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a film is done. Reported after every frame."""

    frame: int  # frames that are done
    frames: int | None  # frames of the film, approximately; None if the file does not say
    shot: int  # number of the current shot, from 0


@dataclass(slots=True)
class FilmReport:
    """The result of colouring a film."""

    path: Path
    frames: int = 0
    kept: int = 0  # frames from parts that were finished before
    shots: list[Shot] = field(default_factory=list)  # with their number of frames and mean confidence
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()  # what of a damaged original is missing

    def doubtful(self, below: float = 0.3) -> list[Shot]:
        """Shots with a mean confidence below this limit: their colours should be checked."""
        return [shot for shot in self.shots if shot.confidence is not None and shot.confidence < below]

    def add_frame(self, colored: ColoredFrame) -> None:
        """Count one frame that is written or kept."""
        if colored.begins_shot or not self.shots:
            self.shots.append(Shot(first=colored.frame.index, time=colored.frame.time))
        self.shots[-1] = self.shots[-1].with_frame(colored.confidence)
        self.frames += 1
        self.kept += colored.coefficients is None
