"""Timecode, against the arithmetic of OpenTimelineIO."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autochrome.errors import UsageError
from autochrome.media.timecode import Timecode, timecode_from_bcd, timecode_to_bcd

RATES = [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]


@given(st.sampled_from(RATES), st.booleans(), st.integers(0, 24 * 3600 * 59))
def test_timecode_counts_as_a_foreign_library_does(rate: Fraction, drop: bool, number: int):
    from opentimelineio import opentime

    drop = drop and rate in RATES[3:]
    ours = Timecode(number, rate, drop)
    theirs = opentime.RationalTime(ours.frame, float(rate))
    text = opentime.to_timecode(theirs, float(rate), drop)
    assert str(ours) == text
    assert Timecode.parse(text, rate) == ours


def test_a_day_ends_and_the_next_begins():
    last = Timecode.parse("23:59:59:23", Fraction(24))
    assert str(last.later(1)) == "00:00:00:00"
    assert last.later(5).frames_since(last) == 5
    drop = Timecode.parse("23:59:59;29", Fraction(30000, 1001))
    assert str(drop.later(1)) == "00:00:00;00"


def test_drop_frame_leaves_out_numbers():
    rate = Fraction(30000, 1001)
    assert str(Timecode.parse("00:00:59;29", rate).later(1)) == "00:01:00;02"
    assert str(Timecode.parse("00:09:59;29", rate).later(1)) == "00:10:00;00"
    assert str(Timecode.parse("00:00:00:00", rate).after(3600)) == "00:59:56:12"
    with pytest.raises(UsageError, match="leaves this number out"):
        Timecode.parse("00:01:00;00", rate)


@pytest.mark.parametrize("text", ["1:2", "00:00:00:25", "00:60:00:00", "24:00:00:00", "ten", ""])
def test_what_is_no_timecode(text: str):
    with pytest.raises(UsageError):
        Timecode.parse(text, Fraction(25))


def test_the_bits_of_smpte_12m():
    code = Timecode.parse("12:34:56:07", Fraction(24))
    assert timecode_to_bcd(code) == 0x12345607
    assert timecode_from_bcd(0x12345607, Fraction(24)) == code
    drop = Timecode.parse("01:00:00;02", Fraction(30000, 1001))
    assert timecode_from_bcd(timecode_to_bcd(drop), drop.rate) == drop
    assert timecode_from_bcd(0xFFFFFFFF, Fraction(24)) is None
    assert timecode_from_bcd(0x1234560F, Fraction(24)) is None
