"""The process that does jobs: `python -m autochrome.studio.jobs.worker`, started by `child`.

It reads each job's spec as one line of JSON from stdin, and writes messages as lines of JSON to stdout. A job's last
message is its result or its error. When stdin ends, the studio is gone, and this process ends too.
"""

import os
import queue
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, assert_never

from autochrome.errors import AutochromeError, ExtraMissing
from autochrome.hints.source import open_hints
from autochrome.model import ColorModel, open_for_film, open_model
from autochrome.options import FilmOptions
from autochrome.studio.jobs.specs import (
    SPEC,
    Adapt,
    ExportFilm,
    ExportPhoto,
    FilmSpec,
    FindShots,
    FoundShot,
    JobResult,
    JobSpec,
    Message,
    Preview,
    Report,
)

if TYPE_CHECKING:
    from autochrome.film.report import FilmReport

_IDLE = 600  # seconds without a job after which the process ends, to free its memory
_NICE = 10  # a person who paints at the same time has priority
_PREVIEW: dict[str, Any] = {"preset": "ultrafast", "codec": "h264", "pixel_format": "yuv420p", "crf": 5}
"""Options that are fast, that every browser plays, and that keep the colours of an export."""


def run(spec: JobSpec, report: Report) -> JobResult:
    """Do a job."""
    match spec:
        case ExportPhoto():
            return export_photo(spec, report)
        case ExportFilm():
            return export_film(spec, report)
        case FindShots():
            return find_shots(spec, report)
        case Preview():
            return preview(spec, report)
        case Adapt():
            return adapt(spec, report)
        case _:
            assert_never(spec)


def export_photo(spec: ExportPhoto, report: Report) -> JobResult:
    """The same calls as the command line makes."""
    from autochrome.photo import colorize_photo

    # The network stays open for the next photo, because it is given by name.
    hints = None if spec.hints is None else open_hints(spec.hints, spec.source.parent)
    photo = colorize_photo(spec.source, model=spec.options.model, options=spec.options, hints=hints)
    report(0.2, "writing")
    path = photo.save(spec.folder / f"export{photo.suffix}", overwrite=True)
    return JobResult(file=path.name, notes=photo.notes, losses=photo.losses)


def export_film(spec: ExportFilm, report: Report) -> JobResult:
    """The same call as the command line makes. Parts that are finished already are reused."""
    done = _colorize(spec, spec.options, report)
    return JobResult(file=spec.target.name, notes=done.notes, losses=done.losses)


def preview(spec: Preview, report: Report) -> JobResult:
    """Colour one shot with fast options."""
    from autochrome.film.inspect import FilmInspector

    network = open_for_film(spec.options.model)
    with FilmInspector(spec.source, network) as inspector:
        start, stop = inspector.times[spec.first], spec.last + 1
        end = inspector.times[stop] if stop < inspector.frames else None
    options = spec.options.model_copy(update=_PREVIEW | {"start": start, "end": end})
    _colorize(spec, options, report, network)
    return JobResult(file=spec.target.name)


def _colorize(
    spec: FilmSpec, options: FilmOptions, report: Report, network: ColorModel | None = None
) -> "FilmReport":
    from autochrome.film.pipeline import colorize_film
    from autochrome.film.report import Progress

    def report_frame(progress: Progress) -> None:
        total = max(progress.frames or 1, progress.frame)
        report(progress.frame / total, f"frame {progress.frame} of {total}")

    return colorize_film(
        spec.source,
        spec.target,
        model=network,
        options=options,
        hints=None if spec.hints is None else open_hints(spec.hints, spec.source.parent),
        cuts=spec.cuts,
        overwrite=True,
        progress=report_frame,
    )


def find_shots(spec: FindShots, report: Report) -> JobResult:
    """Read the film once: where its shots begin, how unsure the network is, and what is damaged."""
    from autochrome.film.survey import survey_film

    frames = max(1, spec.frames)
    found = survey_film(
        spec.source,
        spec.options,
        open_model(spec.options.model),
        frames,
        progress=lambda n: report(n / frames, f"frame {n} of {frames}"),
    )
    found.samples.save(spec.samples)
    stops = [*found.firsts[1:], frames]
    shots = tuple(
        FoundShot(first=first, doubt=found.samples.doubt_between(first, stop))
        for first, stop in zip(found.firsts, stops, strict=True)
    )
    return JobResult(shots=shots, notes=found.notes, losses=found.losses)


def adapt(spec: Adapt, report: Report) -> JobResult:
    """The same call as the command line makes."""
    try:
        from autochrome.lab.adapt.adapt import adapt as tune
        from autochrome.lab.adapt.options import AdaptOptions
    except ModuleNotFoundError as missing:
        raise ExtraMissing(
            "Learning colours needs more packages; install them with: pip install 'autochrome[lab]'"
        ) from missing

    names = {path: name for name, path in spec.sources.items()}
    done = tune(
        [*names],
        spec.target,
        names=names,
        options=AdaptOptions(minutes=spec.minutes, model=spec.model),
        progress=lambda p: report(p.done, f"{p.stage}: {p.text}"),
        overwrite=True,
    )
    return JobResult(file=spec.target.name, notes=(done.in_words(),))


def main() -> None:
    """Do jobs until none has come for some minutes."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_lines, args=(lines,), daemon=True).start()
    with suppress(queue.Empty):
        while True:
            _do(lines.get(timeout=_IDLE))


def _do(line: str) -> None:
    """Do the job of one line, and send its result or its error."""
    try:
        result = run(SPEC.validate_json(line), lambda done, note: _send(Message(done=done, note=note)))
        _send(Message(result=result))
    except AutochromeError as error:
        _send(Message(error=" ".join(str(error).split())))
    except MemoryError:
        _send(Message(error="There is not enough memory; close other programs, or choose a smaller size."))
    except Exception as error:  # the studio goes on and shows the error
        _send(Message(error=f"The job failed with an unexpected error. {type(error).__name__}: {error}"))


def _send(message: Message) -> None:
    print(message.model_dump_json(), flush=True)


def _read_lines(lines: "queue.SimpleQueue[str]") -> None:
    """Read specs, also while a job runs: the end of stdin must end this process at once."""
    for line in sys.stdin:
        lines.put(line)
    os._exit(1)


if __name__ == "__main__":
    main()
