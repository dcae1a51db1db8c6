"""Pictures that are finished but not yet in their place, so that interrupted work continues."""

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from autochrome.files import move_into_place, sync_file
from autochrome.media.films.parts import HintsDigest
from autochrome.media.films.sequences.names import SequencePattern

_JOB, _SHOTS = "job.json", "shots.jsonl"


class Staging:
    """A hidden folder beside the pictures. A shot counts as finished when all its pictures are on the disk."""

    def __init__(
        self,
        pattern: SequencePattern,
        job: dict[str, Any],
        restart: bool,
        hints_digest: HintsDigest,
    ) -> None:
        """job: everything that decides the look; the pictures of another job are deleted."""
        self._pattern = pattern
        self.folder = pattern.folder / f".{pattern.path.name}.parts"
        self._made = self._make_folder(pattern.folder)
        text = json.dumps(job, sort_keys=True, default=str)
        if restart or not self.holds(pattern, job):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
            (self.folder / _JOB).write_text(text, encoding="utf-8")
        self.shots = [shot for shot in self._read_shots() if shot[2] == hints_digest(shot[0], shot[1])]

    @staticmethod
    def holds(pattern: SequencePattern, job: dict[str, Any]) -> bool:
        """Whether there are pictures of this very job."""
        file = pattern.folder / f".{pattern.path.name}.parts" / _JOB
        with suppress(OSError):
            return file.read_text(encoding="utf-8") == json.dumps(job, sort_keys=True, default=str)
        return False

    @staticmethod
    def _make_folder(folder: Path) -> bool:
        """Make the folder of the pictures; whether it was missing."""
        missing = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        return missing

    def _read_shots(self) -> list[tuple[int, int, str]]:
        file = self.folder / _SHOTS
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        shots = []
        for line in lines:
            with suppress(ValueError):  # the last line of a killed process may be cut
                first, stop, digest = json.loads(line)
                shots.append((int(first), int(stop), str(digest)))
        return shots

    def has_frame(self, frame: int) -> bool:
        """Whether a finished shot holds this frame."""
        return any(first <= frame < stop for first, stop, _ in self.shots)

    def path_of(self, number: int) -> Path:
        """Where the picture with this number waits."""
        return self.folder / self._pattern.path_of(number).name

    def finish_shot(self, first: int, stop: int, digest: str, numbers: Iterable[int]) -> None:
        """All pictures of a shot are written."""
        for number in numbers:
            sync_file(self.path_of(number))
        self.shots.append((first, stop, digest))
        with (self.folder / _SHOTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps((first, stop, digest)) + "\n")

    def place(self, numbers: Iterable[int]) -> None:
        """Give all pictures their names. After a kill in between, the same call goes on."""
        for number in numbers:
            waiting = self.path_of(number)
            if waiting.is_file():
                move_into_place(waiting, self._pattern.path_of(number))
        shutil.rmtree(self.folder, ignore_errors=True)

    def abandon(self) -> None:
        """Delete the folder if no shot is finished, and the folder of the pictures if we made it."""
        if not self.shots:
            shutil.rmtree(self.folder, ignore_errors=True)
            if self._made:
                with suppress(OSError):
                    self._pattern.folder.rmdir()
