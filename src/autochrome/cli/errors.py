"""What a person sees when something went wrong: one line on stderr, and an exit code."""

import os
import sys
import traceback

from autochrome.errors import AutochromeError, ExtraMissing, NoMemory, UsageError

INTERRUPTED = 130  # as shells count: 128 + SIGINT
_DEBUG = "AUTOCHROME_DEBUG"

EXTRAS = {
    "cv2": "lab",
    "matplotlib": "lab",
    "onnx": "lab",
    "PIL": "lab",
    "psutil": "lab",
    "safetensors": "lab",
    "tensorboard": "lab",
    "torch": "lab",
    "yaml": "lab",
}
"""Which extra brings a module that is not there."""


def set_debug(on: bool) -> None:
    """Whether errors show where they came from. In the environment, so that worker processes know it too."""
    if on:
        os.environ[_DEBUG] = "1"


def print_error(error: AutochromeError) -> int:
    """Print the one line; the exit code comes back."""
    print_traceback(error)
    print(f"autochrome: {' '.join(str(error).split())}", file=sys.stderr)
    return error.exit_code


def print_traceback(error: BaseException) -> None:
    """Print where an error came from, when that was asked for."""
    if os.environ.get(_DEBUG):
        traceback.print_exception(error)


def as_autochrome_error(error: Exception, about: str = "") -> AutochromeError:
    """Any exception as one of ours. What nobody foresaw says how to learn more, and what it is `about`."""
    if isinstance(error, AutochromeError):
        return error
    about = about and f"{about}: "
    ours: AutochromeError
    if isinstance(error, MemoryError):
        ours = NoMemory(f"{about}the memory did not suffice; close other programs, or use fewer --jobs.")
    elif missing := _missing_extra(error):
        ours = ExtraMissing(
            f"{about}this needs '{missing}', which is not installed: pip install 'autochrome[{EXTRAS[missing]}]'."
        )
    else:
        kind = type(error).__name__
        ours = AutochromeError(f"{about}something nobody foresaw, {kind}: {error} (--debug shows where).")
    ours.__cause__ = error
    return ours


def as_usage_error(error: Exception) -> UsageError:
    """What the command line's parser complains about, in one sentence."""
    faults = getattr(error.__cause__, "errors", None)  # pydantic's; to import it only to ask would take long
    if faults is None:
        return UsageError(str(error))
    said = []
    for fault in faults():
        flag = "--" + str(fault["loc"][-1]).replace("_", "-") if fault["loc"] else "the options"
        said.append(f"{flag} {fault['input']}: {fault['msg'][0].lower()}{fault['msg'][1:]}")
    return UsageError("; ".join(said) + ".")


def _missing_extra(error: BaseException | None) -> str | None:
    """The module that could not be imported, when that is what lies beneath and an extra has it."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            module = error.name.split(".")[0]
            if module in EXTRAS:
                return module
        error = error.__cause__
    return None
