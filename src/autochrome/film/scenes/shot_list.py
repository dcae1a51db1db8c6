"""Where the shots of a film begin, as a file that people may edit and give back."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from autochrome.errors import InputMissing, UsageError
from autochrome.files import atomic_write
from autochrome.options import Options


class Shot(Options):
    """One shot. Its first frame counts; the time is for people."""

    first: Annotated[int, Field(ge=0)]  # number of its first frame, from 0
    time: float | None = None  # seconds


class ShotList(Options):
    """The shots of a film, in order."""

    version: Literal[1] = 1
    film: str = ""
    shots: tuple[Shot, ...]

    @property
    def firsts(self) -> list[int]:
        """The frames that begin a shot."""
        return sorted(shot.first for shot in self.shots)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as JSON, a line a shot; what stood there is replaced in one step."""
        lines = ",\n".join(f"    {shot.model_dump_json(exclude_none=True)}" for shot in self.shots)
        head = self.model_dump_json(exclude={"shots"})[:-1]
        atomic_write(path, f'{head},"shots":[\n{lines}\n]}}\n')


def load_shots(path: str | os.PathLike[str]) -> ShotList:
    """The file at `path`; whatever is wrong with it is one sentence."""
    try:
        return ShotList.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        raise InputMissing(f"{path}: the list of shots cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        example = '{"version":1,"shots":[{"first":0},{"first":48}]}'
        raise UsageError(
            f"{path}: this does not say where shots begin; it should look like {example}."
        ) from error
