"""The process that does the jobs, seen from the studio. It can be killed at any moment."""

import subprocess
import sys
import threading
from contextlib import suppress

from autochrome.errors import AutochromeError
from autochrome.studio.jobs.specs import JobResult, JobSpec, Message, Report


class Killed(Exception):
    """The process was killed before its job was done."""


class WorkerProcess:
    """A process that does one job after the other, so that only the first one waits for imports and the network.

    After a crash or a kill the next job gets a new process.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def open(self) -> "subprocess.Popen[str]":
        """The process; a new one where there is none."""
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "autochrome.studio.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C reaches only the studio, which ends its children itself
            )
        return self._process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            with suppress(BrokenPipeError), self._process:  # closes the pipes and waits
                pass
            self._process = None


class Child:
    """One job, and the process that does it. `kill` may be called from any thread, also before `run`."""

    def __init__(self, worker: WorkerProcess) -> None:
        self._worker = worker
        self._process: subprocess.Popen[str] | None = None  # while the job runs
        self._killed = False
        self._lock = threading.Lock()

    def run(self, spec: JobSpec, report: Report) -> JobResult:
        """Run the job and wait for its result. Raises `Killed`, or `AutochromeError` with the job's error."""
        while True:
            with self._lock:
                if self._killed:
                    raise Killed
                process = self._process = self._worker.open()
            try:
                last = self._read_messages(process, spec, report)
            finally:
                with self._lock:
                    self._process = None  # from now on it belongs to the next job
            if last is not None:
                break
            code = process.wait()
            self._worker.close()
            if self._killed:
                raise Killed
            if code:
                raise AutochromeError(
                    f"The job's process ended unexpectedly (exit code {code}); start the job again."
                )
            # It had waited long for a job and ended just now; a new process does this one.
        if last.error is not None:
            raise AutochromeError(last.error)
        assert last.result is not None
        return last.result

    def kill(self) -> None:
        with self._lock:
            self._killed = True
            if self._process is not None:
                self._process.kill()

    def _read_messages(
        self, process: "subprocess.Popen[str]", spec: JobSpec, report: Report
    ) -> Message | None:
        """Send the spec and report progress until a message holds the result or the error; None at the output's end."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(spec.model_dump_json() + "\n")
            process.stdin.flush()
        except OSError:  # the process has ended already; its output tells why
            pass
        for line in process.stdout:
            message = Message.model_validate_json(line)
            if message.result is not None or message.error is not None:
                return message
            report(message.done, message.note)
        return None
