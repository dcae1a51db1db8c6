"""Overviews of a film before it is coloured: where its shots begin, and a contact sheet of them."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from autochrome.errors import UsageError
from autochrome.film.colored_frame import render_frame
from autochrome.film.cuts import choose_cuts, mark_shots
from autochrome.film.painters import open_network
from autochrome.film.proxy import make_proxy, network_input, predict
from autochrome.film.scenes.continuity import MIN_SIMILARITY, detail, similarity
from autochrome.film.scenes.shot_list import Shot, ShotList
from autochrome.media.films import open_film
from autochrome.media.films.contact_sheet import save_contact_sheet
from autochrome.model import ColorModel
from autochrome.options import FilmOptions
from autochrome.parallel import prefetch
from autochrome.types import Frame

_THUMBNAIL = 240  # pixels at the long side


def find_shots(
    source: str | os.PathLike[str],
    options: FilmOptions | None = None,
    sheet: str | os.PathLike[str] | None = None,
    progress: Callable[[int], None] = lambda frame: None,
) -> ShotList:
    """Find where the shots of a film begin, by `options.cuts`.

    sheet: also write the first frame of each shot to this JPEG or PNG. progress: called with the number of each frame.
    """
    options = options or FilmOptions()
    shots: list[Shot] = []
    thumbnails = []
    with (
        open_film(source, start=options.start, end=options.end) as film,
        closing(prefetch(map(make_proxy, film))) as proxies,
    ):
        facts = film.facts
        for proxy, begins_shot in mark_shots(proxies, choose_cuts(options, film=source)):
            frame = proxy.frame
            progress(frame.index)
            if begins_shot:
                shots.append(Shot(first=frame.index, time=round(frame.time, 3), frames=0))
                if sheet is not None:
                    caption = f"{frame.index}  {_clock(frame.time)}"
                    thumbnails.append((caption, render_frame(frame, None, _THUMBNAIL, facts.turn)))
            shots[-1] = shots[-1].model_copy(update={"frames": (shots[-1].frames or 0) + 1})
    if sheet is not None:
        save_contact_sheet(sheet, thumbnails)
    timecode = options.timecode or ("" if facts.timecode is None else str(facts.timecode))
    return ShotList(film=film.path.name, rate=str(facts.rate), timecode=timecode, shots=tuple(shots))


def preview_film(
    source: str | os.PathLike[str],
    sheet: str | os.PathLike[str],
    *,
    model: ColorModel | str | os.PathLike[str] | None = None,
    options: FilmOptions | None = None,
    most: int = 60,
) -> Path:
    """Write one coloured frame of each shot to a JPEG or PNG. This takes seconds, even for a long film.

    Only the key frames of the file are decoded, so a shot without one is missing. Of more than `most` shots, an evenly
    spaced selection is shown. Each frame is coloured by itself.
    """
    options = options or FilmOptions()
    network = open_network(options.model if model is None else model)
    with open_film(source, keys_only=True, start=options.start, end=options.end) as film:
        kept: list[Frame] = []
        last = None
        for frame in film:
            now = detail(make_proxy(frame).grey)
            if last is None or similarity(last, now) < MIN_SIMILARITY:
                kept.append(frame)
            last = now
        if not kept:
            raise UsageError(f"{source}: the film has no frame between --start and --end.")
        chosen = np.unique(np.linspace(0, len(kept) - 1, min(most, len(kept))).round().astype(int))
        turn, thumbnails = film.facts.turn, []
        for frame in (kept[number] for number in chosen):
            chroma, _ = predict(network_input(frame, options.size, turn), network, options.look, turn)
            thumbnails.append((_clock(frame.time), render_frame(frame, chroma, _THUMBNAIL, turn)))
    return save_contact_sheet(sheet, thumbnails)


def _clock(seconds: float) -> str:
    """12:34.5"""
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
