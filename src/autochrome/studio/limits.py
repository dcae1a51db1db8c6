"""How much of anything the studio takes on: nothing a client sends grows without end."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    photo_bytes: int = 512_000_000
    film_bytes: int = 4 << 30
    megapixels: float = 120.0  # of a photograph
    frame_megapixels: float = 40.0  # of a film's frame
    json_bytes: int = 2_000_000
    projects: int = 2000
    uploads: int = 8  # at a time
    waiting: int = 200  # jobs
    kept_jobs: int = 500  # finished ones that are still listed
    listeners: int = 64  # to events
    patience: float = 30.0  # seconds without a byte of a body
    slowest: float = 8192.0  # bytes a second that a body must bring, on the whole
    desks: int = 1_000_000_000  # bytes of pictures kept ready
