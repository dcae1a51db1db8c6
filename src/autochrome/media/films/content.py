"""A digest of the content of a film, quick also for a large one."""

from hashlib import sha256
from pathlib import Path

from autochrome.media.films.sequences.names import SequencePattern

_PIECES, _PIECE = 32, 1 << 16  # how many pieces of a file go into its digest, and their size in bytes


def digest_content(path: Path) -> list[int | str]:
    """The size of a film, and a digest of pieces of it, evenly spread. Of a sequence: sizes and times of its files."""
    pattern = None if path.is_file() else SequencePattern.parse(path)
    return _digest_file(path) if pattern is None else _digest_sequence(pattern)


def _digest_file(path: Path) -> list[int | str]:
    size, digest = path.stat().st_size, sha256()
    with path.open("rb") as file:
        for piece in range(_PIECES):
            file.seek(max(0, size - _PIECE) * piece // (_PIECES - 1))
            digest.update(file.read(_PIECE))
    return [size, digest.hexdigest()]


def _digest_sequence(pattern: SequencePattern) -> list[int | str]:
    digest, whole = sha256(), 0
    for number in pattern.numbers():
        stat = pattern.path_of(number).stat()
        whole += stat.st_size
        digest.update(repr((number, stat.st_size, stat.st_mtime_ns)).encode())
    return [whole, digest.hexdigest()]
