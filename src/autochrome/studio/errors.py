"""The errors of the studio, and the HTTP status of every error."""

import re
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from autochrome import errors
from autochrome.errors import AutochromeError, UsageError


class StudioError(UsageError):
    """Something is wrong with a request. Each kind has its HTTP status."""

    status: ClassVar[int] = 400


class ClientGone(StudioError):
    """The client has closed the connection. The answer reaches no one."""


class NotFound(StudioError):
    status = 404


class WrongState(StudioError):
    """The thing exists, but its state does not allow the request."""

    status = 409


class Superseded(StudioError):
    """A newer request for the same picture has arrived. The page waits for the answer to that one."""

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
"""The status of errors from other rooms. A class stands for its subclasses too. All others are the client's: 422."""


def status_of(error: AutochromeError) -> int:
    """The HTTP status that reports an error."""
    if isinstance(error, StudioError):
        return error.status
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 422)


class ErrorDetail(BaseModel):
    kind: str  # name of the error's class
    message: str  # one sentence


class ErrorBody(BaseModel):
    """The JSON body of every answer that reports an error."""

    error: ErrorDetail


def error_body(kind: str, message: str) -> dict[str, dict[str, str]]:
    """The same as a dictionary, ready for JSON."""
    return {"error": {"kind": kind, "message": message}}


def hide_paths(sentence: str, folder: Path) -> str:
    """The sentence on one line, without the paths of the studio's folder: clients need not see them."""
    return re.sub(rf"{re.escape(str(folder))}[^\s:]*", "The file", " ".join(sentence.split()))
