"""The limits of the studio. Nothing that a client sends may grow without end."""

from dataclasses import dataclass

THUMBNAIL_SIDE = 240  # pixels of a thumbnail's short side


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest sizes and numbers that one studio accepts."""

    photo_bytes: int = 512_000_000
    film_bytes: int = 4 << 30
    megapixels: float = 120.0  # of a photograph
    frame_megapixels: float = 40.0  # of a film's frame
    json_bytes: int = 2_000_000
    marks: int = 2000  # of one hints file: more keep a core busy for minutes
    path_points: int = 20_000  # of all strokes of one hints file
    projects: int = 2000
    uploads: int = 8  # at a time
    waiting_jobs: int = 200
    ended_jobs: int = 500  # that the queue still lists
    listeners: int = 64  # to events
    stall: float = 5.0  # seconds without a byte after which an upload makes room for another
    patience: float = 30.0  # seconds without a byte of a request's body
    slowest: float = 8192.0  # bytes per second: the least average speed of an upload
    open_photo_bytes: int = 1_000_000_000  # of memory for photographs that are kept open
    open_film_bytes: int = 400_000_000
