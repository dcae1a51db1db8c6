"""Still pictures as files: open one, read it in strips, write a picture like it. The only home of pyvips."""

import os

os.environ.setdefault(
    "VIPS_WARNING", "1"
)  # libvips prints nothing itself: what matters becomes a note or an error

from autochrome.media.stills.reader import Source
from autochrome.media.stills.still import Still, open_still, suffix_for

__all__ = ["Source", "Still", "open_still", "suffix_for"]
