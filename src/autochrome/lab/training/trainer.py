"""THE WAY OF A RUN: recipe and pictures in, a folder with checkpoints, curves and scores out.

Order, crops, hints and dropout of a step are functions of (seed, phase, step). So a run that was killed and resumed
sees what it would have seen, and two processes with half a batch each see what one with the whole batch sees.
"""

import hashlib
import math
import os
import signal
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from autochrome.errors import CheckpointError, RecipeError, TrainingDiverged
from autochrome.files import atomic_write
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.crops import Cutter, Pictures, label_numbers, middle_squares, open_pictures, stream
from autochrome.lab.data.on_device import on_device, pick_device
from autochrome.lab.networks import build_critic, build_network
from autochrome.lab.recipe import NetworkSettings, Phase, Recipe, load_recipe
from autochrome.lab.training.checkpoint import (
    Progress,
    best_weights,
    checkpoints,
    folder_of,
    load_state,
    prune,
    save_checkpoint,
)
from autochrome.lab.training.distributed import Place, joined
from autochrome.lab.training.loss_meter import Tally
from autochrome.lab.training.monitor import Monitor, most_memory
from autochrome.lab.training.run_log import Journal
from autochrome.lab.training.run_page import write_run_page
from autochrome.lab.training.schedule import Average, freeze, phase_minutes, rate_factor, set_rate
from autochrome.lab.training.steps import Stepper
from autochrome.lab.training.validation import LESS_IS_BETTER, score, sheet
from autochrome.lab.types import Critic
from autochrome.lab.weights_file import load_weights


@dataclass(frozen=True, slots=True)
class Sitting:
    """How a run is carried out here and now; nothing of it changes what the recipe means."""

    train: tuple[str, ...] = ()  # instead of the recipe's
    valid: tuple[str, ...] = ()
    device: str = "auto"
    minutes: float | None = None  # the whole run shall take so long, annealed at its end
    resume: bool = False
    changed: bool = False  # settings were given on the way here: a resumed run must have had them already


