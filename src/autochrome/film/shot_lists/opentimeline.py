"""Lists of shots as OpenTimelineIO, the file format that editing systems exchange [needs `opentimelineio`]."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from autochrome.errors import ExtraMissing, InputMissing, UsageError
from autochrome.film.scenes.shot_list import ShotList
from autochrome.film.shot_lists.film_clock import FilmClock
from autochrome.film.shot_lists.spans import rate_of, spans, timecode_of


def _library() -> Any:
    try:
        import opentimelineio
    except ModuleNotFoundError as missing:
        raise ExtraMissing(
            "OpenTimelineIO files need one more package; install it with: pip install 'autochrome[timeline]'"
        ) from missing
    return opentimelineio


def write_opentimeline(shots: ShotList) -> str:
    """A timeline with one video track and one clip for each shot. Its clips refer to the film."""
    otio = _library()
    rate, zero = float(rate_of(shots)), timecode_of(shots)
    timeline = otio.schema.Timeline(Path(shots.film).stem)
    timeline.global_start_time = otio.opentime.RationalTime(zero.frame, rate)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for number, (shot, begin, end) in enumerate(spans(shots), start=1):
        place = otio.opentime.TimeRange(
            otio.opentime.RationalTime(begin.frame, rate),
            otio.opentime.RationalTime(end.frames_since(begin), rate),
        )
        clip = otio.schema.Clip(
            f"shot {number}", otio.schema.ExternalReference(target_url=shots.film), source_range=place
        )
        clip.metadata["autochrome"] = shot.model_dump(exclude_none=True)
        track.append(clip)
    return str(otio.adapters.write_to_string(timeline, "otio_json"))


def read_opentimeline(path: Path, clock: FilmClock) -> list[int]:
    """The frames at which a clip of a video track begins or ends."""
    otio = _library()
    try:
        timeline = otio.adapters.read_from_file(str(path), "otio_json")
        tracks = timeline.video_tracks()
    except FileNotFoundError as error:
        raise InputMissing(f"{path}: there is no such file; check the path.") from error
    except (otio.exceptions.OTIOError, AttributeError, ValueError, OSError) as error:
        raise UsageError(f"{path}: this is not an OpenTimelineIO timeline.") from error
    begins = timeline.global_start_time
    zero = clock.start
    if begins is not None:
        zero = replace(zero, frame=round(begins.rescaled_to(float(clock.rate)).value))
    places = []
    for track in tracks:
        for clip in track.find_clips():
            place = clip.transformed_time_range(clip.trimmed_range(), timeline.tracks)
            places += [zero.after(_seconds(time)) for time in (place.start_time, place.end_time_exclusive())]
    if not places:
        raise UsageError(f"{path}: this timeline has no clip on a video track.")
    return clock.frames_at(places, path)


def _seconds(time: Any) -> float:
    return float(time.value / time.rate)
