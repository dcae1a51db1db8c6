"""The training loop. Read it from top to bottom: phases, steps, validation, checkpoints.

Crops, hints and dropout of a step are functions of (seed, phase, step). So a run that was killed and resumed takes the
same steps as one that was not, and two processes with half a batch each take the same steps as one with the whole.
"""

import math
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autochrome.errors import RecipeError, TrainingDiverged
from autochrome.lab.data.crops import Cropper
from autochrome.lab.recipe import Phase, Recipe
from autochrome.lab.training.checkpoint import (
    Progress,
    checkpoint_folder,
    list_checkpoints,
    load_state,
    remove_old_checkpoints,
    save_checkpoint,
)
from autochrome.lab.training.clock import PhaseClock
from autochrome.lab.training.distributed import ProcessGroup
from autochrome.lab.training.loss_meter import LossMeter
from autochrome.lab.training.monitor import peak_memory_mb
from autochrome.lab.training.run_log import NullRunLog, TrainingLog
from autochrome.lab.training.run_networks import RunNetworks
from autochrome.lab.training.schedule import freeze, phase_minutes, phase_steps, rate_factor
from autochrome.lab.training.seeds import derive_seed
from autochrome.lab.training.steps import Stepper
from autochrome.lab.training.stop_signal import StopRequest, catch_sigterm
from autochrome.lab.training.training_data import TrainingData
from autochrome.lab.training.validation import LOWER_IS_BETTER, comparison_image, format_scores, validate

_STEPS_BETWEEN_READS = 16  # of the losses, on a GPU: each read waits for it
_PICTURES_IN_IMAGE = 8  # of the validation image in TensorBoard
_SHORT_EPOCH = 5.0  # seconds; shorter epochs get no line in the terminal


