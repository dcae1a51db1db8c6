"""The result of one task of a batch, and what a report must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from autochrome.cli.plan import FileTask
from autochrome.errors import AutochromeError


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the user should know about a finished file."""

    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()  # parts of a damaged input that are missing in the result


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one task."""

    task: FileTask
    status: Literal["done", "skipped", "failed"]
    seconds: float = 0.0
    remarks: Remarks = Remarks()
    error: AutochromeError | None = None


class Report(ABC):
    """Reports the progress of a batch to the user or to a program. A context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    @abstractmethod
    def add(self, outcome: Outcome) -> None:
        """Report one finished task."""

    @abstractmethod
    def note(self, text: str) -> None:
        """Report what concerns no single file."""

    @abstractmethod
    def conclude(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Report the end, also after an interruption."""
