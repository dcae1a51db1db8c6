"""Write files whole or not at all, and compare paths.

Every writer makes a hidden file in the folder of the target, syncs it to the disk and then renames it. So a reader of
the target sees the old content or the new content, never a half. `atomic_write` takes text or bytes, `atomic_path`
serves a library that writes a file itself, `atomic_folder` serves several files that belong together. `FileLock` keeps
two runs off one output.
"""

import errno
import os
import secrets
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

from autochrome.errors import DiskFull, OutputError, OutputExists, OutputNotWritable, SameFile
from autochrome.leftovers import locked, remove_leftovers

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Error numbers of a full disk: no space, a used-up quota, a file system that takes no larger file."""
_NAME_LENGTH = 40  # characters of the target's name in the hidden name: a file name may have 255 bytes


def atomic_write(
    path: str | os.PathLike[str], content: str | bytes, *, make_folder: bool = False, name: str | None = None
) -> Path:
    """Write a whole file. Text is stored as UTF-8, line ends as they are.

    make_folder: create the folder of the file if it is missing. name: what error sentences call the file instead of its
    path.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with (
        atomic_path(path, make_folder=make_folder, name=name) as part,
        write_errors(path, name=name),
        part.open("wb") as file,
    ):
        file.write(data)
    return Path(path)


@contextmanager
def atomic_path(
    path: str | os.PathLike[str],
    *,
    make_folder: bool = False,
    name: str | None = None,
    replace: bool = True,
) -> Iterator[Path]:
    """Yield the path of an empty hidden file; it replaces `path` at the end of the block, or goes if the block fails.

    replace: False raises `OutputExists` at the end if another process has made `path` meanwhile.

    Errors of the block come out unchanged; wrap the writing in `write_errors` to translate them. The hidden name ends
    in `.part`, so a library that chooses the format by the suffix must get the format in another way.
    """
    target = Path(path)
    part = target.with_name(f".{target.name[:_NAME_LENGTH]}-{secrets.token_hex(6)}.part")
    with write_errors(path, name=name):
        if target.is_dir():
            raise OutputNotWritable(f"{name or path}: this is a folder; give the name of a file in it.")
        if make_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(target.parent)
        file = part.open("xb")  # a missing or read-only folder is found before the work begins
    with locked(file):
        try:
            yield part
            with write_errors(path, name=name):
                move_into_place(part, target, replace=replace)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty hidden folder; it replaces the folder `path` at the end of the block, or goes if the block fails.

    The hidden name is always the same, so the rest of a killed process is removed by the next one. Only one process
    may write the folder at a time. Errors of the block come out unchanged.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    with write_errors(path):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    try:
        yield part
        with write_errors(path):
            for file in part.rglob("*"):
                if file.is_file():
                    sync_file(file)
            shutil.rmtree(target, ignore_errors=True)
            part.rename(target)
            _sync_folder(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


class FileLock:
    """A lock that one run holds at a time. It ends with the process, also after a kill.

    The folder of the file is made if it is missing. On file systems without locks, every run gets the lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def acquire(self) -> bool:
        """Whether we hold the lock now. Does not wait. May raise an OSError."""
        while True:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = self._path.open("ab")
            except FileNotFoundError:  # its last holder has just deleted the folder
                continue
            if not _lock(file):
                file.close()
                return False
            if same_file(file.fileno(), self._path):
                self._file = file
                return True
            file.close()  # its last holder has just deleted the file

    def release(self, *, delete: bool = False) -> None:
        """Let another run have the lock. delete: remove the file too."""
        if self._file is not None:
            if delete:
                with suppress(OSError):  # Windows deletes no open file
                    self._path.unlink()
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> bool:
    """Lock an open file for this process; False if another open file has the lock."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


def move_into_place(part: Path, target: Path, *, replace: bool = True) -> None:
    """Sync a finished file to the disk and give it the name `target`, in the same folder or file system.

    replace: False raises `OutputExists` if there is a file already. Raises plain OSErrors.
    """
    sync_file(part)
    _sync_folder(part.parent)
    if replace or not _link(part, target):
        part.replace(target)
    _sync_folder(target.parent)


def _link(part: Path, target: Path) -> bool:
    """Move a file to a name that must be new. False if this file system cannot be asked for that in one step."""
    try:
        target.hardlink_to(part)
    except FileExistsError as error:
        raise exists_error(target) from error
    except OSError:
        if target.exists():
            raise exists_error(target) from None
        return False
    part.unlink()
    return True


def sync_file(path: Path) -> None:
    """Return when the content of a file is on the disk, not only in the memory of the system."""
    number = os.open(path, os.O_RDWR)  # Windows syncs only what is open for writing
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too. The file is complete already, so systems that cannot do this are excused."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


class Closeable(ABC):
    """What `close` releases at the end of a `with` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Release what is open."""


@contextmanager
def write_errors(path: str | os.PathLike[str], *, name: str | None = None) -> Iterator[None]:
    """Translate an OSError of the block, which writes `path`, into `DiskFull` or `OutputNotWritable`."""
    try:
        yield
    except OSError as error:
        raise write_error(name or path, error) from error


def write_error(path: str | os.PathLike[str], error: OSError) -> OutputError:
    """The error of ours for an OSError in writing `path`."""
    if error.errno in NO_SPACE:
        return DiskFull(f"{os.fspath(path)}: the disk is full; free some space or choose another disk.")
    if error.errno == errno.ENOENT:
        return OutputNotWritable(f"{os.fspath(path)}: the folder does not exist; create it first.")
    if error.errno == errno.ENAMETOOLONG:
        return OutputNotWritable(f"{os.fspath(path)}: the name is too long; choose a shorter one.")
    why = error.strerror or str(error)
    return OutputNotWritable(
        f"{os.fspath(path)}: the file cannot be written ({why}); check the folder and its permissions."
    )


def same_file(a: str | os.PathLike[str] | int, b: str | os.PathLike[str]) -> bool:
    """Whether two paths name one existing file. `a` may be the number of an open file."""
    try:
        return os.path.samestat(os.fstat(a) if isinstance(a, int) else Path(a).stat(), Path(b).stat())
    except (OSError, ValueError):
        return False


def check_output(
    target: str | os.PathLike[str], source: str | os.PathLike[str] | None, *, overwrite: bool
) -> None:
    """Refuse an output that is its own input, or that exists already (unless `overwrite`)."""
    if source is not None and same_file(source, target):
        raise SameFile(f"{target}: the output would replace its own input; choose another name.")
    if not overwrite and output_exists(target):
        raise exists_error(target)


def output_exists(target: str | os.PathLike[str]) -> bool:
    """Whether there is a file of that name. Raises `OutputNotWritable` if none can have it."""
    with write_errors(target):
        return Path(target).exists()


def exists_error(target: str | os.PathLike[str]) -> OutputExists:
    """The error for an output that exists and may not be replaced."""
    return OutputExists(
        f"{os.fspath(target)}: this file exists already; allow overwriting or choose another name."
    )
