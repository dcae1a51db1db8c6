"""The way of `autochrome adapt`: coloured films and stills in, a tuned model file out.

read       frames across the cuts, and stills; some are only watched            material.py
encode     crops as old film shows them → features, by the encoder of the file  encoder.py
tune       the decoder: half of each batch new, half as before                  tuning.py, known.py
watch      keep what is best on the watched pictures; stop when nothing helps   this module
write      the same file with another decoder, and its card                     export.py
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch

from autochrome.color.lab import lab_from_srgb
from autochrome.cores import usable_cores
from autochrome.errors import UsageError
from autochrome.files import check_output
from autochrome.lab.adapt.encoder import Encoder, Sample, SamplePool, run_tensors
from autochrome.lab.adapt.export import check_source, make_card, write_model
from autochrome.lab.adapt.known import known_pictures
from autochrome.lab.adapt.material import Material, read_reels, split_reels
from autochrome.lab.adapt.options import Adapted, AdaptOptions, AdaptProgress, Comparison, Progress
from autochrome.lab.adapt.tuning import BATCH, Tuner, score
from autochrome.lab.data.batches import make_batch
from autochrome.lab.data.crops import Cropper
from autochrome.lab.data.options import SampleOptions
from autochrome.lab.data.pixels import RGB, center_square
from autochrome.lab.data.sources import PicturesInMemory
from autochrome.lab.export.decoder_weights import read_decoder
from autochrome.lab.networks.tint.decoder import Decoder
from autochrome.model.open import find_model

CROP = 160  # pixels
_WATCHED_SIDE, _MULTIPLE = 256, 32  # pixels of a watched square, at most; sides are multiples
_MOST_WATCHED = 32  # pictures
_LEARNT_LIMIT, _KNOWN_LIMIT = 1500, 600  # crops in memory, 0.4 MB each
_FIRST, _FRESH = 192, 64  # crops to begin with, and new ones per round
_ROUND = 24  # steps per round
_PATIENCE = 6  # rounds without a better score
_SHARES = (0.25, 0.5, 0.75, 1.0)  # of the way from the old weights to the tuned ones
_ENOUGH = 0.7  # of the best gain: a smaller share that has so much is taken, for it forgets less
_RESERVE = 8.0  # seconds for the last scores and for the file
_LEARNT_SAMPLES = SampleOptions(
    film_stock=0.35, tone=0.5, fade=0.1, grain=0.2, blur=0.15, scratches=0.05, blank_page=0.05
)
_KNOWN_SAMPLES = _LEARNT_SAMPLES.model_copy(update={"film_stock": 0.6, "rotate": 0.25, "side_by_side": 0.4})
"""More kinds of change: there are few pictures, and no more than their features matter."""


def adapt(
    color: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    held_out: Sequence[str | os.PathLike[str]] = (),
    data: Sequence[str | os.PathLike[str]] = (),
    names: Mapping[Path, str] = MappingProxyType({}),
    options: AdaptOptions | None = None,
    progress: Progress = lambda _: None,
    overwrite: bool = False,
) -> Adapted:
    """Tune a network to the colours of films and stills (files or folders) and write it as an ONNX file.

    held_out: coloured films or stills that are never learnt from, to watch; default: a part of `color`. data: pictures
    of anything, on which the network shall answer as before. The file is written only if it answers as the tuned
    network. names: of inputs, where the card shall not have those of the files.
    """
    options = options or AdaptOptions()
    source, target = find_model(options.model), Path(output)
    if target.suffix.lower() != ".onnx":
        raise UsageError(f"{target}: the model is an ONNX file; give a name that ends in .onnx.")
    check_output(target, source, overwrite=overwrite)
    clock = _Clock(options.minutes, progress)
    threads = options.threads or usable_cores()
    with _torch_threads(threads):
        decoder = read_decoder(source)
        check_source(source, decoder)
        encoder = Encoder(source, decoder.ab_head.in_channels, threads)
        reels = read_reels(color, clock.read, names)
        material = split_reels(reels, read_reels(held_out, clock.read) if held_out else [])
        known, about_known = known_pictures(data)
        clock.read(f"as before: {about_known}")
        course = _Course(decoder, encoder, material, known, options.seed)
        best = course.run(clock)
        card = make_card(
            encoder.card,
            target.stem,
            [reel.name for reel in reels],
            best.comparison.scores(),
            course.crops,
            clock.minutes,
        )
        write_model(source, target, course.start, best.decoder, card)
    clock.show("writing", f"{target}")
    return Adapted(target, card, best.comparison, best.share, clock.minutes, course.crops)


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    """PyTorch with so many threads; afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True, slots=True)
class Best:
    """The decoder that is best on the watched pictures."""

    decoder: Decoder
    share: float
    comparison: Comparison


