"""The folders that a batch makes for its results. Those in which no result appeared are removed at the end."""

import os
from contextlib import suppress
from pathlib import Path

from autochrome.errors import OutputNotWritable


class OutputFolders:
    """Makes folders, and remembers which of them were missing."""

    def __init__(self) -> None:
        self._made: list[Path] = []

    def expect(self, folder: Path) -> None:
        """Another process will make this folder: remember which are missing, as if they were made here."""
        self._made += [each for each in (folder, *folder.parents) if not each.exists()]

    def make(self, folder: Path) -> None:
        """Make a folder and the folders above it, where they are missing."""
        self.expect(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputNotWritable(
                f"{folder}: the folder cannot be created ({os.strerror(error.errno or 0)}); choose another folder."
            ) from error

    def remove_empty(self) -> None:
        """Remove the made folders that are empty, deepest first."""
        for folder in sorted(set(self._made), key=lambda each: len(each.parts), reverse=True):
            with suppress(OSError):
                folder.rmdir()
