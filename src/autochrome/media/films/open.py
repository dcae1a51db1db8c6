"""Open a film, and create a film like it."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autochrome.errors import OutputNotWritable
from autochrome.files import check_output
from autochrome.media.films.index import FilmIndex
from autochrome.media.films.layer import LayerWriter, check_layer_name
from autochrome.media.films.parts import HintsDigest, digest_no_hints
from autochrome.media.films.reader import FilmReader
from autochrome.media.films.sequences.film_of_pictures import FilmOfPictures
from autochrome.media.films.sequences.names import SequencePattern, check_written_pattern, is_sequence
from autochrome.media.films.sequences.reader import SequenceReader
from autochrome.media.films.sequences.writer import SequenceWriter
from autochrome.media.films.writer import FilmWriter
from autochrome.options import FilmOptions

_DEEPEST = 16  # bits of Cb and Cr of a layer over pictures


def open_film(
    path: str | os.PathLike[str],
    *,
    keys_only: bool = False,
    start: float | None = None,
    end: float | None = None,
    index: FilmIndex | None = None,
) -> FilmReader | SequenceReader:
    """Open a film, or a sequence of pictures, to read all its frames, or only its key frames. A context manager.

    start, end: seconds; only frames shown from `start` on and before `end` are read. They keep the numbers that they
    have in the whole film. index: of this film, if the caller has it; else it is made when there is a start.
    """
    if is_sequence(path):
        return SequenceReader(path, keys_only, start, end)
    return FilmReader(path, keys_only, start, end, index)


def create_film(
    path: str | os.PathLike[str],
    like: FilmReader | SequenceReader,
    options: FilmOptions | None = None,
    *,
    overwrite: bool = False,
    restart: bool = False,
    metadata: Mapping[str, str] = {},
    job: Mapping[str, Any] = {},
    hints_digest: HintsDigest = digest_no_hints,
) -> FilmWriter | SequenceWriter | FilmOfPictures:
    """Create a film with the times, sound, subtitles and metadata of another; the caller writes the frames.

    A context manager. A path such as `color.%08d.dpx` makes a sequence of pictures. metadata: is added to that of the
    original. job: everything else that decides the look of all frames. Interrupted work continues, and an existing film
    lends its parts, only if the job is the same. A part with another `hints_digest` is made again; with
    `restart`, all parts are.
    """
    target = Path(path)
    if SequencePattern.parse(target):
        pattern = check_written_pattern(target)
        return SequenceWriter(pattern, like, options or FilmOptions(), job, overwrite, restart, hints_digest)
    check_output(target, like.path, overwrite=overwrite)
    if not target.parent.is_dir():
        raise OutputNotWritable(f"{target}: the folder {target.parent} does not exist; create it first.")
    writer = FilmWriter(
        target,
        like.facts,
        options or FilmOptions(),
        metadata=metadata,
        job=job,
        restart=restart,
        hints_digest=hints_digest,
    )
    return FilmOfPictures(writer) if isinstance(like, SequenceReader) else writer


def create_layer(
    path: str | os.PathLike[str],
    like: FilmReader | SequenceReader,
    options: FilmOptions,
    *,
    overwrite: bool = False,
    restart: bool = False,
    metadata: Mapping[str, str] = {},
    job: Mapping[str, Any] = {},
    hints_digest: HintsDigest = digest_no_hints,
) -> LayerWriter:
    """Create a film that takes colour alone, without loss; see `create_film`. It has no sound and no tags."""
    target = check_layer_name(path)
    check_output(target, like.path, overwrite=overwrite)
    if not target.parent.is_dir():
        raise OutputNotWritable(f"{target}: the folder {target.parent} does not exist; create it first.")
    changes = {"codec": "ffv1"}
    if isinstance(like, SequenceReader) and options.pixel_format == "auto":
        changes["pixel_format"] = f"yuv444p{_DEEPEST}le"  # what pictures take
    tags = dict(metadata)
    facts = replace(like.facts, others=None, alpha=False, mastering=None)
    writer = FilmWriter(
        target,
        facts,
        options.model_copy(update=changes),
        metadata=tags,
        job={"layer": True} | dict(job),
        restart=restart,
        hints_digest=hints_digest,
    )
    return LayerWriter(writer, tags, options.start, options.end)
