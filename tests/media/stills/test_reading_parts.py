"""Parts of a file that damaged headers ask for."""

from pathlib import Path

import pytest

from autochrome.media.stills.inspection import reader_of


@pytest.mark.parametrize(
    ("offset", "size", "found"),
    [(2, 3, b"cde"), (6, 9, b"gh"), (2, 0, b""), (2, -1, b""), (1, -5, b""), (1 << 63, 4, b"")],
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_what_is_not_there_is_empty(tmp_path: Path, in_memory: bool, offset: int, size: int, found: bytes):
    (tmp_path / "file").write_bytes(b"abcdefgh")
    with reader_of(b"abcdefgh" if in_memory else tmp_path / "file", "file") as read:
        assert read(offset, size) == found
