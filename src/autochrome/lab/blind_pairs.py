"""Blind pairs: the results of two networks side by side, left and right by lot, with the key in a file of its own.

Who looks at the sheet does not know which network is which. The votes are counted with the key afterwards.
"""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autochrome.errors import InputMissing, InputUnreadable, UsageError
from autochrome.files import atomic_write
from autochrome.lab.data.pixels import RGB

SIDES = ("left", "right")
UNDECIDED = "same"


@dataclass(frozen=True, slots=True)
class Pair:
    """Where the results of one picture stand: one row of the key."""

    number: int  # on the sheet, from 1
    picture: str  # its name in the data
    left: str  # name of the network
    right: str


def draw_pairs(networks: Sequence[str], pictures: Sequence[str], seed: int) -> list[Pair]:
    """Choose for every picture which of the two networks stands left. The same seed gives the same choice."""
    if len(networks) != 2:
        raise UsageError(f"Blind pairs compare two networks; {len(networks)} are given with --models.")
    lot = random.Random(seed)
    return [Pair(i, name, *lot.sample(list(networks), 2)) for i, name in enumerate(pictures, 1)]


def hide_networks(columns: Mapping[str, Sequence[RGB]], pairs: Sequence[Pair]) -> dict[str, list[RGB]]:
    """The columns of a montage, with "left" and "right" instead of the two networks."""
    named = {pair.left for pair in pairs} | {pair.right for pair in pairs}
    hidden = {side: [columns[getattr(pair, side)][i] for i, pair in enumerate(pairs)] for side in SIDES}
    others = {name: list(pictures) for name, pictures in columns.items() if name not in named}
    return {"grey": others.pop("grey"), **hidden, **others}


def write_key(path: Path, pairs: Sequence[Pair]) -> None:
    """Write the key as JSON: number, picture, left and right of every pair."""
    rows = [{"number": p.number, "picture": p.picture, "left": p.left, "right": p.right} for p in pairs]
    atomic_write(path, json.dumps(rows, indent=1, ensure_ascii=False) + "\n", make_folder=True)


def read_key(path: Path) -> list[Pair]:
    """Read a key that `write_key` wrote."""
    text = _read_text(path)
    try:
        return [Pair(**row) for row in json.loads(text)]
    except (ValueError, TypeError) as error:
        raise InputUnreadable(f"{path} is not the key of a blind sheet: {error}.") from error


def count_votes(pairs: Sequence[Pair], votes: Path) -> dict[str, int]:
    """Votes for each network, and for "same". A vote is a line: the number of the pair, then left, right or same.

    Every pair needs exactly one vote; a line that begins with # does not count.
    """
    by_number = {pair.number: pair for pair in pairs}
    counts: Counter[str] = Counter({pair.left: 0 for pair in pairs} | {pair.right: 0 for pair in pairs})
    seen: set[int] = set()
    for line in _read_text(votes).splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        number = int(words[0]) if words[0].isdecimal() else 0
        if len(words) != 2 or number not in by_number or words[1] not in (*SIDES, UNDECIDED):
            raise UsageError(
                f"{votes}: {line!r} is no vote; write the number of a pair and left, right or {UNDECIDED}."
            )
        if number in seen:
            raise UsageError(f"{votes}: pair {number} has two votes; leave one.")
        seen.add(number)
        counts[UNDECIDED if words[1] == UNDECIDED else getattr(by_number[number], words[1])] += 1
    if missing := sorted(by_number.keys() - seen):
        raise UsageError(f"{votes}: pairs {', '.join(map(str, missing))} have no vote.")
    return dict(counts)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputMissing(f"{path} does not exist.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputUnreadable(f"{path} cannot be read: {error}.") from error
