"""Hints from several references at once, and how much of a picture each of them matches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from autochrome.hints.file import Reference
from autochrome.hints.polygon import fill_polygon
from autochrome.hints.reference import hints_from_reference
from autochrome.types import Chroma, Hints, Luma

ImageOpener: TypeAlias = Callable[[str], tuple[Luma, Chroma]]
"""The name of a coloured image → its (h, w) L* and (h, w, 2) a*b*, both small."""
NOTHING = 0.03
"""A reference that matches less of a picture than this gives it no colour."""


@dataclass(frozen=True, slots=True)
class Match:
    """How much of a picture a reference matches."""

    file: str
    share: float  # 0…1: part of the picture that gets its colour, each place as far as it is sure


def hints_from_references(
    references: Sequence[Reference], target: Luma, open_image: ImageOpener
) -> tuple[Hints, tuple[Match, ...]]:
    """The colours of all references over (h, w) L*, and how much each matches.

    Where several match, the surer one counts more. One that matches nothing gives nothing.
    """
    height, width = target.shape
    found: list[Hints] = []
    matches: list[Match] = []
    for reference in references:
        luma, chroma = open_image(reference.file)
        mask = fill_polygon(reference.mask, *luma.shape) if reference.mask else None
        hints = hints_from_reference(luma, chroma, target, mask)
        share = float(hints.mask.mean())
        matches.append(Match(reference.file, share))
        if share >= NOTHING:
            found.append(hints)
    if len(found) < 2:
        return found[0] if found else Hints.none(height, width), tuple(matches)
    weights = np.stack([hints.mask**2 for hints in found])
    premultiplied = sum(
        hints.chroma * weight[..., None] for hints, weight in zip(found, weights, strict=True)
    )
    mean = Hints.from_premultiplied(np.asarray(premultiplied, np.float32), weights.sum(0))
    return Hints(mean.chroma, np.max([hints.mask for hints in found], axis=0)), tuple(matches)


def best_matches(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The best match of each reference, over several pictures."""
    best: dict[str, Match] = {}
    for match in matches:
        if match.file not in best or best[match.file].share < match.share:
            best[match.file] = match
    return tuple(best.values())


def describe_matches(matches: Iterable[Match], what: str) -> tuple[str, ...]:
    """One sentence for each reference. what: "picture" or "film"."""
    return tuple(
        f"the reference {match.file} matches nothing in this {what}, so it gives no colour"
        if match.share < NOTHING
        else f"the reference {match.file} matches {100 * match.share:.0f} % of the picture"
        for match in matches
    )