class _Course:
    """The tuning of one decoder, round by round."""

    def __init__(
        self, decoder: Decoder, encoder: Encoder, material: Material, known: Sequence[RGB], seed: int
    ) -> None:
        self.start = decoder
        self._encoder, self._material = encoder, material
        self._tuner = Tuner(decoder, seed)
        self._fillers = [
            _PoolFiller(encoder, material.learnt, SamplePool(_LEARNT_LIMIT), 0.5, _LEARNT_SAMPLES, seed),
            _PoolFiller(encoder, known, SamplePool(_KNOWN_LIMIT), 0.2, _KNOWN_SAMPLES, seed + 1),
        ]
        self._watched = _encode_squares(encoder, material.watched)
        self._before = score(decoder, self._watched)

    @property
    def crops(self) -> int:
        """How many crops it has learnt from, with repetitions."""
        return self._tuner.steps * BATCH // 2

    def run(self, clock: "_Clock") -> Best:
        """Tune until the time is over, or nothing helps any more. The last rounds are compared at several shares."""
        best, waited = Best(self.start, 0.0, self._compare(self._before)), 0
        learnt, known = (filler.pool for filler in self._fillers)
        for filler in self._fillers:
            filler.add(_FIRST, clock.end)
        while waited < _PATIENCE and clock.has_round():
            for filler in self._fillers:
                filler.add(_FRESH, clock.end)
            for _ in range(_ROUND):
                loss = self._tuner.step(learnt, known)
                if clock.left() < _RESERVE:
                    break
            better = self._try_shares(best)
            waited = 0 if better is not best else waited + 1
            best = better
            clock.end_round(f"{self.crops} crops, loss {loss:.3f}; {_in_words(best.comparison)}")
        return best

    def _try_shares(self, best: Best) -> Best:
        """The best so far, or the present weights: at the smallest share that has most of their gain."""
        tried = [Best(self.start, 0.0, self._compare(self._before))]
        for share in _SHARES:
            decoder = self._tuner.mixed(share)
            tried.append(Best(decoder, share, self._compare(score(decoder, self._watched))))
        most = max(each.comparison.gained for each in tried)
        chosen = next(each for each in tried if each.comparison.gained >= _ENOUGH * most)
        return chosen if chosen.comparison.gained > best.comparison.gained else best

    def _compare(self, after: dict[str, float]) -> Comparison:
        return Comparison(self._material.about_watched, len(self._watched), self._before, after)


class _PoolFiller:
    """Adds crops of some pictures to a pool: as old film shows them, mirrored, zoomed."""

    def __init__(
        self,
        encoder: Encoder,
        pictures: Sequence[RGB],
        pool: SamplePool,
        full_crops: float,
        samples: SampleOptions,
        seed: int,
    ) -> None:
        self.pool, self._encoder, self._samples = pool, encoder, samples
        source = PicturesInMemory([""] * len(pictures), [(picture,) for picture in pictures])
        self._cropper = Cropper(source, CROP, 8, seed, full_crops, 1.5) if pictures else None
        self._generator = torch.Generator().manual_seed(seed)
        self._step = 0

    def add(self, count: int, end: float) -> None:
        """Add about so many crops, as long as there is time for them."""
        for _ in range(count // 8):
            if self._cropper is None or (self.pool.samples and time.monotonic() > end - 2 * _RESERVE):
                return
            crops = self._cropper.crop(*divmod(self._step, self._cropper.steps_per_epoch))
            batch = make_batch(torch.from_numpy(crops), self._samples, self._generator)
            for sample in run_tensors(self._encoder, batch.luma, batch.truth):
                self.pool.add(sample)
            self._step += 1


def _encode_squares(encoder: Encoder, pictures: Sequence[RGB]) -> list[Sample]:
    """The centre squares of at most `_MOST_WATCHED` pictures, evenly spread, all of one size."""
    count = min(len(pictures), _MOST_WATCHED)
    chosen = [pictures[i * len(pictures) // count] for i in range(count)]
    side = min(_WATCHED_SIDE, *(min(picture.shape[:2]) for picture in chosen))
    side = max(_MULTIPLE, side // _MULTIPLE * _MULTIPLE)
    squares = np.stack([center_square(picture, side) for picture in chosen])
    truth = lab_from_srgb(torch.from_numpy(squares).float() / 255).permute(0, 3, 1, 2).contiguous()
    return run_tensors(encoder, truth[:, :1], truth)


def _in_words(comparison: Comparison) -> str:
    before, after = comparison.before["pooled"], comparison.after["pooled"]
    return f"watched pictures {before:+.2f} → {after:+.2f} dB over grey"


class _Clock:
    """The time that is given, and the lines that say how far it is."""

    def __init__(self, minutes: float, progress: Progress) -> None:
        self._begin, self._total, self._progress = time.monotonic(), 60 * minutes, progress
        self.end = self._begin + self._total
        self._round_began, self._round = self._begin, 0.0

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self._begin) / 60

    def left(self) -> float:
        """Seconds."""
        return self.end - time.monotonic()

    def has_round(self) -> bool:
        """Whether another round as long as the last one fits in."""
        self._round_began = time.monotonic()
        return self._round == 0.0 or self.left() > self._round + _RESERVE

    def end_round(self, text: str) -> None:
        self._round = time.monotonic() - self._round_began
        self.show("learning", text)

    def read(self, text: str) -> None:
        self.show("reading", text)

    def show(self, stage: str, text: str) -> None:
        left = max(0.0, self.left())
        self._progress(AdaptProgress(stage, min(1.0, 1 - left / self._total), left, text))
