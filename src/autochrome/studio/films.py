"""Films in the studio: what they are, their shots, single frames."""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autochrome.errors import PictureTooLarge, UsageError
from autochrome.film.inspect import FilmInspector
from autochrome.hints.file import HintsFile
from autochrome.hints.marks import Marks
from autochrome.media.films.codecs import CONTAINERS
from autochrome.media.stills.pyramid import encode_image
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.studio.errors import NoSuchThing
from autochrome.studio.limits import Bounds
from autochrome.studio.references import spoken
from autochrome.studio.schemas import FilmPart, Project, ShotMark, ShotSpan
from autochrome.studio.uploads import THUMB, Arrived, new_project

Picture = NDArray[np.uint8]
_SUFFIXES = {"ffv1": ".mkv", "prores": ".mov"}
"""Where a codec's results go that the film's own kind of file does not hold."""


class OpenFilm:
    """A film kept ready. Its desk is for one at a time."""

    size = 60_000_000  # bytes, about: some frames and what the network made of them

    def __init__(self, path: Path, network: ColorModel, options: FilmOptions) -> None:
        self._desk = FilmInspector(path, network, options)
        self._place = path.parent
        self._lock = threading.Lock()

    def before(self, number: int, width: int) -> Picture:
        with self._lock:
            return self._desk.before(number, width)

    def after(
        self, number: int, hints: HintsFile | None, firsts: Sequence[int], width: int, vivid: float
    ) -> Picture:
        """A frame in colour, with what is said of its shot."""
        known = None if hints is None else spoken(hints, self._place)
        with self._lock:
            return self._desk.after(number, known, firsts, width, vivid)

    def painted(
        self, number: int, hints: HintsFile, firsts: Sequence[int], width: int, vivid: float
    ) -> Picture:
        """A frame in colour with marks that are being made."""
        marks = marks_on(hints, number)
        if marks is None:
            return self.after(number, hints, firsts, width, vivid)
        with self._lock:
            return self._desk.paint(number, marks, width, vivid)


def marks_on(hints: HintsFile, number: int) -> Marks | None:
    """The marks on a very frame; None where it has none, but others have, or where it has more than marks."""
    own = [key for key in hints.frames if key.frame == number]
    if any(key.picture or key.reference for key in own):
        return None
    sheets: Sequence[Marks] = own or ([] if hints.frames else [hints])
    if not sheets:
        return None
    return Marks(
        points=tuple(mark for sheet in sheets for mark in sheet.points),
        strokes=tuple(mark for sheet in sheets for mark in sheet.strokes),
        rectangles=tuple(mark for sheet in sheets for mark in sheet.rectangles),
    )


def film_project(arrived: Arrived, name: str, bounds: Bounds, network: ColorModel) -> Project:
    """Look at a film and write its thumbnail."""
    with FilmInspector(arrived.path, network) as desk:
        facts = desk.facts
        if facts.width * facts.height > bounds.frame_megapixels * 1e6:
            raise PictureTooLarge(
                f"Its frames have {facts.width}×{facts.height} pixels, more than the {bounds.frame_megapixels:g} "
                "megapixels that are taken."
            )
        width, height = facts.width, facts.height
        thumb = desk.before(face_of(desk.frames), round(THUMB * max(width, height) / min(width, height)))
        (arrived.path.parent / "before.jpg").write_bytes(encode_image(thumb))
        step = float(1 / facts.rate)
        seconds = round(desk.times[-1] - desk.times[0] + step, 3)
        film = FilmPart(seconds=seconds, fps=round(desk.frames / max(seconds, 1e-3), 4), frames=desk.frames)
    if facts.turn % 180:
        width, height = height, width
    return new_project("film", name, arrived, width, height, notes=(), film=film)


def face_of(frames: int) -> int:
    """The frame that stands for a film: not the first, which is often black."""
    return frames // 10


def firsts_of(project: Project) -> tuple[int, ...]:
    """The frames that begin a shot, as far as that is known."""
    film = film_of(project)
    return tuple(shot.first for shot in film.shots) if film.shots else (0,)


def film_of(project: Project) -> FilmPart:
    if project.film is None:
        raise NoSuchThing("This project is no film.")
    return project.film


def shot_of(project: Project, place: int) -> ShotSpan:
    """A shot by its place, from 0."""
    shots = film_of(project).shots or ()
    if not 0 <= place < len(shots):
        raise NoSuchThing(f"There is no shot {place} in this film; it has {len(shots)}.")
    return shots[place]


def spans(
    film: FilmPart, marks: Sequence[ShotMark], doubts: dict[int, float] | None = None
) -> tuple[ShotSpan, ...]:
    """The shots that begin at these frames. doubts: by first frame; where none is said, the old shots' is taken."""
    firsts = sorted({0, *(mark.first for mark in marks)})
    if firsts[-1] >= film.frames:
        raise UsageError(
            f"There is no frame {firsts[-1]} for a shot to begin at; the film has {film.frames}."
        )
    stops = [*firsts[1:], film.frames]
    known = doubts if doubts is not None else {}
    return tuple(
        ShotSpan(
            first=first,
            last=stop - 1,
            start=round(first / film.fps, 3),
            end=round(stop / film.fps, 3),
            doubt=known.get(first, _old_doubt(film, first)),
        )
        for first, stop in zip(firsts, stops, strict=True)
    )


def _old_doubt(film: FilmPart, frame: int) -> float | None:
    return next((shot.doubt for shot in film.shots or () if shot.first <= frame <= shot.last), None)


def check_frames(project: Project, hints: HintsFile) -> HintsFile:
    """Key frames must be frames of the film."""
    film = film_of(project)
    for key in hints.frames:
        if (key.frame or 0) >= film.frames or (key.time or 0) > film.seconds + 1:
            where = f"frame {key.frame}" if key.time is None else f"{key.time} seconds"
            raise UsageError(f"The hints speak of {where}; the film has {film.frames} frames.")
    return hints


def export_suffix(project: Project, options: FilmOptions) -> str:
    """What a film's result ends with: as the original, where we write that."""
    own = project.suffix if project.suffix in CONTAINERS else ".mp4"
    return _SUFFIXES.get(options.codec, own)
