"""Errors of the command line: one line on stderr, and an exit code."""

import os
import sys
import traceback

from autochrome.cli.wording import escape
from autochrome.errors import AutochromeError, ExtraMissing, NoMemory

INTERRUPTED = 130  # the convention of shells: 128 + SIGINT
_DEBUG = "AUTOCHROME_DEBUG"

EXTRAS = {
    "cv2": "lab",
    "jinja2": "evaluate",
    "onnx": "lab",
    "PIL": "lab",
    "psutil": "lab",
    "safetensors": "lab",
    "skimage": "evaluate",
    "tensorboard": "lab",
    "torch": "lab",
    "yaml": "lab",
}
"""The extra that installs a module."""


def set_debug(on: bool) -> None:
    """Show tracebacks. Set in the environment, so that worker processes do the same."""
    if on:
        os.environ[_DEBUG] = "1"


def print_error(error: AutochromeError) -> int:
    """Print the error as one line; returns its exit code."""
    print_traceback(error)
    print(f"autochrome: {escape(' '.join(str(error).split()))}", file=sys.stderr)
    return error.exit_code


def print_traceback(error: BaseException) -> None:
    """Print the traceback, with --debug."""
    if os.environ.get(_DEBUG):
        traceback.print_exception(error)


def as_autochrome_error(error: Exception, about: str = "") -> AutochromeError:
    """Any exception as an AutochromeError. about: the file it concerns, for the message."""
    if isinstance(error, AutochromeError):
        return error
    about = about and f"{about}: "
    ours: AutochromeError
    if isinstance(error, MemoryError):
        ours = NoMemory(f"{about}out of memory; close other programs, or use fewer --jobs.")
    elif missing := _missing_extra(error):
        ours = ExtraMissing(
            f"{about}this needs '{missing}', which is not installed: pip install 'autochrome[{EXTRAS[missing]}]'."
        )
    else:
        kind = type(error).__name__
        ours = AutochromeError(f"{about}unexpected error, {kind}: {error} (--debug shows the traceback).")
    ours.__cause__ = error
    return ours


def _missing_extra(error: BaseException | None) -> str | None:
    """The missing module, if an import error is the cause and an extra installs the module."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            module = error.name.split(".")[0]
            if module in EXTRAS:
                return module
        error = error.__cause__
    return None
