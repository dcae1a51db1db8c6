"""Packets that give no frame on purpose: the decoder must report each error of such a codec, for a count cannot."""

from typing import Any

_HIDING = ("vp8", "mpeg4", "msmpeg4", "theora", "vp6", "flv", "h263")  # codecs, by their first letters
_SHORT = 32  # bytes: a packet that only repeats a frame, or stands for one that came before, is no longer
_SHOWN = 0x10  # this flag in the first byte of VP8 says that the frame is shown


def may_hide_frames(codec: str) -> bool:
    """Whether some packets of a codec give no frame. codec: FFmpeg's name."""
    return codec.startswith(_HIDING)


def hides_frame(codec: str, packet: Any) -> bool:
    """Whether this packet may give no frame, although it is sound."""
    if codec == "vp8":
        return not memoryview(packet)[0] & _SHOWN
    return codec.startswith("vp6") or (may_hide_frames(codec) and packet.size <= _SHORT)
