"""The work on one picture of a batch. It is a record of options, so that it can be sent to another process."""

import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from autochrome.cli.batch_options import BatchOptions
from autochrome.cli.outcome import Remarks
from autochrome.cli.plan import FileTask
from autochrome.cli.signing import Signing
from autochrome.cli.streams import STREAM, read_source
from autochrome.cli.variation_options import VariationOptions
from autochrome.errors import UsageError
from autochrome.files import output_exists
from autochrome.hints.source import OpenedHints
from autochrome.media.stills.pages import has_pages
from autochrome.model import open_model
from autochrome.model.network import OnnxModel
from autochrome.options import PhotoOptions
from autochrome.pages import colorize_pages
from autochrome.photo import Photo, colorize_photo, colorize_variations


@dataclass(slots=True)
class PhotoWork:
    """Colours a picture and writes the results. Call `open` first."""

    batch: BatchOptions
    options: PhotoOptions
    choice: VariationOptions
    hints: OpenedHints | None
    many: bool  # so many pictures that a faster runtime makes up for its longer start
    network: OnnxModel | None = field(default=None, init=False)
    signing: Signing | None = field(default=None, init=False)

    def open(self) -> None:
        """Open the network, and try the certificate."""
        self.network = open_model(self.options.model, device=self.batch.device, many=self.many)
        self.signing = Signing(self.batch.sign, overwrite=self.batch.overwrite)

    def __call__(self, task: FileTask) -> Remarks:
        """Colour one picture."""
        assert self.signing is not None
        self.signing.check(task.source, task.targets)
        source, written = read_source(task.source), list[Path]()
        remarks = self._color(task, source, written)
        return replace(remarks, notes=(*remarks.notes, *self.signing.sign(source, written)))

    def _save(self, written: list[Path], colored: Photo, target: Path, comparison: Path) -> None:
        if target == STREAM:
            colored.save(sys.stdout.buffer)
            return
        if self.batch.existing == "skip" and output_exists(target):  # some variations of an interrupted run
            return
        colored.save(target, overwrite=self.batch.overwrite)
        if self.options.compare:
            colored.save_comparison(comparison, overwrite=self.batch.overwrite)
        written.append(target)

    def _color(self, task: FileTask, source: Path | bytes, written: list[Path]) -> Remarks:
        if self.choice.variations:
            vary = partial(
                colorize_variations,
                *(source, self.choice.variations),
                model=self.network,
                options=self.options,
                hints=self.hints,
                seed=self.choice.seed,
            )
            return self.choice.write(task, vary, partial(self._save, written), self.batch.overwrite)
        if has_pages(source, task.target):
            return self._color_pages(task, source, written)
        colored = colorize_photo(source, model=self.network, options=self.options, hints=self.hints)
        self._save(written, colored, task.target, task.comparisons[0])
        return Remarks(colored.notes, colored.losses)

    def _color_pages(self, task: FileTask, source: Path | bytes, written: list[Path]) -> Remarks:
        if self.hints:
            raise UsageError(f"{task.source}: hints belong to one picture, and this file has several.")
        beside = task.comparisons[0]
        beside = beside.with_name(f"{beside.name}.tif") if beside.suffix == ".pdf" else beside
        done = colorize_pages(
            *(source, task.target),
            model=self.network,
            options=self.options,
            comparison=beside if self.options.compare else None,
            overwrite=self.batch.overwrite,
        )
        written.append(task.target)
        return Remarks(done.notes, done.losses)
