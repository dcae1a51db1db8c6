"""The shots of a film project: where they begin and end, and which frames hints may name."""

from collections.abc import Mapping, Sequence

from autochrome.errors import UsageError
from autochrome.hints.file import HintsFile
from autochrome.studio.errors import NotFound
from autochrome.studio.schemas import FilmInfo, Project, ShotSpan, ShotStart


def film_of(project: Project) -> FilmInfo:
    """The film of a project; `NotFound` for a photograph."""
    if project.film is None:
        raise NotFound("This project is not a film.")
    return project.film


def shot_of(project: Project, number: int) -> ShotSpan:
    """A shot by its number, from 0."""
    shots = film_of(project).shots or ()
    if not 0 <= number < len(shots):
        raise NotFound(f"There is no shot {number} in this film; it has {len(shots)}.")
    return shots[number]


def first_frames(project: Project) -> tuple[int, ...] | None:
    """The first frame of every shot; None where no detector has run yet."""
    film = film_of(project)
    return tuple(shot.first for shot in film.shots) if film.shots else None


def poster_frame(frames: int) -> int:
    """The frame that stands for a film. Not the first one: it is often black."""
    return frames // 10


def make_spans(
    film: FilmInfo, starts: Sequence[ShotStart], doubts: Mapping[int, float] | None = None
) -> tuple[ShotSpan, ...]:
    """The shots that begin at these frames.

    doubts: 0…1 by first frame. A shot without an entry takes the doubt of the old shot at its first frame.
    """
    firsts = sorted({0, *(start.first for start in starts)})
    if firsts[-1] >= film.frames:
        raise UsageError(f"A shot cannot begin at frame {firsts[-1]}; the film has {film.frames} frames.")
    stops = [*firsts[1:], film.frames]
    return tuple(
        ShotSpan(
            first=first,
            last=stop - 1,
            start=round(first / film.fps, 3),
            end=round(stop / film.fps, 3),
            doubt=(doubts or {}).get(first, _old_doubt(film, first)),
        )
        for first, stop in zip(firsts, stops, strict=True)
    )


def check_frames(project: Project, hints: HintsFile) -> None:
    """Refuse hints for frames that the film does not have."""
    film = film_of(project)
    for key in hints.frames:
        if (key.frame or 0) >= film.frames or (key.time or 0) > film.seconds + 1:
            where = f"frame {key.frame}" if key.time is None else f"{key.time} seconds"
            raise UsageError(f"The hints name {where}; the film has {film.frames} frames.")


def _old_doubt(film: FilmInfo, frame: int) -> float | None:
    return next((shot.doubt for shot in film.shots or () if shot.first <= frame <= shot.last), None)
