"""Frames, profile and words of a GIF."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autochrome.media.stills import open_still
from autochrome.media.stills.gif_facts import gif_facts
from pictures import COLOR, GREY, P3, in_color, opened, pil

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
TRAILER = b"\1" + bytes(range(255, -1, -1)) + b"\0"


def facts(data: bytes) -> tuple[str, ...]:
    return gif_facts(lambda at, size: data[at : at + size], "a.gif").notes


def test_frames_are_counted() -> None:
    other = Image.fromarray(GREY[::-1].copy())
    assert open_still(pil(GREY, "GIF")).notes == ()
    many = pil(GREY, "GIF", save_all=True, append_images=[other, Image.fromarray(GREY)])
    assert open_still(many).notes == ("3 frames: only the first was read",)
    assert facts(pil(GREY, "GIF")[:-1] + b"\0" + pil(GREY, "GIF")) == ("2 frames: only the first was read",)
    place = many.index(b"\0\x21\xf9", many.index(b"\0\x2c") + 20)
    assert facts(many[:place] + b"\0\0" + many[place:]) == ("3 frames: only the first was read",)


def test_words_go_into_the_png(tmp_path: Path) -> None:
    data = pil(GREY, "GIF", comment=b"Grandma")
    data = data[:-1] + b"\x21\xff\x0bXMP DataXMP" + XMP + TRAILER + b";"
    with open_still(data) as still:
        still.save(tmp_path / "a.png", in_color(still.strips()), describe=lambda old: old or b"")
    info = opened((tmp_path / "a.png").read_bytes()).info
    assert (info["Comment"], info["xmp"]) == ("Grandma", XMP)


def test_the_profile_counts() -> None:
    data = pil(COLOR, "GIF", mode="P")
    parts = b"".join(bytes([len(part)]) + part for part in (P3[:200], P3[200:400], P3[400:]))
    profile = b"\x21\xff\x0bICCRGBG1012" + parts + b"\0"
    with open_still(data[:-1] + profile + b";") as with_profile:
        shown = next(with_profile.strips())
    with open_still(data) as without:
        plain = next(without.strips())
    assert np.abs(shown.astype(int) - plain).max() > 3


@pytest.mark.parametrize("cut", [0, 5, 13, 20, 60])
def test_a_cut_gif_has_no_facts(cut: int) -> None:
    assert facts(pil(GREY, "GIF")[:cut]) == ()
