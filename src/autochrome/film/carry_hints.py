"""Read a film once before it is coloured, and carry its hints along the motion through their shots."""

import os
from contextlib import closing
from functools import partial
from itertools import takewhile

from autochrome.film.cuts import CutSource, mark_shots
from autochrome.film.keyframes import CarriedHints, ProxyRecord
from autochrome.film.proxy import PROXY_SIDE, make_proxy
from autochrome.hints.source import HintsSource, OpenedHints, open_hints
from autochrome.media.films import FilmIndex, open_film
from autochrome.parallel import prefetch
from autochrome.types import Chroma, Luma


def carry_hints(
    source: str | os.PathLike[str],
    hints: HintsSource,
    cut_source: CutSource,
    start: float | None = None,
    end: float | None = None,
    index: FilmIndex | None = None,
    reach: float = 1.0,
) -> CarriedHints:
    """Read a film up to its last key frame, and carry the hints of each key frame through its shot.

    start, end: seconds. If the cuts are known, shots outside are not read. index: of this film, if it exists already.
    reach: of marks that have none.
    """
    opened = open_hints(hints)
    skip = start is not None and isinstance(cut_source, frozenset)
    with open_film(source, start=start if skip else None, index=index) as film:
        if skip and isinstance(cut_source, frozenset) and film.first not in cut_source:
            # The stretch begins inside a shot, and a key frame of this shot may lie before it.
            return carry_hints(source, opened, cut_source, None, end, index, reach)
        with closing(prefetch(mark_shots(map(make_proxy, film), cut_source))) as marked:
            carried = CarriedHints(film.facts.turn, reach)
            wanted = takewhile(lambda one: end is None or not (one[1] and one[0].frame.time >= end), marked)
            records = (ProxyRecord(p.frame.index, p.frame.time, p.grey, begins) for p, begins in wanted)
            carried.carry(
                records,
                opened.file,
                open_image=partial(open_image, opened),
                whole_film=not skip and end is None,
            )
    return carried


def open_image(hints: OpenedHints, name: str) -> tuple[Luma, Chroma]:
    """(h, w) L* and (h, w, 2) a*b* of a coloured image that the hints name, at the size of the proxy frames."""
    from autochrome.media.stills.small_lab import read_small_lab  # most films do not need libvips

    return read_small_lab(hints.image_path(name), PROXY_SIDE)
