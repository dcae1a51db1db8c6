"""autochrome data: make shards of training pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from autochrome.parallel.choice import LOCAL, check_engine

app = App(name="data", help="Make shards of training pictures: zips without compression.")


@contextmanager
def _progress(total: int | None, text: str) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)


@app.command
def cifar(path: Path, *, output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path()) -> None:
    """Make cifar10-train.zip and cifar10-test.zip from the archive of CIFAR-10.

    Parameters
    ----------
    path
        The archive: the binary version, the Python version, or a tar with train/CLASS/NAME.jpg.
    output
        The folder to write into.
    """
    from autochrome.lab.data.cifar import convert

    for split, count in convert(path, output).items():
        print(f"{output / f'cifar10-{split}.zip'}: {count} pictures")


@app.command
def images(
    folders: Annotated[list[str], Parameter(name="FOLDERS")],
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    size: int = 144,
    smallest: int = 64,
    chroma: float = 4.0,
    tint: float = 2.5,
    alike: int = 3,
    unlike: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    quality: int = 80,
    valid: float = 0.0,
    on: str = LOCAL,
) -> None:
    """Make a shard from folders, zips and tars of pictures. Unsuitable pictures are dropped and listed with the reason.

    Parameters
    ----------
    folders
        Folders (with all folders inside), zips and tars.
    output
        The shard to write, SHARD.zip. SHARD.json next to it lists the dropped pictures.
    size
        Shrink to this short side, in pixels.
    smallest
        Drop pictures with a shorter short side, in pixels.
    chroma
        Drop pictures with a lower mean chroma, in a*b* units.
    tint
        Drop tinted pictures, such as sepia: those whose a*b* are this close to a curve over lightness.
    alike
        Drop pictures whose perceptual hash differs from a kept one in at most this many of 64 bits: 0 to 3; -1: none.
    unlike
        Pictures that are held out for measuring: folders, zips and tars. What looks like one of them is dropped.
    quality
        Quality of the WebP pictures, 1 to 100.
    valid
        Fraction of the pictures that goes to SHARD-valid.zip, for validation.
    on
        Where pictures are checked: local, or ray or ray://HOST:PORT, a Ray cluster, whose nodes see all folders under
        the same names.
    """
    from pydantic import ValidationError

    from autochrome.errors import UsageError
    from autochrome.lab.data.gather import GatherOptions, gather, valid_name

    try:
        options = GatherOptions(
            size=size,
            smallest=smallest,
            chroma=chroma,
            tint=tint,
            alike=alike,
            quality=quality,
            valid=valid,
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {first['msg'].lower()}.") from error
    check = None
    if check_engine(on) != LOCAL:
        from autochrome.lab.data.gather_cluster import check_on_cluster

        check = partial(check_on_cluster, on, output)
    with _progress(None, "pictures") as step:
        result = gather(folders, output, options, step, check, unlike)
    print(f"{output}: {result.kept} pictures")
    if valid:
        print(f"{valid_name(output)}: {result.valid} pictures")
    for reason, count in result.counts.items():
        print(f"dropped, {reason}: {count}")


@app.command
def frames(
    films: Annotated[list[Path], Parameter(name="FILMS")],
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])],
    test: Annotated[tuple[Path, ...], Parameter(consume_multiple=True)] = (),
    rate: float = 2 / 3,
    test_rate: float = 3.0,
    pairs: bool = False,
    size: int = 128,
    skip: float = 0.0,
    detector: str = "continuity",
) -> None:
    """Make shards of film frames. Frames that are not square get black bars. Test data come from other films.

    Parameters
    ----------
    films
        Films for training.
    output
        NAME: NAME-train.zip and NAME-test.zip are written.
    test
        Other films, for testing.
    rate
        Pictures (or pairs) per second of film, for training.
    test_rate
        Pictures (or pairs) per second of film, for testing.
    pairs
        Write each frame with the previous frame; a pair never crosses a cut.
    size
        Pictures are size × size pixels.
    skip
        Seconds at the beginning of each film to skip.
    detector
        Detector of cuts; `autochrome shots --compare` lists them.
    """
    from autochrome.lab.data.frames import FrameOptions, write_frame_shards

    options = FrameOptions(
        rate=rate, test_rate=test_rate, pairs=pairs, size=size, skip=skip, detector=detector
    )
    with _progress(len(films) + len(test), "films") as step:
        summaries = write_frame_shards(films, test, output, options, step)
    kind = "pairs" if pairs else "pictures"
    for film in summaries:
        split = "testing" if film.test else "training"
        print(f"{film.film}: {film.pictures} {kind} of {film.scenes} scenes, for {split}")
