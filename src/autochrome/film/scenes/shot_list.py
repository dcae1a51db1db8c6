"""The shots of a film, and a JSON file of them that users may edit and give to `autochrome film --cuts`."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from autochrome.errors import InputMissing, UsageError
from autochrome.options import Options


class Shot(Options):
    """One shot of a film. Only `first` decides where it begins; it ends where the next one begins."""

    first: Annotated[int, Field(ge=0)]  # number of its first frame, from 0
    time: float | None = None  # seconds, of its first frame
    frames: int | None = None  # how many; None if they are not counted
    confidence: float | None = None  # 0…1, mean over its frames; None before it is coloured

    def with_frame(self, confidence: float) -> Self:
        """The shot with one more frame, of this confidence 0…1."""
        frames, mean = (self.frames or 0) + 1, self.confidence or 0.0
        return self.model_copy(update={"frames": frames, "confidence": mean + (confidence - mean) / frames})


class ShotList(Options):
    """The shots of a film, in order."""

    version: Literal[1] = 1
    film: str = ""
    rate: str = ""  # frames in a second, such as 24 or 30000/1001
    timecode: str = ""  # of the first frame of the list, if the film has timecode
    shots: tuple[Shot, ...]

    @property
    def firsts(self) -> list[int]:
        """The numbers of the frames that begin a shot."""
        return sorted(shot.first for shot in self.shots)

    def to_json(self) -> str:
        """The list as JSON, one line per shot."""
        lines = ",\n".join(f"    {shot.model_dump_json(exclude_none=True)}" for shot in self.shots)
        head = {"version": self.version, "film": self.film, "rate": self.rate, "timecode": self.timecode}
        known = json.dumps({key: value for key, value in head.items() if value}, ensure_ascii=False)
        return f'{known[:-1]}, "shots": [\n{lines}\n]}}\n'


def load_shots(path: str | os.PathLike[str]) -> ShotList:
    """Read a list of shots."""
    try:
        return ShotList.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise InputMissing(f"{path}: the list of shots cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        example = '{"version":1,"shots":[{"first":0},{"first":48}]}'
        raise UsageError(f"{path}: this is not a list of shots; it should look like {example}.") from error
