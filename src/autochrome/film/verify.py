"""Check the films of a proof against it."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autochrome.errors import InputMissing
from autochrome.film.proof import ProvenFile, compare_luma, load_proof
from autochrome.media.films.luma_hashes import hash_file, hash_streams


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a proof found."""

    summary: str  # what the proof says about Y′
    confirmed: tuple[str, ...]  # sentences
    differences: tuple[str, ...]  # sentences; empty if all is as the proof says

    @property
    def holds(self) -> bool:
        return not self.differences


def verify_proof(
    path: str | os.PathLike[str],
    original: str | os.PathLike[str] | None = None,
    result: str | os.PathLike[str] | None = None,
) -> Verdict:
    """Read both films again and compare them with the proof. Default paths: those that the proof names."""
    path = Path(path)
    proof = load_proof(path)
    films = [
        _find(path, proven, given, kind)
        for proven, given, kind in (
            (proof.original, original, "original"),
            (proof.result, result, "result"),
        )
    ]
    confirmed: list[str] = []
    differences: list[str] = []
    compared = compare_luma(films[0], films[1], proof.start, proof.end)
    for film, proven, kind, lines in zip(
        films, (proof.original, proof.result), ("original", "result"), compared.lines, strict=True
    ):
        good, bad = _check_film(film, proven, kind)
        confirmed += good
        differences += bad
        expected = _hash_lines(path, proven)
        now = [line for line in lines if not line.startswith("#")]
        if expected is None:
            differences.append(f"{proven.luma}: the hashes of Y′ are missing or were changed")
        elif expected == now:
            confirmed.append(f"{kind}: Y′ and time of {len(now)} frames are as in the proof")
        else:
            differences.append(f"{kind}: {_describe(expected, now)}")
    if (compared.frames, compared.equal) != (proof.frames, proof.equal):
        differences.append(f"Y′ of {compared.equal} of {compared.frames} frames is equal in both films")
    return Verdict(proof.summary, tuple(confirmed), tuple(differences))


def _find(path: Path, proven: ProvenFile, given: str | os.PathLike[str] | None, kind: str) -> Path:
    """The film: as given, where the proof says, or beside the proof."""
    places = [Path(given)] if given else [path.parent / proven.file, path.with_name(Path(proven.file).name)]
    for place in places:
        if place.exists():
            return place
    raise InputMissing(f"{places[0]}: the {kind} of this proof is missing; name it with --{kind}.")


def _check_film(film: Path, proven: ProvenFile, kind: str) -> tuple[list[str], list[str]]:
    """Compare a file, or if it has changed its streams. Returns what is confirmed and what differs."""
    if hash_file(film) == proven.sha256:
        return [f"{kind}: the file is unchanged"], []
    now = set(hash_streams(film))
    changed = [line for line in proven.streams if line not in now]
    if not changed:
        return [f"{kind}: the file was changed, but every stream in it is as in the proof"], []
    names = ", ".join(f"stream {line.split(',')[0]}" for line in changed)
    return [], [f"{kind}: {names} of {film} is not as in the proof"]


def _hash_lines(path: Path, proven: ProvenFile) -> list[str] | None:
    """The hashes of Y′ that the proof was made with; None if this file is not the one of the proof."""
    try:
        data = path.with_name(proven.luma).read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data).hexdigest() != proven.luma_sha256:
        return None
    return [line for line in data.decode().splitlines() if not line.startswith("#")]


def _describe(expected: Sequence[str], now: Sequence[str]) -> str:
    """How the hashes of Y′ differ."""
    before, after = ([line.rpartition(",")[2] for line in lines] for lines in (expected, now))
    if before == after:
        return "Y′ is as in the proof, but the times of the frames are not"
    wrong = sum(a != b for a, b in zip(before, after, strict=False)) + abs(len(before) - len(after))
    return f"Y′ of {wrong} of {len(before)} frames is not as in the proof"
