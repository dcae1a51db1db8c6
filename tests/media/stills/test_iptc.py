"""IPTC records, wrapped and bare."""

import struct

import pytest

from autochrome.media.stills.iptc import records, wrapped

BARE = b"\x1c\x02\x05\x00\x05Title"
OTHER = b"8BIM" + struct.pack(">H", 0x03ED) + b"\x04name\0" + struct.pack(">I", 3) + b"abc\0"


@pytest.mark.parametrize("bare", [BARE, BARE + b"!"], ids=["even", "odd"])
def test_unwrapping_reverses_wrapping(bare: bytes) -> None:
    assert records(wrapped(bare)) == bare
    assert len(wrapped(bare)) % 2 == 0


def test_other_resources_around_the_records() -> None:
    inside = wrapped(BARE).removeprefix(b"Photoshop 3.0\0")
    assert records(b"Photoshop 3.0\0" + OTHER + inside + OTHER) == BARE
    assert records(OTHER + inside) == BARE  # as Photoshop's own tag in a TIFF


def test_bare_records_and_byte_swapped_records() -> None:
    assert records(BARE) == BARE
    padded = BARE + bytes(-len(BARE) % 4)
    turned = b"".join(padded[at : at + 4][::-1] for at in range(0, len(padded), 4))
    assert records(turned) == padded


@pytest.mark.parametrize("blob", [b"", b"\0", b"no records", OTHER, b"8BIM", OTHER[:9], wrapped(BARE)[:24]])
def test_data_without_records(blob: bytes) -> None:
    assert records(blob) is None
