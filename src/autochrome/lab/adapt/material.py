"""The coloured pictures that a network is tuned to: frames of films, chosen across the cuts, and stills."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from autochrome.errors import NothingFound
from autochrome.evaluate.metrics import mean_chroma
from autochrome.film.proxy import make_proxy
from autochrome.film.scenes import DEFAULT, DETECTORS, mark_cuts
from autochrome.lab.data.gather import HashIndex, perceptual_hash, small_lab
from autochrome.lab.data.pixels import RGB, decode, shrink_to
from autochrome.media.collection import FILM_SUFFIXES, STILL_SUFFIXES, list_pictures
from autochrome.media.films.sequences.names import is_sequence

SHORT_SIDE = 256  # pixels of every picture, at most
MOST_PICTURES = 600  # of one film or folder; more teach nothing new in the time
_MANY_FRAMES = 6000  # a longer film is read by its key frames
_SPACING = 0.5  # seconds between two frames of one shot
_ALIKE = 3  # bits of 64: pictures whose hashes differ in no more are near-duplicates
_LEAST_CHROMA = 2.0  # mean a*b* distance from grey; below it is black and white, or black
_WATCHED = 0.15  # fraction of a film that is watched, if there are too few films to watch a whole one


@dataclass(slots=True)
class Reel:
    """What was taken from one film, folder or picture, in its order."""

    name: str
    pictures: list[RGB] = field(default_factory=list)  # (H, W, 3) sRGB, SHORT_SIDE pixels at most
    shots: int = 0
    alike: int = 0  # pictures left out, near-duplicates of others
    grey: int = 0  # pictures left out, without colour

    def describe(self) -> str:
        """One line: what was taken and what was left out."""
        left = [f"{n} {what}" for n, what in ((self.alike, "alike"), (self.grey, "without colour")) if n]
        shots = f" of {self.shots} shots" if self.shots else ""
        return f"{self.name}: {len(self.pictures)} pictures{shots}" + (
            f"; left out: {', '.join(left)}" if left else ""
        )


@dataclass(frozen=True, slots=True)
class Material:
    """Pictures to learn from, and pictures to watch."""

    learnt: list[RGB]
    watched: list[RGB]
    about_watched: str  # where the watched ones come from


def read_reels(
    paths: Sequence[str | os.PathLike[str]],
    progress: Callable[[str], None],
    names: Mapping[Path, str] = MappingProxyType({}),
) -> list[Reel]:
    """One reel per film, folder, archive or picture. `progress` gets a line about each. names: of paths, to show."""
    index, reels = HashIndex(_ALIKE), []
    for path in map(Path, paths):
        for part in _expand(path):
            reel = _read_reel(part, names.get(part, part.name), index)
            progress(reel.describe())
            reels.append(reel)
    if not any(reel.pictures for reel in reels):
        grey = sum(reel.grey for reel in reels)
        why = "all of them are black and white" if grey else "there are none"
        given = ", ".join(names.get(Path(path), str(path)) for path in paths)
        raise NothingFound(
            f"No coloured frames or pictures in {given} ({why}); give coloured films or stills."
        )
    return [reel for reel in reels if reel.pictures]


def split_reels(reels: Sequence[Reel], held_out: Sequence[Reel]) -> Material:
    """What is learnt and what is watched.

    The watched pictures are those of `held_out`. Without it: of three films or more the smallest whole film, which says
    most about other films; else a part of each film without a break.
    """
    if held_out:
        names = ", ".join(reel.name for reel in held_out)
        return Material(_pictures(reels), _pictures(held_out), names)
    large = [reel for reel in reels if len(reel.pictures) >= 10]
    if len(large) >= 3:
        watched = min(large, key=lambda reel: len(reel.pictures))
        others = [reel for reel in reels if reel is not watched]
        return Material(_pictures(others), watched.pictures, watched.name)
    learnt: list[RGB] = []
    part: list[RGB] = []
    for reel in reels:
        count = len(reel.pictures)
        first, stop = round(count * (0.6 - _WATCHED / 2)), round(count * (0.6 + _WATCHED / 2))
        part += reel.pictures[first:stop]
        learnt += reel.pictures[:first] + reel.pictures[stop:]
    if not part or not learnt:
        raise NothingFound(
            f"{len(learnt + part)} coloured pictures are too few; give more of them, 20 or more that differ."
        )
    return Material(learnt, part, "a part of each of them, not learnt from")


def _pictures(reels: Sequence[Reel]) -> list[RGB]:
    return [picture for reel in reels for picture in reel.pictures]


def _expand(path: Path) -> Iterator[Path]:
    """The films of a folder, then the folder itself if it holds pictures; anything else is one reel."""
    if not path.is_dir():
        yield path
        return
    films = sorted(p for p in path.rglob("*") if p.suffix.lower() in FILM_SUFFIXES and p.is_file())
    yield from films
    if not films or next(iter(list_pictures(path)), None):
        yield path


def _read_reel(path: Path, name: str, index: HashIndex) -> Reel:
    reel = Reel(name)
    if _is_film(path):
        kept = _add_film(reel, path)
    else:
        kept = (_decode_small(e.read(), str(path)) for e in list_pictures(path))
    pictures: list[RGB] = []
    for rgb in kept:
        if mean_chroma(small_lab(rgb)) < _LEAST_CHROMA:
            reel.grey += 1
        elif not index.add(perceptual_hash(rgb)):
            reel.alike += 1
        else:
            pictures.append(rgb)
    step = max(1.0, len(pictures) / MOST_PICTURES)
    reel.pictures = [pictures[int(i * step)] for i in range(int(len(pictures) / step))]
    return reel


def _is_film(path: Path) -> bool:
    if path.is_dir():
        return False
    suffix = path.suffix.lower()
    return is_sequence(path) or (suffix in FILM_SUFFIXES and suffix not in STILL_SUFFIXES | {".zip", ".tar"})


def _decode_small(data: bytes, name: str) -> RGB:
    return shrink_to(decode(data, name), SHORT_SIDE)


def _add_film(reel: Reel, path: Path) -> Iterator[RGB]:
    """Frames of a film, `_SPACING` seconds apart, and the first of each shot."""
    from autochrome.media.films import open_film
    from autochrome.media.films.rgb_frames import shrink_frame

    with open_film(path) as film:
        many = (film.facts.frames or 0) > _MANY_FRAMES
    last = -_SPACING
    with open_film(path, keys_only=many) as film:
        for proxy, begins_shot in mark_cuts(map(make_proxy, film), DETECTORS[DEFAULT](), lambda p: p.grey):
            reel.shots += begins_shot
            if begins_shot or proxy.frame.time >= last + _SPACING:
                last = proxy.frame.time
                yield shrink_frame(proxy.frame, SHORT_SIDE, film.facts.turn)
