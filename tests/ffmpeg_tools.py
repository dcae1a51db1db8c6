"""Films made and judged by the programs ffmpeg and ffprobe, which are not our library."""

import json
import subprocess
from pathlib import Path
from typing import Any


def ffmpeg(*words: object) -> None:
    """Run ffmpeg; existing files are replaced."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, words)], check=True)


def make_foreign(
    path: Path, *words: object, seconds: float = 1, size: str = "64x48", rate: str = "25"
) -> Path:
    """A film of FFmpeg's test pattern. words: what follows the inputs; with `-c:a` it has a tone."""
    tone = ("-f", "lavfi", "-i", f"sine=d={seconds}") if "-c:a" in words else ()
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}", *tone, *words, path)
    return path


def probe(path: Path, *words: str) -> dict[str, Any]:
    """What ffprobe prints, as JSON. words: for example `-show_streams`, `-count_packets`."""
    command = ["ffprobe", "-v", "error", "-of", "json", *words, str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def probe_streams(path: Path) -> list[dict[str, Any]]:
    """Every stream, with the number of its packets."""
    streams: list[dict[str, Any]] = probe(path, "-show_streams", "-count_packets")["streams"]
    return streams


def packet_hashes(path: Path, stream: str) -> list[str]:
    """A hash of every packet of a stream, for example of "0:a:0"."""
    words = ["ffmpeg", "-v", "error", "-i", str(path), "-map", stream, "-c", "copy", "-f", "framemd5", "-"]
    lines = subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line.split(",")[5].strip() for line in lines if not line.startswith("#")]
