"""Where a result comes from: a note in its XMP, and Content Credentials if the user signs."""

from autochrome.provenance.xmp import SOURCE_TYPE, describe

__all__ = ["SOURCE_TYPE", "describe"]
