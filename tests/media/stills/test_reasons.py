"""What is repeated of a library's complaint."""

import pytest

from autochrome.media.stills.reasons import in_brackets


@pytest.mark.parametrize(
    ("complaint", "words"),
    [
        ("VipsJpeg: premature end of JPEG image\n", " (premature end of JPEG image)"),
        ("heif: Invalid input: No 'meta' box (2.104)", " (No 'meta' box)"),
        ("webp: unable to parse image", ""),
        ("vips__tiff_openin_source: unable to open source for input", ""),
        ("unable to call pngload_source", ""),
        ("tiff2vips: Seek error at row 4294967295, col 4294967295, tile 0", ""),
        ("list index out of range", ""),
        ("", ""),
        ("tiff2vips: Bad code word at line 27 of strip 0\n  \n", " (Bad code word at line 27 of strip 0)"),
    ],
)
def test_only_words_that_help(complaint: str, words: str) -> None:
    assert in_brackets(complaint) == words
