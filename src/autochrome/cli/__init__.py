"""The command line: words → options → one call; errors → one line and an exit code.

A command is one line in `COMMANDS`. Its module is imported when it is asked for, not before, so that `--help` stays
quick however many there are.
"""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cyclopts import App, CycloptsError, Group, Parameter

from autochrome import __version__
from autochrome.cli.defaults import read_defaults
from autochrome.cli.errors import INTERRUPTED, as_autochrome_error, print_error, set_debug
from autochrome.errors import AutochromeError

MAIN_COMMANDS = {
    "photo": ("autochrome.cli.photo:photo", "Colour photographs: files, folders, any mix."),
    "film": ("autochrome.cli.film:film", "Colour films: files, folders, any mix."),
    "shots": (
        "autochrome.cli.shots:shots",
        "List where the shots of a film begin, or compare detectors of cuts.",
    ),
    "merge": ("autochrome.cli.merge:merge", "Put a layer of colour over its original."),
    "verify": ("autochrome.cli.verify:verify", "Check a coloured film against its proof."),
    "plan": ("autochrome.cli.jobs:plan", "Write the units of a command as files for other schedulers."),
    "unit": ("autochrome.cli.jobs:unit", "Do one unit of a planned command."),
    "studio": ("autochrome.cli.studio:studio", "Open a page to colour pictures and correct them by hand."),
    "models": ("autochrome.cli.models:app", "List the installed models, or check a model file."),
    "completion": ("autochrome.cli.completion:completion", "Print a script for tab completion in a shell."),
    "version": ("autochrome.cli.version:version", "Print the version of autochrome and of its libraries."),
}
LAB_COMMANDS = {
    "adapt": ("autochrome.cli.adapt:adapt", "Tune the network to the colours of a film or series."),
    "train": ("autochrome.cli.train:train", "Train a network from a recipe."),
    "grid": ("autochrome.cli.grid:grid", "Train and measure every combination of some settings."),
    "export": ("autochrome.cli.export:export", "Write a trained network as an ONNX file."),
    "data": ("autochrome.cli.data:app", "Collect pictures for training."),
    "montage": (
        "autochrome.cli.montage:montage",
        "Write a sheet: grey, the result of each network, the truth.",
    ),
    "evaluate": (
        "autochrome.cli.evaluate:evaluate",
        "Measure a network on colour pictures, with grey beside it.",
    ),
}
COMMANDS = MAIN_COMMANDS | LAB_COMMANDS
"""Name → (module:function, one line of help), in the order of `--help`."""

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
"""Libraries that get one thread: more would only spin, on cores that the film decoder and encoder need."""


def _show_default(default: object) -> str | None:
    """A default as help shows it. A flag that is off is not shown."""
    return None if default is None or default is False else str(default)


_MAIN, _LAB = Group("Commands", sort_key=1), Group("Lab", sort_key=2)
app = App(
    group_commands=_MAIN,
    name="autochrome",
    help="Colour for black-and-white photographs and film. `autochrome FILE` is short for `autochrome photo FILE` or "
    "`autochrome film FILE`.",
    help_epilogue="With --debug, at any position, an error prints its traceback. A file of defaults, such as "
    "~/.config/autochrome/config.toml, may have a table of options for each command.",
    help_format="plaintext",
    version=f"autochrome {__version__}",
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(negative=(), show_default=_show_default),
)
for _group, _commands in ((_MAIN, MAIN_COMMANDS), (_LAB, LAB_COMMANDS)):
    for _number, (_name, (_home, _help)) in enumerate(_commands.items()):
        app.command(_home, name=_name, help=_help, group=_group, sort_key=_number)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command line (default: the arguments of the process) and exit with its exit code."""
    for library in _ONE_THREAD:
        os.environ.setdefault(library, "1")
    words = list(sys.argv[1:] if arguments is None else arguments)
    set_debug("--debug" in words)
    sys.exit(_run([word for word in words if word != "--debug"]))


def _run(words: list[str]) -> int:
    """The exit code of one command line."""
    words = ["./-" if word == "-" else word for word in words]  # the parser takes - for an option
    try:
        if words and words[0] not in COMMANDS:
            from autochrome.cli.shorthand import add_command

            words = add_command(words)
        app.config = read_defaults(COMMANDS)
        code = app(words, print_error=False, exit_on_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        from autochrome.cli.parser_errors import as_usage_error

        return print_error(as_usage_error(error, words))
    except AutochromeError as error:
        if hasattr(error, "faults"):  # of options that were put together here
            from autochrome.cli.parser_errors import as_usage_error

            error = as_usage_error(error, words)
        return print_error(error)
    except KeyboardInterrupt as stop:
        print(f"autochrome: interrupted{''.join(f'; {hint}' for hint in stop.args)}.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return print_error(as_autochrome_error(error))
    return code or 0
