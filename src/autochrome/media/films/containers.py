"""Open films for reading, with one way to find their streams."""

import os
from pathlib import Path
from typing import Any

import av

from autochrome.errors import InputEmpty, InputMissing, InputUnreadable, NotAFilm
from autochrome.media.films.unreadable import explain

_LATE = ("mpegts", "mpeg")
"""Containers without a list of their streams: a stream is found when its first packet comes."""
_SEARCH = {"probesize": str(32 << 20), "analyzeduration": str(40_000_000)}  # bytes, microseconds


def open_container(path: str | os.PathLike[str]) -> Any:
    """Open a film. Errors are those of PyAV. A transport stream is searched for streams that begin late."""
    container = av.open(os.fspath(path), metadata_errors="replace")
    if container.format.name not in _LATE:
        return container
    container.close()
    return av.open(os.fspath(path), metadata_errors="replace", options=_SEARCH)


def is_cover(stream: Any) -> bool:
    """Whether a video stream is only a picture beside the film."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def open_readable(path: Path) -> Any:
    """Open a film. Errors are ours."""
    if not path.exists():
        raise InputMissing(f"{path}: there is no such file; check the path.")
    if path.is_dir():
        raise InputUnreadable(f"{path}: this is a folder, not a film; give the file.")
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise InputEmpty(f"{path}: the file is empty; get it again.")
        return open_container(path)
    except PermissionError as refused:
        raise InputUnreadable(f"{path}: you have no permission to read this file.") from refused
    except (av.FFmpegError, ValueError) as unknown:
        why = (
            explain(path)
            or "this file cannot be read as a film; it may be incomplete or another kind of file."
        )
        raise NotAFilm(f"{path}: {why}") from unknown


def find_frames(container: Any, path: Path) -> Any:
    """The first video stream that is not a cover image."""
    streams = [stream for stream in container.streams.video if not is_cover(stream)]
    if not streams:
        content = "only sound" if container.streams.audio else "no video stream"
        raise NotAFilm(f"{path}: this file has {content}, so there is nothing to colour in it.")
    if streams[0].codec_context is None:
        raise NotAFilm(f"{path}: there is no decoder for the video codec of this file.")
    return streams[0]
