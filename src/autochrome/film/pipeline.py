"""The way of a film: read frames, split them into shots, predict colour, settle it in a shot memory, merge, write.

`colorize_film` and `color_shots` below are the whole way, in this order. The decoder and everything up to the chroma of
a frame run on one thread, the network on a second one, and merging and encoding on the caller's.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter

from autochrome import __version__
from autochrome.errors import UsageError
from autochrome.film.carry_hints import carry_hints
from autochrome.film.chroma import ChromaLayer
from autochrome.film.colored_frame import ColoredFrame, fit_chroma
from autochrome.film.cuts import split_shots
from autochrome.film.decisions import save_decisions
from autochrome.film.job import FilmJob
from autochrome.film.painters import ShotPainter, choose_painter, new_memory
from autochrome.film.proxy import ProxyFrame, make_proxy
from autochrome.film.report import FilmReport, Progress
from autochrome.hints.references import describe_matches
from autochrome.hints.source import HintsSource
from autochrome.mark import stamp_film
from autochrome.media.films import (
    FilmFacts,
    FilmWriter,
    SequenceWriter,
    WriterOfFrames,
    create_film,
    create_layer,
    open_film,
)
from autochrome.media.films.frame_budget import frames_queued
from autochrome.media.films.layer import read_layer_facts
from autochrome.media.films.parts import check_free, digest_no_hints
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.provenance import SOURCE_TYPE

METADATA = {"colours_by": f"autochrome {__version__}", "digital_source_type": SOURCE_TYPE}
"""Written into every film: which software made its colours."""


def colorize_film(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    hints: HintsSource | None = None,
    cuts: Sequence[int] | None = None,
    overwrite: bool = False,
    restart: bool = False,
    layer: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> FilmReport:
    """Colour a film. Its Y′ plane, times, sound, subtitles and metadata stay as they are.

    model: a name, an ONNX file, or an open model; default `options.model`. hints: marks on some frames; they apply to
    the shots of these frames. cuts: numbers of the frames that begin a shot; default `options.cuts`.

    An interrupted job goes on where it stopped, if it is started again with the same arguments. With `overwrite`, an
    existing film of the same job but other hints keeps all shots whose hints are the same. `restart` begins from zero.
    layer: write colour alone (`film.merge` puts it over the original), and the decisions as JSON beside it.
    `stop` is called after each finished part; if it returns True, KeyboardInterrupt is raised and finished parts stay.
    """
    started = perf_counter()
    job = FilmJob.of(model, options, cuts, source)
    options = job.options
    check_free(Path(target))
    carried = (
        None
        if hints is None
        else carry_hints(source, hints, job.cut_source, options.start, options.end, reach=options.reach)
    )
    report = FilmReport(Path(target))
    with (
        open_film(source, start=options.start, end=options.end) as reader,
        (create_layer if layer else create_film)(
            target,
            reader,
            options,
            overwrite=overwrite,
            restart=restart,
            metadata=METADATA,
            job=job.identity,
            hints_digest=carried.digest if carried else digest_no_hints,
        ) as writer,
    ):
        painter = choose_painter(job.network, options, reader.facts.turn, carried)
        shots = split_shots(map(make_proxy, reader), job.cut_source)
        merge_and_write = writing(reader.facts, writer, options)
        depth = frames_queued(reader.facts.y_bytes)
        with closing(prefetch(color_shots(shots, painter, options, writer), depth)) as colored_frames:
            for colored in colored_frames:
                no_part_is_open = writer.end_part_before(colored.frame, colored.begins_shot)
                if no_part_is_open and stop and report.frames and stop():
                    raise KeyboardInterrupt("the same command goes on from here")
                merge_and_write(colored)
                report.add_frame(colored)
                if progress:
                    progress(Progress(report.frames, reader.facts.frames, len(report.shots) - 1))
        if not report.frames:
            raise UsageError(f"{reader.path}: the film has no frame between the start and the end.")
    matches = describe_matches(carried.matches, "film") if carried else ()
    report.notes = (*reader.notes, *writer.notes, *matches)
    report.losses = (*reader.losses, *writer.losses)
    if layer:
        decisions = save_decisions(source, report, job, read_layer_facts(target), hints)
        report.notes = (*report.notes, f"the decisions are in {decisions}")
    report.seconds = perf_counter() - started
    return report


def color_shots(
    shots: Iterable[tuple[ProxyFrame, Iterator[ProxyFrame]]],
    painter: ShotPainter,
    options: FilmOptions,
    done: FilmWriter | SequenceWriter | WriterOfFrames | None = None,
) -> Iterator[ColoredFrame]:
    """Decide the colour of every frame of the shots of `split_shots`.

    done: knows the frames in finished parts. A shot that is finished as a whole is not painted again. One that is
    finished in part is: the memory of its other frames needs that.
    """
    for first, frames in shots:
        if done and done.has_shot(first.frame.index):
            for proxy in frames:
                yield ColoredFrame(proxy.frame, None, proxy is first, 1.0)
            continue
        memory = new_memory(options, first.frame.y_plane.nbytes)  # forgets at every cut
        for proxy, chroma, confidence in painter.paint_shot(frames, memory):  # prepare, paint, settle
            is_done = done is not None and done.has_frame(proxy.frame.index)
            coefficients = None if is_done else fit_chroma(proxy.frame, chroma, proxy.halved_y)
            yield ColoredFrame(proxy.frame, coefficients, proxy is first, confidence)


def writing(
    facts: FilmFacts,
    writer: FilmWriter | SequenceWriter | WriterOfFrames,
    options: FilmOptions,
) -> Callable[[ColoredFrame], None]:
    """The function that merges the colour of a frame with its Y′ plane, and writes it. facts: of the film."""
    depth = writer.plan.depth
    layer = ChromaLayer(facts.plane_format, depth, writer.chroma_shape, facts.centred)

    def merge_and_write(colored: ColoredFrame) -> None:
        frame = colored.frame
        if colored.coefficients is None:
            writer.skip(frame)
            return
        cb_plane, cr_plane = layer.render(frame.y_plane, colored.coefficients, frame.interlaced)
        if options.mark:
            stamp_film(cb_plane, cr_plane, frame.plane_format, depth)
        writer.write(frame, cb_plane, cr_plane)

    return merge_and_write
