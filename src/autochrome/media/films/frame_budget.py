"""How many frames may be in memory between decoder and encoder. The bound is in bytes, so large frames are fewer.

Frames are counted as 4:2:0: a Y′ plane and half as much colour. Encoder and decoder hold frames too, and those of x264
are three times as large; so from 4K on, less is left for ours.
"""

from autochrome.cores import usable_cores

_LARGE = 6 << 20  # bytes of a Y′ plane: more than 1440p, less than 4K
_WAITING = 256 << 20, 64 << 20  # bytes of frames that wait for later predictions: usual, and of large frames
_QUEUED = 64 << 20, 32 << 20  # bytes of frames between two threads
_MOST_QUEUED = 12  # frames: chroma is settled in bursts, and no thread should wait for another
_DELAY = 4, 2  # frames that the reader holds back: after that the decoder seldom needs them itself
_THREADS = 4  # of a decoder and an encoder of large frames
LARGE = {
    "libx264": ("x264-params", "rc-lookahead=4:sync-lookahead=0:bframes=2:ref=1:sliced-threads=1"),
    "libx265": ("x265-params", "rc-lookahead=4:bframes=2:ref=1:frame-threads=1"),
    "libvpx-vp9": ("lag-in-frames", "8"),
}
"""FFmpeg's name of an encoder → an option with which it holds fewer large frames: x264 7 instead of 40 or more. All
threads work on one frame."""


def is_large(y_bytes: int) -> bool:
    """Whether frames with Y′ planes of so many bytes are those of 4K or more."""
    return y_bytes > _LARGE


def frames_ahead(y_bytes: int, most: int) -> int:
    """How many frames a shot memory may look ahead; twice as many wait. At least 1."""
    return max(1, min(most, _WAITING[is_large(y_bytes)] // (3 * y_bytes)))


def frames_queued(y_bytes: int) -> int:
    """How many frames may wait between two threads. At least 1."""
    return max(1, min(_MOST_QUEUED, 2 * _QUEUED[is_large(y_bytes)] // (3 * y_bytes)))


def frames_held_back(y_bytes: int) -> int:
    """How many frames the reader stays behind the decoder."""
    return _DELAY[is_large(y_bytes)]


def thread_count(y_bytes: int) -> int:
    """Threads of a codec, which each need frames of their own; 0 lets FFmpeg choose."""
    return min(_THREADS, usable_cores()) if is_large(y_bytes) else 0
