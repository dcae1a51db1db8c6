"""The training pictures of a run, as batches of crops on the device."""

from collections.abc import Generator
from contextlib import closing

import torch
from torch import Tensor

from autochrome.cores import usable_cores
from autochrome.errors import RecipeError
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.crops import Cropper, stream_crops
from autochrome.lab.data.on_device import move_to_device
from autochrome.lab.data.sources import PictureSource, label_numbers
from autochrome.lab.recipe import Phase, Recipe
from autochrome.lab.training.distributed import ProcessGroup
from autochrome.lab.training.seeds import derive_seed
from autochrome.lab.types import Batch


class TrainingData:
    """Crops and batches of any phase and step. They are functions of (seed, phase, step) and nothing else."""

    def __init__(
        self, recipe: Recipe, pictures: PictureSource, device: torch.device, group: ProcessGroup
    ) -> None:
        self._recipe, self._pictures, self._device, self._group = recipe, pictures, device, group
        self._labels = label_numbers(pictures.names, recipe.data.labels)
        self._on_device = move_to_device(pictures, recipe.data.storage, device)

    def cropper(self, number: int, phase: Phase) -> Cropper:
        """Chooses and cuts the crops of a phase, by its number in the recipe."""
        if phase.batch % (self._group.size * phase.accumulate):
            raise RecipeError(
                f"phase {phase.name!r}: a batch of {phase.batch} cannot be split evenly over {self._group.size} "
                f"processes with accumulate {phase.accumulate}."
            )
        settings = self._recipe.data
        seed = derive_seed(self._recipe.seed, number)
        size = phase.size or settings.size
        return Cropper(self._pictures, size, phase.batch, seed, settings.full_crops, settings.max_enlarge)

    def crops(self, cropper: Cropper, start: int, stop: int | None) -> Generator[Tensor, None, None]:
        """The crops of steps start…stop (None: no end): (batch, P, size, size, 3) uint8 on the device."""
        if self._on_device:
            yield from self._on_device.stream(cropper, start, stop)
            return
        workers = self._recipe.data.workers or max(1, usable_cores() // self._group.size)
        with closing(stream_crops(cropper, start, stop, workers)) as crops:
            for pictures in crops:
                yield torch.from_numpy(pictures).to(self._device, non_blocking=True)

    def batch(self, phase: Phase, crops: Tensor, cropper: Cropper, step: int, seed: int) -> Batch:
        """Network inputs, truth and labels of one step. `seed` decides its augmentation and hints."""
        generator = torch.Generator(self._device).manual_seed(seed)
        options, settings = self._recipe.sample_options(phase), self._recipe.data
        batch = make_batch(crops, options, generator, thing_maps=settings.thing_maps)
        indices = cropper.indices(*divmod(step, cropper.steps_per_epoch))
        batch.label = self._labels[torch.from_numpy(indices)].to(self._device)
        return batch
