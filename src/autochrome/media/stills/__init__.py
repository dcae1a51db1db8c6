"""Still pictures as files: open one, read it in strips, write a picture like it. The only home of pyvips."""

from autochrome.media.stills.reader import Source
from autochrome.media.stills.still import Still, open_still, suffix_for

__all__ = ["Source", "Still", "open_still", "suffix_for"]
