"""A process that does one job, and can be ended at any moment."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from autochrome.errors import AutochromeError


class Killed(Exception):
    """The child was ended before it had done its job."""


class Child:
    """One run of `work`. `kill` may come from any thread, and before it has begun."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._killed = False
        self._lock = threading.Lock()

    def run(self, order: dict[str, Any], tell: Callable[[float, str], None]) -> dict[str, Any]:
        """Do the job and wait for it. Raises `Killed`, or `AutochromeError` with the one sentence."""
        with self._lock:
            if self._killed:
                raise Killed
            self._process = subprocess.Popen(
                [sys.executable, "-m", "autochrome.studio.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is for the studio, which ends its children itself
            )
        with self._process as process:
            try:
                return self._listen(process, order, tell)
            finally:
                process.kill()

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _listen(
        self, process: "subprocess.Popen[str]", order: dict[str, Any], tell: Callable[[float, str], None]
    ) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        except OSError:  # it has ended already; what it said tells why
            pass
        for line in process.stdout:
            words = json.loads(line)
            if "result" in words:
                result: dict[str, Any] = words["result"]
                return result
            if "error" in words:
                raise AutochromeError(words["error"])
            tell(words["done"], words["note"])
        if self._killed:
            raise Killed
        raise AutochromeError(f"The work ended all of a sudden (exit code {process.wait()}); try it again.")
