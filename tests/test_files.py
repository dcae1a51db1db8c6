"""Files are written whole or not at all, and errors of the system become errors of ours."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autochrome import leftovers
from autochrome.errors import DiskFull, OutputExists, OutputNotWritable, SameFile
from autochrome.files import (
    atomic_folder,
    atomic_path,
    atomic_write,
    check_output,
    move_into_place,
    same_file,
    write_errors,
)

OLD = b"what was there before"


def fail_with(code: int) -> Callable[..., int]:
    def fail(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def write_and_fail(path: Path, error: BaseException) -> None:
    with atomic_path(path) as part:
        part.write_bytes(b"half")
        raise error


def write_folder_and_fail(path: Path, error: BaseException) -> None:
    with atomic_folder(path) as part:
        (part / "new").write_bytes(b"half")
        raise error


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with one file, `file.txt`."""
    path = tmp_path / "file.txt"
    path.write_bytes(OLD)
    return path


@pytest.mark.parametrize("content", ["a\nÄ\r\n", b"\x00\xff\n", "", b""])
def test_text_and_bytes_are_stored_as_they_are(content: str | bytes, old: Path) -> None:
    assert atomic_write(old, content) == old
    assert old.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(old.parent.iterdir()) == [old]


def test_the_missing_folder_is_created_only_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    with pytest.raises(OutputNotWritable, match="does not exist"):
        atomic_write(path, "x")
    assert not list(tmp_path.iterdir())
    atomic_write(path, "x", make_folder=True)
    assert path.read_text() == "x"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="folder"):
        atomic_write(tmp_path, "x")


def test_the_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    atomic_write(tmp_path / "ours", "x")
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


