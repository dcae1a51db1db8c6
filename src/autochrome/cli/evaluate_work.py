"""The work of `autochrome evaluate` on some pictures or one film, and how a cluster does it."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autochrome.cli.evaluate_models import (
    BASELINES_ONLY,
    open_judge_if_installed,
    open_network,
    open_perceptual,
)
from autochrome.errors import BatchIncomplete
from autochrome.evaluate.photo_protocol import Trial, make_evaluation, score_image
from autochrome.evaluate.recognition import JudgedPictures
from autochrome.evaluate.results import Evaluation, ImageScores
from autochrome.evaluate.samples import count_samples, read_samples
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import Work, open_cluster, run_units

_PICTURES = 16  # of one unit
_MEMORY = 3 << 30  # bytes of a worker: network, judge and their libraries


@dataclass(frozen=True, slots=True)
class EvaluationWork:
    """What is measured. It can be sent to another process."""

    model: str
    device: str
    data: tuple[Path, ...]
    size: int
    limit: int | None
    trials: tuple[Trial, ...]
    perceptual: Path | None
    judge: bool

    @property
    def names(self) -> list[str]:
        """The names of the data in a report."""
        return [path.name for path in self.data]

    def evaluate_film(self, network: ColorModel, name: str, film: Path) -> Any:
        """Measure the network on one colour film."""
        from autochrome.evaluate.film_protocol import evaluate_film

        options = FilmOptions(vivid=self.trials[0].vivid)
        return evaluate_film(film, network, name=name, size=self.size, limit=self.limit, options=options)

    def open_pictures(self) -> "PictureWorker":
        """Open the network and the judge."""
        network = open_network(self.model, self.device)
        judge = open_judge_if_installed() if self.judge else None
        return PictureWorker(self, network, judge, open_perceptual(self.perceptual))

    def open_films(self, name: str) -> Callable[[Path], Any]:
        """Open the network; returns the function that measures a film."""
        network = open_network(self.model, self.device)
        assert network is not None
        return partial(self.evaluate_film, network, name)


@dataclass(frozen=True, slots=True)
class ScoredPictures:
    """The scores of some pictures, and what the judge says of them."""

    images: list[ImageScores]
    judged: JudgedPictures | None
    judge: str | None


@dataclass(frozen=True, slots=True)
class PictureWorker:
    """Scores pictures."""

    work: EvaluationWork
    network: ColorModel | None
    judge: Any
    distance: Any

    def __call__(self, span: tuple[int, int]) -> ScoredPictures:
        """Colour and score the pictures from the first number on and before the second."""
        work, judged = self.work, JudgedPictures(self.judge) if self.judge else None
        trials = list(dict.fromkeys(work.trials)) if self.network else []
        samples = read_samples(work.data, work.size, work.limit, span=slice(*span))
        images = [score_image(self.network, sample, trials, self.distance, judged) for sample in samples]
        opinions = JudgedPictures.empty()
        if judged:
            opinions.extend(judged)
        return ScoredPictures(images, opinions if judged else None, self.judge.name if self.judge else None)


def evaluate_photos_on(on: str, work: EvaluationWork, name: str, progress: Callable[[], None]) -> Evaluation:
    """The evaluation of one machine, with the pictures shared out over a cluster."""
    started = time.perf_counter()
    total = count_samples(work.data, work.limit)
    spans = [(first, min(total, first + _PICTURES)) for first in range(0, total, _PICTURES)]
    images: list[ImageScores] = []
    opinions, judge = JudgedPictures.empty(), None
    plan = Work(work.open_pictures, name=_name_span, needs=partial(_list_data, work), memory=_MEMORY)
    for scored in _take_all(on, plan, spans):
        images += scored.images
        if scored.judged:
            opinions.extend(scored.judged)
            judge = scored.judge
        for _ in scored.images:
            progress()
    return make_evaluation(
        images,
        opinions if judge else None,
        list(dict.fromkeys(work.trials)) if name != BASELINES_ONLY else [],
        name=name,
        data=work.names,
        size=work.size,
        judge=judge,
        seconds=time.perf_counter() - started,
    )


def evaluate_films_on(on: str, work: EvaluationWork, name: str) -> Iterator[Any]:
    """The evaluations of all films, each made by one worker."""
    plan = Work(partial(work.open_films, name), needs=_list_film, memory=_MEMORY)
    yield from _take_all(on, plan, work.data)


def _take_all(on: str, work: Work[Any, Any], units: Iterable[Any]) -> Iterator[Any]:
    """The results of all units, in order. If some fail, the others are done, and then an error names them."""
    failed = []
    engine = open_cluster(on, work, lambda note: print(f"note: {note}", file=sys.stderr))
    with closing(run_units(engine, units, in_order=True)) as answers:
        for finished in answers:
            if finished.error is not None:
                failed.append(str(finished.error))
            else:
                yield finished.value
    if failed:
        raise BatchIncomplete(f"{len(failed)} parts of the evaluation failed: {' '.join(failed)}")


def _name_span(span: tuple[int, int]) -> str:
    return f"pictures {span[0]} to {span[1] - 1}"


def _list_data(work: EvaluationWork, span: tuple[int, int]) -> tuple[Path, ...]:
    return work.data


def _list_film(film: Path) -> tuple[Path, ...]:
    return (film,)