def number(*parts: object) -> int:
    """A seed out of anything, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=6).digest(), "big")


def train(recipe: Recipe, run: Path, sitting: Sitting = Sitting()) -> Path:
    """Train a recipe into the folder `run`; its result is `checkpoint.best_weights(run)`."""
    if sitting.resume and (run / "recipe.yaml").exists():
        kept = load_recipe(run / "recipe.yaml")
        if sitting.changed and kept != recipe:
            raise RecipeError(
                f"{run} goes on with the settings it began with: leave out --set, or choose another --out."
            )
        recipe = kept
    elif checkpoints(run) and not sitting.resume:
        raise CheckpointError(f"{run} holds a run already: go on with --resume, or choose another --out.")
    device = pick_device(sitting.device)
    with joined(device) as place:
        settings = recipe.data
        pictures = open_pictures(sitting.train or settings.train, settings)
        held_out = None
        if valid := sitting.valid or settings.valid:
            extra = settings.model_copy(update={"limit": recipe.valid_count, "often": {}})
            held_out = middle_squares(
                open_pictures(valid, extra), recipe.valid_size or settings.size, recipe.valid_count
            )
        run.mkdir(parents=True, exist_ok=True)
        if place.first:
            atomic_write(run / "recipe.yaml", recipe.dump())
        trainer = Trainer(recipe, run, pictures, held_out, device, place, sitting.minutes)
        with Monitor(run) if place.first else nullcontext():
            trainer.train()
        if place.first:
            write_run_page(run)
    return run


def build(settings: NetworkSettings, make: Any) -> nn.Module:
    """A network from its settings, started from given weights if the recipe says so."""
    network: nn.Module = make(settings.family, **settings.config)
    if settings.start:
        load_weights(network, best_weights(settings.start))
    return network


class Trainer:
    """One run: its networks, where it stands, and the loop over phases and steps."""

    def __init__(
        self,
        recipe: Recipe,
        run: Path,
        pictures: Pictures,
        held_out: Tensor | None,
        device: torch.device,
        place: Place,
        minutes: float | None = None,
    ) -> None:
        self.recipe, self.run, self.pictures = recipe, run, pictures
        self.labels = label_numbers(pictures.names)
        self.device, self.place = device, place
        self.on_device = on_device(pictures, recipe.data.keep, device)
        self.held_out = None if held_out is None else held_out.to(device)
        found = checkpoints(run)
        torch.manual_seed(number(recipe.seed, "weights"))
        settings = recipe.network.rebuilt() if found else recipe.network
        self.network: Any = self._ready(build(settings, build_network))
        self.critic: Critic | None = (
            self._ready(build(recipe.critic, build_critic)) if recipe.critic else None
        )
        self.average = Average(self.network, recipe.ema) if recipe.ema else None
        self.progress = Progress()
        self.lengths = phase_minutes(recipe.phases, minutes)
        self.journal: Journal | None = None
        self.tally = Tally()
        self._asked = False  # by a signal, to this process alone
        self._stopping = False  # agreed by all
        self._scored = -1
        self._resumed: dict[str, Any] = {}
        if found:
            self._load(found[-1])

    def _ready(self, network: Any) -> Any:
        network = network.to(self.device, memory_format=torch.channels_last)
        if self.place.world > 1 and self.device.type == "cuda":
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return network

    # ---- the loop

    def train(self) -> None:
        """All phases, from where the run stands to its end, or to SIGTERM."""
        if self.place.first:
            self.journal = Journal(self.run, self.progress.total_steps)
        try:
            with self._stoppable():
                while not self.progress.done and not self._stopping:
                    self._phase(self.recipe.phases[self.progress.phase])
        finally:
            if self.journal:
                self.journal.close()

    def _phase(self, phase: Phase) -> None:
        stepper, cutter = self._begin(phase)
        total = self._steps(phase, cutter)
        with closing(self._pictures(cutter, total)) as shown:
            for pictures in shown:
                done = self._done(total)
                if done >= 1 or self._stopping:
                    break
                self._step(phase, stepper, cutter, pictures, done)
                self._between(phase, stepper, cutter)
        if self._stopping:
            self._save(stepper)
            self._say(f"stopped at step {self.progress.total_steps}; go on with --resume")
        else:
            self._finish(phase, stepper, cutter)

    def _begin(self, phase: Phase) -> tuple[Stepper, Cutter]:
        """What learns and what it sees; a resumed phase gets its optimizers' memory back."""
        freeze(self.network, phase.freeze)
        stepper = Stepper(phase, self.network, self.critic, self.place, self._autocast)
        if self._resumed:
            stepper.load(self._resumed)
        self._resumed = {}
        self.tally = Tally(phase.batch, self.progress.seconds)
        return stepper, self._cutter(phase)

    def _pictures(self, cutter: Cutter, total: int | None) -> Generator[Tensor, None, None]:
        """(batch, P, size, size, 3) uint8 on the device, from the step where the run stands."""
        if self.on_device:
            yield from self.on_device.stream(cutter, self.progress.step, total)
            return
        workers = self.recipe.data.workers or max(1, (os.cpu_count() or 1) // self.place.world)
        with closing(stream(cutter, self.progress.step, total, workers)) as crops:
            for pictures in crops:
                yield torch.from_numpy(pictures).to(self.device, non_blocking=True)

    def _step(self, phase: Phase, stepper: Stepper, cutter: Cutter, shown: Tensor, done: float) -> None:
        progress = self.progress
        key = (self.recipe.seed, progress.phase, progress.step)
        generator = torch.Generator(self.device).manual_seed(number(*key, "samples"))
        batch = make_batch(shown, self.recipe.sample_options(phase), generator)
        seen = cutter.indices(*divmod(progress.step, cutter.steps_per_epoch))
        batch.label = self.labels[torch.from_numpy(seen)].to(self.device)
        torch.manual_seed(number(*key, "dropout", self.place.rank))
        factor = rate_factor(phase, done)
        for optimizer in stepper.optimizers.values():
            set_rate(optimizer, factor)
        terms = stepper.step(batch)
        self.tally.add(progress.total_steps, terms, phase.optimizer.lr * factor)
        progress.step += 1
        progress.total_steps += 1
        if self.average:
            self.average.update(self.network, progress.total_steps)
        if self.device.type == "cpu" or progress.step % 16 == 0:
            self._look()
            if self.journal:
                self.journal.show(phase.name, done, f"{self.tally.text()}  {_told(progress.scores)}")

    def _look(self) -> None:
        """Read the losses off the device, write them down, and stop if they are no numbers any more."""
        for step, terms, rate in self.tally.settle():
            bad = [name for name, value in terms.items() if not math.isfinite(value)]
            if bad:
                kept = checkpoints(self.run)
                good = f"the last good checkpoint is {kept[-1]}" if kept else "there is no checkpoint yet"
                raise TrainingDiverged(
                    f"{bad[0]} is no number at step {step} of {self.run}; {good}. "
                    "Lower the learning rate, or clip the gradient."
                )
            if self.journal:
                self.journal.step(step, terms, rate)

    def _between(self, phase: Phase, stepper: Stepper, cutter: Cutter) -> None:
        """What is due after this step: a score, a line in epochs.csv, a checkpoint against a kill."""
        step, per_epoch = self.progress.step, cutter.steps_per_epoch
        every = phase.checkpoint_every
        if every is not None and step % max(1, round(every * per_epoch)) == 0:
            self._score(phase)
            self._save(stepper)
        if step % per_epoch == 0:
            self._epoch(phase, step // per_epoch)
        due = self.tally.since_saved() > 60 * self.recipe.save_minutes
        if self.place.from_first([float(due)])[0]:
            self._save(stepper)

    def _epoch(self, phase: Phase, epoch: int) -> None:
        self._look()
        text = self.tally.text()
        row = self.tally.epoch()
        if self.journal:
            head = {"phase": phase.name, "epoch": epoch, "total_steps": self.progress.total_steps}
            self.journal.epoch({**head, **row, **self.progress.scores})
        if row["seconds"] > 5:  # one picture learnt by heart has hundreds of epochs a minute
            self._say(f"{phase.name} epoch {epoch}: {text}")

    def _say(self, text: str) -> None:
        if self.journal:
            self.journal.say(text)

    # ---- time and data

    def _cutter(self, phase: Phase) -> Cutter:
        if phase.batch % (self.place.world * phase.accumulate):
            raise RecipeError(
                f"phase {phase.name!r}: a batch of {phase.batch} cannot be shared evenly by {self.place.world} "
                f"processes in {phase.accumulate} portions."
            )
        settings = self.recipe.data
        seed = number(self.recipe.seed, self.progress.phase)
        size = phase.size or settings.size
        return Cutter(self.pictures, size, phase.batch, seed, settings.whole, settings.enlarge)

    def _steps(self, phase: Phase, cutter: Cutter) -> int | None:
        """The phase's length in steps, where it is one."""
        if phase.steps is not None:
            return phase.steps
        return None if phase.epochs is None else max(1, round(phase.epochs * cutter.steps_per_epoch))

    def _done(self, total: int | None) -> float:
        """The share of the phase that is over, by steps or by the clock, whichever is further."""
        done = self.progress.step / total if total else 0.0
        limit = self.lengths[self.progress.phase]
        if limit is not None:
            done = max(done, self.tally.seconds() / (60 * limit))
        done, stop = self.place.from_first([done, float(self._asked)])
        self._stopping = bool(stop)
        return done

    def _autocast(self) -> AbstractContextManager[Any]:
        if self.recipe.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    # ---- keeping

    def _score(self, phase: Phase) -> None:
        """Held-out scores of what would be shipped now, for the curves and for `pick`."""
        if self.held_out is None or self._scored == self.progress.total_steps:
            return
        self._scored = self.progress.total_steps
        network: Any = self.average.network if self.average else self.network
        samples = self.recipe.sample_options(phase)
        with self._autocast():
            scores = score(network, self.held_out, samples)
        self.progress.scores = {k: round(v, 4) for k, v in scores.items()}
        if self.journal:
            step = self.progress.total_steps
            self.journal.scores(step, scores, sheet(network, self.held_out[:8], samples))
            self.journal.say(f"{phase.name} step {step}: {_told(scores)}")
        freeze(self.network, phase.freeze)
        if phase.pick:
            self._compare(phase.pick, scores)

    def _compare(self, pick: str, scores: dict[str, float]) -> None:
        if pick not in scores:
            raise RecipeError(f"pick: there is no held-out score {pick!r}: {', '.join(scores)}.")
        value = -scores[pick] if pick in LESS_IS_BETTER else scores[pick]
        if self.progress.best_step < 0 or value > self.progress.best_score:
            self.progress.best_step, self.progress.best_score = self.progress.total_steps, value

    def _finish(self, phase: Phase, stepper: Stepper, cutter: Cutter) -> None:
        """Score the end, go back to the best checkpoint if the phase picks one, and turn to the next phase."""
        progress = self.progress
        self._score(phase)
        self._save(stepper)
        if progress.step % cutter.steps_per_epoch:
            self._epoch(phase, progress.step // cutter.steps_per_epoch + 1)
        elif self.journal:
            self.journal.amend(progress.scores)
        if phase.pick and progress.best_step not in (-1, progress.total_steps):
            self._load_networks(folder_of(self.run, progress.best_step))
            self._say(f"{phase.name}: step {progress.best_step} had the best {phase.pick}")
        if progress.phase + 1 == len(self.recipe.phases):
            progress.done = True
        else:
            progress.phase += 1
            progress.step, progress.best_step, progress.best_score = 0, -1, 0.0
        self._save(None)
        memory = most_memory(self.device.type == "cuda")
        self._say(
            f"{phase.name} is done, {memory:.0f} MB at most: {folder_of(self.run, progress.total_steps)}"
        )

    def _save(self, stepper: Stepper | None) -> None:
        """All processes come here together, the first one writes. Nothing that is no number is ever written."""
        self._look()
        self.progress.seconds = self.tally.seconds() if stepper else 0.0
        if self.journal:
            self.journal.flush()
        if self.place.first:
            networks: dict[str, nn.Module] = {"weights": self.network}
            if self.average:
                networks["average"] = self.average.network
            if self.critic:
                networks["critic"] = self.critic
            save_checkpoint(self.run, networks, stepper.state() if stepper else {}, self.progress)
            prune(self.run, keep=2, protect=self.progress.best_step)
        self.tally.saved()
        self.place.wait()

    def _load(self, checkpoint: Path) -> None:
        self.progress, self._resumed = load_state(checkpoint)
        self._load_networks(checkpoint)

    def _load_networks(self, checkpoint: Path) -> None:
        load_weights(self.network, checkpoint / "weights.safetensors")
        if self.average:
            load_weights(self.average.network, checkpoint / "average.safetensors")
        if self.critic:
            load_weights(self.critic, checkpoint / "critic.safetensors")

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """SIGTERM asks politely: the step in hand is finished and saved."""

        def stop(number: int, frame: FrameType | None) -> None:
            self._asked = True

        try:
            before = signal.signal(signal.SIGTERM, stop)
        except ValueError:  # not in the main thread: nobody can ask
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


def _told(scores: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in scores.items())
