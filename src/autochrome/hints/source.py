"""Hints as callers give them: a hints file in memory, or the path of one."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from autochrome.errors import HintsError
from autochrome.hints.file import HintsFile, Reference, hints_from_dict, load_hints


@dataclass(frozen=True, slots=True)
class OpenedHints:
    """A hints file, and where the images are that it names."""

    file: HintsFile
    folder: Path | None = None  # None: unknown, so a named image cannot be found
    images: Mapping[str, Path] = field(default_factory=dict)  # by name: images in other folders

    def image_path(self, name: str) -> Path:
        """The path of an image that the hints name."""
        if name in self.images:
            return self.images[name]
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
        return source if images is None else OpenedHints(source.file, images, source.images)
    if isinstance(source, Mapping):
        return OpenedHints(hints_from_dict(source), images)
    if isinstance(source, HintsFile):
        return OpenedHints(source, images)
    if not isinstance(source, str | os.PathLike):
        raise HintsError(
            f"Hints cannot be of the type {type(source).__name__}; give a file, a dictionary or HintsFile."
        )
    return OpenedHints(load_hints(source), images or Path(source).parent)


def with_references(
    references: Iterable[str | os.PathLike[str]], hints: HintsSource | None = None
) -> OpenedHints:
    """Hints with coloured pictures of similar things, given by their paths. hints: further hints."""
    opened = open_hints({} if hints is None else hints)
    images = dict(opened.images)
    added = []
    for path in map(Path, references):
        if not path.is_file():
            raise HintsError(
                f"{path}: there is no such picture; a reference is the path of a coloured picture."
            )
        name = path.name.lstrip(".") or "picture"
        while name in images or name in opened.file.image_names():
            name = f"other-{name}"
        images[name] = path
        added.append(Reference(file=name))
    file = opened.file.model_copy(update={"references": (*opened.file.references, *added)})
    return OpenedHints(file, opened.folder, images)
