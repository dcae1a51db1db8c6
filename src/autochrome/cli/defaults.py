"""The user's own defaults: a TOML file with a table for each command.

[photo]
vivid = 1.2
format = "png"
"""

import os
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from cyclopts.config import Dict

from autochrome.errors import UsageError

VARIABLE = "AUTOCHROME_CONFIG"
"""Names another file; empty: no file is read."""


def defaults_path() -> Path | None:
    """The file that is read, whether it exists or not; None if the user wants none."""
    if (named := os.environ.get(VARIABLE)) is not None:
        return Path(named).expanduser() if named else None
    if sys.platform == "win32":
        home = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "autochrome" / "config.toml"


def read_defaults(commands: Collection[str]) -> tuple[Dict, ...]:
    """The defaults for the command line's parser. commands: the tables that the file may have."""
    path = defaults_path()
    if path is None or not (path.exists() or VARIABLE in os.environ):
        return ()
    tables = _read(path)
    for name, table in tables.items():
        if name not in commands or not isinstance(table, dict):
            raise UsageError(
                f"{path}: {name!r} is no command; write a table for a command, such as [photo], "
                "and its options below it."
            )
    return (Dict(tables, source=str(path)),)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise UsageError(f"{path}: the file of defaults cannot be read ({error.strerror}).") from error
    except ValueError as error:  # also TOMLDecodeError, UnicodeDecodeError
        raise UsageError(f"{path}: the file of defaults is not TOML: {error}.") from error
