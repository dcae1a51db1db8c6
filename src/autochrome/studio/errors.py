"""What can go wrong in the studio, and which HTTP status says so."""

import re
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from autochrome import errors
from autochrome.errors import AutochromeError, UsageError


class StudioError(UsageError):
    """Something about a request."""

    status: ClassVar[int] = 400


class Vanished(StudioError):
    """Whoever asked has gone; nobody reads this."""


class NoSuchThing(StudioError):
    status = 404


class NotNow(StudioError):
    """The thing is there, but not in a state for that."""

    status = 409


class Superseded(StudioError):
    """A newer question about the same picture came in; its answer is the one that counts."""

    status = 409


class Forbidden(StudioError):
    status = 403


class TokenNeeded(StudioError):
    status = 401


class TooSlow(StudioError):
    status = 408


class TooLarge(StudioError):
    status = 413


class TooMany(StudioError):
    status = 429


class StudioFull(StudioError):
    status = 409


STATUS: dict[type[AutochromeError], int] = {
    errors.InputMissing: 404,
    errors.NotAPicture: 415,
    errors.NotAFilm: 415,
    errors.DiskFull: 507,
    errors.NoMemory: 507,
    errors.ModelOutputInvalid: 500,
    errors.OutputNotWritable: 500,
    errors.ExtraMissing: 501,
}
"""Of our own errors; a kind stands for those below it, and whatever is not here is the client's to mend: 422."""


def status_of(error: AutochromeError) -> int:
    if isinstance(error, StudioError):
        return error.status
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)


class Fault(BaseModel):
    kind: str  # name of the error's class
    message: str  # one sentence


class FaultAnswer(BaseModel):
    """What every answer that is no success says."""

    error: Fault


def without_places(sentence: str, folder: Path) -> str:
    """One line that does not tell where the studio keeps things, which is nobody's business."""
    return re.sub(rf"{re.escape(str(folder))}[^\s:]*", "The file", " ".join(sentence.split()))


def fault(kind: str, message: str) -> dict[str, dict[str, str]]:
    return {"error": {"kind": kind, "message": message}}
