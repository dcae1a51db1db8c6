"""`--sign CERT KEY`: sign each result."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from autochrome.cli.streams import STREAM
from autochrome.errors import UsageError

if TYPE_CHECKING:
    from autochrome.provenance.content_credentials import Credentials


class Signing:
    """Signs results, if the user has asked for it. The certificate is tried at once, before any work."""

    def __init__(self, files: tuple[Path, Path] | None, *, overwrite: bool) -> None:
        self._credentials: Credentials | None = None
        self._overwrite = overwrite
        self._lock = Lock()
        if files:
            from autochrome.provenance.content_credentials import open_credentials

            self._credentials = open_credentials(*files)

    def check(self, source: Path, targets: Sequence[Path]) -> None:
        """Refuse what cannot be signed."""
        if not self._credentials:
            return
        from autochrome.provenance.content_credentials import check_sidecar

        for target in targets:
            if target == STREAM or any("%" in path.name or path.is_dir() for path in (source, target)):
                raise UsageError("--sign is for files, not for standard output and numbered pictures.")
            check_sidecar(target, overwrite=self._overwrite)

    def sign(self, source: Path | bytes, targets: Sequence[Path]) -> tuple[str, ...]:
        """Sign the results of one source. Returns notes."""
        if not self._credentials:
            return ()
        from autochrome.provenance.content_credentials import sign_file

        with self._lock:  # pictures may be coloured in several threads
            return tuple(sign_file(target, source, self._credentials) for target in targets)