@pytest.mark.parametrize("name", ["n" * 255, os.fsdecode(b"\xff odd \xfe"), "ä" * 120])
def test_every_name_of_a_file_can_be_written(name: str, tmp_path: Path) -> None:
    atomic_write(tmp_path / name, "x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
        (errno.EACCES, OutputNotWritable),
        (errno.EIO, OutputNotWritable),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_keeps_the_old_file_and_leaves_no_other(
    code: int, expected: type[Exception], step: str, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*{"fsync": (os, "fsync"), "replace": (Path, "replace")}[step], fail_with(code))
    with pytest.raises(expected, match=r"file\.txt"):
        atomic_write(old, "new")
    assert old.read_bytes() == OLD
    assert list(old.parent.iterdir()) == [old]


def test_a_disk_that_fills_up_while_writing(old: Path) -> None:
    with pytest.raises(DiskFull, match="disk is full"), write_errors(old):
        write_and_fail(old, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert old.read_bytes() == OLD
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize(
    "error", [KeyError("x"), KeyboardInterrupt(), OSError(errno.ENOSPC, "of another file")]
)
def test_an_error_of_the_block_comes_out_unchanged(error: BaseException, old: Path) -> None:
    with pytest.raises(type(error)) as caught:
        write_and_fail(old, error)
    assert caught.value is error
    assert old.read_bytes() == OLD
    assert list(old.parent.iterdir()) == [old]


def test_two_writers_of_one_file_do_not_mix(old: Path) -> None:
    with atomic_path(old) as first, atomic_path(old) as second:
        assert first != second
        assert first.name.startswith(".")
        assert first.parent == old.parent
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert old.read_bytes() == b"first"  # its block ends last


def test_an_error_sentence_may_use_another_name(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match=r"^settings: ") as caught:
        atomic_write(tmp_path / "missing" / "file", "x", name="settings")
    assert str(tmp_path) not in str(caught.value)


def test_content_is_on_the_disk_before_it_gets_its_name(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss of power right after the rename must not leave an empty file."""
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(number: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "sync file")
        sync(number)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    atomic_write(old, "new")
    assert steps == ["sync file", "sync folder", "rename", "sync folder"]


def test_a_folder_that_cannot_be_synced_is_no_error(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def only_files(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(number)

    monkeypatch.setattr(os, "fsync", only_files)
    atomic_write(old, "new")
    assert old.read_text() == "new"


def test_a_finished_file_is_moved(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"x")
    move_into_place(tmp_path / "part", tmp_path / "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_a_folder_appears_whole_and_replaces_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "runs" / "step-1"
    for round_ in ("first", "second"):
        with atomic_folder(target) as part:
            assert list(part.iterdir()) == []
            (part / round_).write_text(round_)
            assert not (target / round_).exists()
        assert [path.name for path in target.iterdir()] == [round_]
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt()])
def test_a_failed_folder_keeps_the_old_one(error: BaseException, tmp_path: Path) -> None:
    target = tmp_path / "step-1"
    with atomic_folder(target) as part:
        (part / "old").write_bytes(OLD)
    with pytest.raises(type(error)):
        write_folder_and_fail(target, error)
    assert [path.name for path in target.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [target]


def test_the_rest_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "step-1") as part:
        hidden = part
    hidden.mkdir()
    (hidden / "half").write_bytes(b"x")
    with atomic_folder(tmp_path / "step-1") as part:
        assert list(part.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["step-1"]


def test_a_file_that_must_be_new_does_not_replace_one_made_meanwhile(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with pytest.raises(OutputExists), atomic_path(target, replace=False):
        target.write_bytes(OLD)
    assert target.read_bytes() == OLD
    target.unlink()
    with atomic_path(target, replace=False) as part:
        part.write_bytes(b"new")
    assert (target.read_bytes(), len(list(tmp_path.iterdir()))) == (b"new", 1)


def test_a_file_system_without_second_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "hardlink_to", fail_with(errno.EPERM))
    with atomic_path(tmp_path / "a", replace=False) as part:
        part.write_bytes(b"new")
    with pytest.raises(OutputExists), atomic_path(tmp_path / "a", replace=False) as part:
        part.write_bytes(b"late")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_hidden_files_of_killed_processes_are_removed_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    code = (
        "import os, sys, signal; from autochrome.files import atomic_path\n"
        "with atomic_path(sys.argv[1]) as part: print(part, flush=True); sys.stdin.read()"
    )
    start = [sys.executable, "-c", code, str(tmp_path / "a")]
    parts, processes = [], []
    for _ in range(2):
        process = subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        parts.append(Path(process.stdout.readline().strip()))
        os.utime(parts[-1], (0, 0))
        processes.append(process)
    processes[0].kill()
    processes[0].communicate()
    leftovers.remove_leftovers.cache_clear()
    with atomic_path(tmp_path / "b"):
        assert [part.exists() for part in parts] == [False, True]
    processes[1].communicate("")
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    long = tmp_path / ("y" * 300)
    for write in (lambda: check_output(long, None, overwrite=False), lambda: atomic_write(long, b"")):
        with pytest.raises(OutputNotWritable, match="name is too long"):
            write()


def test_links_to_one_file_are_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to("a")
    os.link(tmp_path / "a", tmp_path / "c")
    (tmp_path / "d").write_bytes(b"x")
    assert same_file(tmp_path / "a", tmp_path / "b")
    assert same_file(tmp_path / "a", str(tmp_path / "c"))
    assert not same_file(tmp_path / "a", tmp_path / "d")
    assert not same_file(tmp_path / "a", tmp_path / "missing")
    assert not same_file(tmp_path / "missing", "nul\0name")


def test_an_output_is_neither_the_input_nor_an_existing_file(old: Path) -> None:
    link = old.with_name("link")
    link.symlink_to(old)
    for overwrite in (False, True):
        with pytest.raises(SameFile, match="own input"):
            check_output(link, old, overwrite=overwrite)
    with pytest.raises(OutputExists, match="exists already"):
        check_output(old, None, overwrite=False)
    check_output(old, None, overwrite=True)
    check_output(old.with_name("new"), old, overwrite=False)
