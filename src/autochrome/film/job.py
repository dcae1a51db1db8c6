"""The identity of a job: everything that decides how a film is coloured, apart from its hints."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from autochrome.film.cuts import CutSource, choose_cuts
from autochrome.film.painters import open_network
from autochrome.model import ColorModel
from autochrome.options import FilmOptions, check_options


@dataclass(frozen=True, slots=True)
class FilmJob:
    """Options, network and cut source of one film."""

    options: FilmOptions
    cut_source: CutSource
    network: ColorModel

    @classmethod
    def of(
        cls,
        model: ColorModel | str | os.PathLike[str] | None,
        options: FilmOptions | None,
        cuts: Sequence[int] | None,
        film: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Fill in what the caller left out: `options.model`, `options.cuts`, and the default options.

        film: the film, for lists of cuts that name timecodes.
        """
        options = check_options(options, FilmOptions)
        cut_source = choose_cuts(options, cuts, film)
        return cls(options, cut_source, open_network(options.model if model is None else model))

    @property
    def identity(self) -> dict[str, Any]:
        """Finished parts of a film are used again only if this is the same.

        The names of a model and of a list of cuts do not count, but the network and the frame numbers do. Nor does the
        timecode. The keys are
        part of the file format: films and folders of parts hold a digest of them.
        """
        cuts = self.cut_source if isinstance(self.cut_source, frozenset) else None
        by_name = {"model", "timecode"} if cuts is None else {"model", "timecode", "cuts"}
        return self.options.model_dump(exclude=by_name) | {
            "network": [self.network.card.model_dump(), self.network.edition],
            "known cuts": None if cuts is None else sorted(cuts),
        }
