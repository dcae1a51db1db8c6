"""Hints as callers give them: a hints file in memory, or the path of one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from autochrome.errors import HintsError
from autochrome.hints.file import HintsFile, hints_from_dict, load_hints


@dataclass(frozen=True, slots=True)
class OpenedHints:
    """A hints file, and the folder of the images that its key frames name."""

    file: HintsFile
    folder: Path | None = None  # None: unknown, so a named image cannot be found

    def image_path(self, name: str) -> Path:
        """The path of an image that a key frame names."""
        if self.folder is None:
            raise HintsError(
                f"The hints name the image '{name}', but not its folder. Give the path of the hints file: "
                "its images are in the same folder."
            )
        return self.folder / name


HintsSource: TypeAlias = OpenedHints | HintsFile | Mapping[str, Any] | str | os.PathLike[str]
"""Every form in which callers may give hints."""


def open_hints(source: HintsSource, folder: str | os.PathLike[str] | None = None) -> OpenedHints:
    """Read hints from any of their forms.

    `folder` holds the images that key frames name. Without it, that is the folder of the file which `source` names.
    """
    images = None if folder is None else Path(folder)
    if isinstance(source, OpenedHints):
        return source if images is None else OpenedHints(source.file, images)
    if isinstance(source, Mapping):
        return OpenedHints(hints_from_dict(source), images)
    if isinstance(source, HintsFile):
        return OpenedHints(source, images)
    if not isinstance(source, str | os.PathLike):
        raise HintsError(
            f"Hints cannot be of the type {type(source).__name__}; give a file, a dictionary or HintsFile."
        )
    return OpenedHints(load_hints(source), images or Path(source).parent)
