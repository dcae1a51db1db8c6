"""autochrome data: pictures to learn from, gathered into shards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

app = App(name="data", help="Gather pictures to learn from into shards: zips without compression.")


@contextmanager
def _progress(total: int | None, text: str) -> Iterator[Callable[[], None]]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)


@app.command
def cifar(path: Path, *, output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path()) -> None:
    """Make cifar10-train.zip and cifar10-test.zip out of CIFAR-10's archive.

    Parameters
    ----------
    path
        The archive: the binary version, the Python version, or a tar of train/CLASS/NAME.jpg.
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
    alike: int = 3,
    quality: int = 80,
    valid: float = 0.0,
) -> None:
    """Gather folders, zips and tars of pictures; what is of no use is dropped, counted, and listed with its reason.

    Parameters
    ----------
    folders
        Where to look, to the bottom.
    output
        The shard to write, SHARD.zip; SHARD.json beside it lists what was dropped.
    size
        Shrink to this short side, in pixels.
    smallest
        Drop pictures with a shorter short side.
    chroma
        Drop pictures whose mean distance from grey in a*b* is lower.
    alike
        Drop pictures whose perceptual hash differs in at most so many of 64 bits from one that is kept, up to 3.
    quality
        Of the WebP pictures that are written, 1 to 100.
    valid
        The share that goes to SHARD-valid.zip, to score with.
    """
    from pydantic import ValidationError

    from autochrome.errors import UsageError
    from autochrome.lab.data.gather import GatherOptions, gather, valid_name

    try:
        options = GatherOptions(
            size=size, smallest=smallest, chroma=chroma, alike=alike, quality=quality, valid=valid
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]}: {first['msg'].lower()}.") from error
    with _progress(None, "pictures") as step:
        result = gather(folders, output, options, step)
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
    """Take frames out of films, in black bars where they are not square. What is tested with is whole films.

    Parameters
    ----------
    films
        To learn from.
    output
        NAME: writes NAME-train.zip and NAME-test.zip.
    test
        Other films, to test with.
    rate
        Pictures, or pairs, a second of film to learn from.
    test_rate
        The same of films to test with.
    pairs
        Each frame with the one before it; a pair across a cut is never made.
    size
        Pictures are size × size pixels.
    skip
        Leave out so many seconds at the beginning.
    detector
        Who finds the cuts; `autochrome shots --compare` names them.
    """
    from autochrome.lab.data.frames import FrameOptions, write_frame_shards

    options = FrameOptions(
        rate=rate, test_rate=test_rate, pairs=pairs, size=size, skip=skip, detector=detector
    )
    with _progress(len(films) + len(test), "films") as step:
        summaries = write_frame_shards(films, test, output, options, step)
    for film in summaries:
        what = "pairs" if pairs else "pictures"
        print(
            f"{film.film}: {film.pictures} {what} of {film.scenes} scenes, to {'test' if film.test else 'learn'}"
        )