@dataclass(frozen=True, slots=True)
class PhaseState:
    """What the trainer needs during one phase."""

    phase: Phase
    stepper: Stepper
    cropper: Cropper
    meter: LossMeter
    clock: PhaseClock
    steps: int | None  # the phase's length in steps
    minutes: float | None  # and in minutes; the phase ends at the shorter one

    def fraction_done(self, step: int) -> float:
        """0…1 (or more), by steps or by minutes, whichever is further."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = self.clock.seconds() / (60 * self.minutes) if self.minutes is not None else 0.0
        return max(by_steps, by_time)


class Trainer:
    """Trains the networks of one run from its last checkpoint to its end."""

    def __init__(
        self,
        recipe: Recipe,
        run: Path,
        data: TrainingData,
        networks: RunNetworks,
        held_out: Tensor | None,  # (N, P, S, S, 3) uint8, for validation
        device: torch.device,
        group: ProcessGroup,
        minutes: float | None = None,  # of the whole run
    ) -> None:
        self.recipe, self.run, self.data, self.networks = recipe, run, data, networks
        self.held_out = None if held_out is None else held_out.to(device)
        self.device, self.group = device, group
        self.progress = Progress()
        self.log: TrainingLog = NullRunLog()
        self._phase_minutes = phase_minutes(recipe.phases, minutes)
        self._validated_step = -1
        self._stopping = False
        self._optimizer_state: dict[str, Any] = {}  # of a resumed phase
        if found := list_checkpoints(run):
            self.progress, self._optimizer_state = load_state(found[-1])
            networks.resume(found[-1], self.progress.total_steps)

    # ---- phases

    def train(self, log: TrainingLog) -> None:
        """Train all phases that are left. SIGTERM stops the run after a step, with a checkpoint."""
        self.log = log
        with catch_sigterm() as request:
            while not self.progress.done and not self._stopping:
                self._run_phase(self.recipe.phases[self.progress.phase], request)

    def _run_phase(self, phase: Phase, request: StopRequest) -> None:
        state = self._start_phase(phase)
        with closing(self.data.crops(state.cropper, self.progress.step, state.steps)) as crops:
            for pictures in crops:
                done = self._fraction_done(state, request)
                if done >= 1 or self._stopping:
                    break
                self._step(state, pictures, done)
                self._after_step(state)
        if self._stopping:
            self._save_checkpoint(state)
            self.log.message(f"stopped at step {self.progress.total_steps}; continue with --resume")
        else:
            self._finish_phase(state)

    def _start_phase(self, phase: Phase) -> PhaseState:
        """Freeze, build losses and optimizers, and choose the crops."""
        progress = self.progress
        freeze(self.networks.network, phase.freeze)
        stepper = Stepper(phase, self.networks.network, self.networks.critic, self.group, self._autocast)
        if self._optimizer_state:
            stepper.load_state(self._optimizer_state)
        self._optimizer_state = {}
        cropper = self.data.cropper(progress.phase, phase)
        return PhaseState(
            phase,
            stepper,
            cropper,
            LossMeter(phase.batch),
            PhaseClock(progress.seconds),
            phase_steps(phase, cropper.steps_per_epoch),
            self._phase_minutes[progress.phase],
        )

    def _fraction_done(self, state: PhaseState, request: StopRequest) -> float:
        """The fraction of the phase that is done. The main process decides for all, also whether to stop."""
        done, stop = self.group.broadcast([state.fraction_done(self.progress.step), float(request.received)])
        self._stopping = bool(stop)
        return done

    def _finish_phase(self, state: PhaseState) -> None:
        """Validate, go back to the best checkpoint if the phase has `best_by`, and turn to the next phase."""
        phase, progress = state.phase, self.progress
        self._validate(state)
        self._save_checkpoint(state)
        if progress.step % state.cropper.steps_per_epoch:
            self._end_epoch(state, progress.step // state.cropper.steps_per_epoch + 1)
        else:
            self.log.update_last_epoch(progress.scores)
        if phase.best_by and progress.best_step not in (-1, progress.total_steps):
            self.networks.load(checkpoint_folder(self.run, progress.best_step))
            self.log.message(
                f"{phase.name}: continue from step {progress.best_step}, the best {phase.best_by}"
            )
        if progress.phase + 1 == len(self.recipe.phases):
            progress.done = True
        else:
            progress.start_next_phase()
        folder = self._save_checkpoint(state, phase_over=True)
        memory = peak_memory_mb(self.device.type == "cuda")
        self.log.message(f"{phase.name} is done, peak memory {memory:.0f} MB: {folder}")

    # ---- steps

    def _step(self, state: PhaseState, crops: Tensor, done: float) -> None:
        """Make a batch, set the learning rates and take one optimizer step."""
        phase, progress = state.phase, self.progress
        key = (self.recipe.seed, progress.phase, progress.step)
        batch = self.data.batch(phase, crops, state.cropper, progress.step, derive_seed(*key, "samples"))
        torch.manual_seed(derive_seed(*key, "dropout", self.group.rank))
        factor = rate_factor(phase, done)
        state.stepper.set_rate(factor)
        losses = state.stepper.step(batch)
        state.meter.add(progress.total_steps, losses, phase.optimizer.lr * factor)
        progress.step += 1
        progress.total_steps += 1
        if self.networks.average:
            self.networks.average.update_parameters(self.networks.network)
        if self.device.type == "cpu" or progress.step % _STEPS_BETWEEN_READS == 0:
            self._read_losses(state)
            text = f"{state.meter.summary()}  {format_scores(progress.scores)}"
            self.log.show_progress(phase.name, done, text)

    def _after_step(self, state: PhaseState) -> None:
        """Validate, end an epoch and save a checkpoint when they are due."""
        step, per_epoch = self.progress.step, state.cropper.steps_per_epoch
        every = state.phase.checkpoint_every
        if every is not None and step % max(1, round(every * per_epoch)) == 0:
            self._validate(state)
            self._save_checkpoint(state)
        if step % per_epoch == 0:
            self._end_epoch(state, step // per_epoch)
        due = state.clock.seconds_since_save() > 60 * self.recipe.save_minutes
        if self.group.broadcast([float(due)])[0]:
            self._save_checkpoint(state)

    def _read_losses(self, state: PhaseState) -> None:
        """Log the losses since the last call; a loss that is not finite ends the run."""
        for step in state.meter.read():
            bad = [name for name, value in step.losses.items() if not math.isfinite(value)]
            if bad:
                found = list_checkpoints(self.run)
                last = f"the last good checkpoint is {found[-1]}" if found else "there is no checkpoint yet"
                raise TrainingDiverged(
                    f"{bad[0]} is not a finite number at step {step.step} of {self.run}; {last}. "
                    "Lower the learning rate, or clip the gradient."
                )
            self.log.log_step(step)

    def _end_epoch(self, state: PhaseState, epoch: int) -> None:
        self._read_losses(state)
        text = state.meter.summary()
        row = state.meter.end_epoch()
        head = {"phase": state.phase.name, "epoch": epoch, "total_steps": self.progress.total_steps}
        self.log.log_epoch({**head, **row, **self.progress.scores})
        if row["seconds"] > _SHORT_EPOCH:
            self.log.message(f"{state.phase.name} epoch {epoch}: {text}")

    def _autocast(self) -> AbstractContextManager[Any]:
        if self.recipe.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    # ---- validation

    def _validate(self, state: PhaseState) -> None:
        """Score the resulting network on the held-out pictures, once per step at most."""
        phase, progress = state.phase, self.progress
        if self.held_out is None or self._validated_step == progress.total_steps:
            return
        self._validated_step = progress.total_steps
        network, samples = self.networks.result, self.recipe.sample_options(phase)
        with self._autocast():
            scores = validate(network, self.held_out, samples)
        progress.scores = {name: round(value, 4) for name, value in scores.items()}
        image = comparison_image(network, self.held_out[:_PICTURES_IN_IMAGE], samples)
        self.log.log_scores(progress.total_steps, scores, image)
        self.log.message(f"{phase.name} step {progress.total_steps}: {format_scores(scores)}")
        freeze(self.networks.network, phase.freeze)
        if phase.best_by:
            self._remember_best(phase.best_by, scores)

    def _remember_best(self, name: str, scores: dict[str, float]) -> None:
        if name not in scores:
            raise RecipeError(f"best_by: there is no validation score {name!r}: {', '.join(scores)}.")
        score = -scores[name] if name in LOWER_IS_BETTER else scores[name]
        if self.progress.best_step < 0 or score > self.progress.best_score:
            self.progress.best_step, self.progress.best_score = self.progress.total_steps, score

    # ---- checkpoints

    def _save_checkpoint(self, state: PhaseState, *, phase_over: bool = False) -> Path:
        """Save networks, optimizers and progress. All processes call this together; the main one writes.

        Losses are read first: a network with losses that are not finite is never saved.
        """
        self._read_losses(state)
        self.progress.seconds = 0.0 if phase_over else state.clock.seconds()
        self.log.flush()
        if self.group.is_main:
            optimizer_state = {} if phase_over else state.stepper.state()
            save_checkpoint(self.run, self.networks.by_file_name(), optimizer_state, self.progress)
            remove_old_checkpoints(self.run, keep=2, best_step=self.progress.best_step)
        state.clock.mark_saved()
        self.group.wait()
        return checkpoint_folder(self.run, self.progress.total_steps)
