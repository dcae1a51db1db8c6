"""The process of one job, seen from the studio. It can be killed at any moment."""

import subprocess
import sys
import threading

from autochrome.errors import AutochromeError
from autochrome.studio.jobs.specs import JobResult, JobSpec, Message, Report


class Killed(Exception):
    """The process was killed before its job was done."""


class Child:
    """Runs one job in a process of its own. `kill` may be called from any thread, also before `run`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._killed = False
        self._lock = threading.Lock()

    def run(self, spec: JobSpec, report: Report) -> JobResult:
        """Run the job and wait for its result. Raises `Killed`, or `AutochromeError` with the job's error."""
        with self._lock:
            if self._killed:
                raise Killed
            self._process = subprocess.Popen(
                [sys.executable, "-m", "autochrome.studio.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C reaches only the studio, which ends its children itself
            )
        with self._process as process:
            try:
                return self._read(process, spec, report)
            finally:
                process.kill()

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _read(self, process: "subprocess.Popen[str]", spec: JobSpec, report: Report) -> JobResult:
        """Send the spec and read messages until one holds the result or the error."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(spec.model_dump_json() + "\n")
            process.stdin.flush()
        except OSError:  # the process has ended already; its output tells why
            pass
        for line in process.stdout:
            message = Message.model_validate_json(line)
            if message.result is not None:
                return message.result
            if message.error is not None:
                raise AutochromeError(message.error)
            report(message.done, message.note)
        if self._killed:
            raise Killed
        raise AutochromeError(
            f"The job's process ended unexpectedly (exit code {process.wait()}); start the job again."
        )
