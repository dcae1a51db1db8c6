"""The options of `autochrome photo` for several variations of a picture, and how they are written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from autochrome.cli.naming import number_path
from autochrome.cli.numbers import number
from autochrome.cli.outcome import Remarks
from autochrome.cli.plan import FileTask, Plan
from autochrome.cli.streams import STREAM
from autochrome.errors import UsageError
from autochrome.files import check_output

if TYPE_CHECKING:
    from autochrome.photo import Photo, PhotoVariation

_MOST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationOptions:
    """Options for variations."""

    variations: Annotated[
        int,
        number("Write so many results that differ, as …-1, …-2 and so on, instead of one.", gte=0, lte=_MOST),
    ] = 0
    seed: Annotated[int, number("Another number gives other variations.", gte=0)] = 0
    save_hints: Annotated[
        Path | None,
        Parameter(
            help="For one picture: also write the points of each variation as a hints file, numbered in the same way. "
            "--hints gives the variation back."
        ),
    ] = None

    def check(self, plan: Plan) -> None:
        """Refuse options that do not fit together."""
        if self.variations and plan.tasks[0].target == STREAM:
            raise UsageError(
                "--variations writes several files, not one to standard output; name one with -o."
            )
        if self.save_hints and not self.variations:
            raise UsageError("--save-hints belongs to --variations; say how many, such as --variations 4.")
        if self.save_hints and len(plan.tasks) > 1:
            raise UsageError("--save-hints belongs to one picture; colour that picture alone.")

    def write(
        self,
        task: FileTask,
        colorize: Callable[[], "list[PhotoVariation]"],
        save: Callable[["Photo", Path, Path], None],
        overwrite: bool,
    ) -> Remarks:
        """Colour one picture and write all variations. save: writes a photo and perhaps its comparison."""
        from autochrome.variations import DIFFERENT

        files = (
            [number_path(self.save_hints, n + 1) for n in range(self.variations)] if self.save_hints else []
        )
        for file in files:
            check_output(file, task.source, overwrite=overwrite)
        variations = colorize()
        for each, target, comparison in zip(variations, task.targets, task.comparisons, strict=True):
            save(each.photo, target, comparison)
        for each, file in zip(variations, files, strict=False):
            each.hints.save(file)
        alike = [n + 1 for n, each in enumerate(variations) if each.apart < DIFFERENT]
        note = (
            f"{task.source}: the network is sure of much of this picture; "
            f"variation {', '.join(map(str, alike))} differs little from others or from the single answer."
        )
        photo = variations[0].photo
        return Remarks((*photo.notes, *([note] if alike else [])), photo.losses)
